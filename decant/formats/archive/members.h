// The files in an archive, whichever kind it is.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"

namespace decant::archive {

enum class Kind { none, zip, tar, gzip, zstd };

/// By the first bytes. A .tar begins with the name of its first file: `tar` where the mark of tar's
/// header is in its place.
Kind archive_kind(Bytes file);

/// Whether `name` ends as an archive that may hold a data set: .zip, .tar, .tar.gz, .tgz, .tar.zst,
/// .tzst, in any case.
bool named_as_archive(std::string_view name);

/// "ILSVRC2012_img_train" of "ILSVRC2012_img_train.tar.gz".
std::string stem_of(std::string_view name);

/// What the names of an archive's members say about it.
class Shape {
 public:
  void add(std::string_view name);
  /// Some files are one sample, as in a shard of a WebDataset.
  bool has_samples() const { return samples_; }
  /// Pictures in two folders or more, with a list next to them, or with annotations in a folder of
  /// their own; or no picture at all.
  bool is_folder() const;
  bool all_archives() const { return files_ > 0 && tars_ == files_; }

 private:
  std::string last_key_;
  bool last_is_picture_ = false;
  std::string first_folder_;
  std::set<std::string, std::less<>> pictured_;   ///< folders with pictures
  std::set<std::string, std::less<>> annotated_;  ///< folders with files that may be annotations
  bool several_folders_ = false;
  bool samples_ = false;
  int64_t files_ = 0;
  int64_t pictures_ = 0;
  int64_t tars_ = 0;
  int64_t lists_ = 0;
};

/// Of a plain .tar. Throws InputError.
Shape shape_of_tar(Bytes archive, const std::string& file);

/// Left behind by macOS next to every file, and no data.
bool is_clutter(std::string_view name);

/// Calls `visit(name, bytes)` for every file of a .zip or a plain .tar, in its order; names are
/// safe and relative. Throws InputError.
using Visit = std::function<void(std::string_view name, Bytes bytes)>;
void each_file(Bytes archive, const std::string& file, const Visit& visit);

}  // namespace decant::archive
