// One archive of a WebDataset: its samples, as the names of its members group them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/rows.h"
#include "decant/formats/webdataset/tar.h"

namespace decant::webdataset {

struct Sample {
  int64_t begin = 0;  ///< of the first member's header; all of the sample's blocks are [begin, end)
  int64_t end = 0;
  int64_t data = 0;  ///< of the picture
  int64_t size = 0;
  uint64_t name_at = 0;  ///< in Shard::names
  uint32_t name_length = 0;
  uint32_t key_length = 0;
  int32_t label = kNoLabel;
};

/// A label that is there and is none: a list, a fraction.
struct OtherLabel {
  std::string text;  ///< "the field "label" of x.tar/0.json is text"
  int64_t samples = 0;
};

struct Shard {
  std::string name;
  MappedFile file;
  std::string names;  ///< of the pictures, end to end
  std::vector<Sample> samples;
  std::map<int64_t, std::string> faults;  ///< by sample
  int64_t skipped = 0;
  OtherLabel other_label;                      ///< the first, and how many
  std::map<int64_t, std::string> class_names;  ///< by sample, where labels are names in .json: not yet numbers
  int64_t merged = 0;                          ///< samples of several pictures, none of which is named plainly
  int64_t first_merged = 0;                    ///< one of them
  bool only_pictures = true;                   ///< no sample has any other field
  std::string first_extension;                 ///< of the first sample's first file
  TarEnd end;

  std::string_view name_of(const Sample& sample) const { return std::string_view(names).substr(sample.name_at, sample.name_length); }
  std::string_view key_of(const Sample& sample) const { return name_of(sample).substr(0, sample.key_length); }
  Bytes part(int64_t at, int64_t count) const { return file.bytes().subspan(static_cast<size_t>(at), static_cast<size_t>(count)); }
};

/// Opens `path` and finds the samples of the archive. `label_field`: "", a field of .json ("a.b"),
/// or a field that ends in .cls or .json ("second.cls", "meta.json"). Throws InputError: a damaged
/// archive, a sample twice, a label that is no class.
void read_shard(Shard& shard, const std::string& path, const std::string& label_field = {});

}  // namespace decant::webdataset
