// The data set of a run: opened, checked row by row, and named by a digest of its content.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/comm/comm.h"
#include "decant/data/column.h"
#include "decant/data/dataset.h"
#include "decant/data/excluded.h"
#include "decant/data/grouping.h"
#include "decant/data/run_record.h"
#include "decant/data/subset.h"
#include "decant/formats/open.h"

namespace decant {

/// How what was read is to be understood: which fields are texts, which is the class, and where
/// pictures are; empty = by the content.
struct FieldOptions {
  std::string text;                ///< of records, between commas; the last is what a model learns to say
  std::string label;               ///< OpenOptions::label_field
  std::string images = {};         ///< OpenOptions::images
  std::string colours = {};        ///< OpenOptions::colours
  std::string ignore = {};         ///< OpenOptions::ignore
  std::string image = {};          ///< OpenOptions::image_field
  std::string configuration = {};  ///< OpenOptions::config_name
  bool inclusive = false;          ///< OpenOptions::voc_inclusive
  void declare(OptionTable& table);
  void declare_pictures(OptionTable& table);  ///< without --text, for verbs that look at pictures
  OpenOptions to_open(const std::filesystem::path& labels = {}) const;
  bool operator==(const FieldOptions&) const = default;
};

struct Input {
  Dataset dataset;
  std::vector<Excluded> excluded;     ///< of the training split, ascending by row
  Column<int32_t> labels;             ///< of the training split; kNoLabel where there is none
  std::filesystem::path labels_file;  ///< where the labels are from when they are a file of their own
  int classes = 0;
  /// Of every training row's key, label or objects, and bytes, and of how dropped cells are filled
  /// and which fields of records are read.
  std::string digest;
  std::vector<SourceRecord> sources = {};  ///< where rows are from several data sets: joined_input.h
  /// The digest before rows were left out; empty where `digest` is still that.
  std::string source_digest = {};
  FieldOptions fields = {};  ///< by which its records were read

  int64_t rows() const { return dataset.train().size(); }
  int64_t held_out() const;                                      ///< excluded rows that are reserved for testing
  int64_t eligible_rows() const { return rows() - held_out(); }  ///< what --keep is a fraction of
  bool labelled() const;                                         ///< every usable row has a label
  Subset excluded_rows() const;
  Subset usable_rows() const;
  std::set<int32_t> labels_in_use() const;                                  ///< of usable rows; kNoLabel among them where one has none
  Grouping grouping() const { return {labels.values(), dataset.classes}; }  ///< by class
  std::vector<int32_t> usable_of(std::span<const int32_t> of_row) const;    ///< next to usable_rows()
  std::string class_name(int32_t label) const;                              ///< the name, or the number when there is none
};

inline constexpr const char* kStoredFill = "stored";

/// What a run was made with.
FieldOptions fields_of(const RunRecord& run);
/// Those by which the data that a run wrote are read: what it was made with, as far as it wrote
/// such fields.
FieldOptions stored_fields_of(const RunRecord& run);

struct InputOptions {
  std::string path;
  std::filesystem::path labels;  ///< .npy of labels for a .npy of features
  FieldOptions fields = {};
  bool strict = false;             ///< a bad row is an error
  bool check = true;               ///< decode every picture once, to find the bad rows
  std::string fill = kStoredFill;  ///< what stands where cells of pictures were dropped: a name of patches/fill.h
  Comm* ranks = nullptr;           ///< that read the same input
  std::string scans = {};          ///< what jobs found, in place of checking and digesting here: scans.h
};

/// --fill, for verbs that look at pictures.
void declare_fill(InputOptions& input, OptionTable& table);

/// What an output must not touch: `inputs`, paths as they were named, and the folders that rows of
/// those that are data sets are read from (folders_read()), which a yaml, a list or a json may have
/// anywhere. `fields`: by which they are read. Reads no row.
std::vector<std::string> with_folders_read(std::vector<std::string> inputs, const FieldOptions& fields = {});

/// Throws InputError for a training split without rows. `path`: as the user named it.
void require_rows(const Rows& train, const std::string& path);

/// What keeps a classifier from being trained on rows that are not all labelled: "has rows without
/// labels, so …", or that they hold objects or masks in place of a class each.
std::string why_no_classifier(const Rows& train);

/// With `ranks`, which all call it, each digests a part of the rows. Opens, digests and (when
/// `check`) decodes the training split on all threads. Throws InputError; with no usable row left,
/// too.
Input read_input(const InputOptions& options, const Context& context);

/// The first part of read_input(): opened, with labels, but no row read.
Input opened_input(const InputOptions& options, const Context& context);

/// Of the objects of a row, as hexadecimal digits; empty for rows that have a class each, or
/// nothing. Boxes, classes, areas and flags count, not where they are written.
std::string annotation_digest(const Rows& rows, int64_t row);

/// Of every chunk of kDigestChunk rows (shard.h), 32 characters each, one after the other; with
/// `ranks`, a part by each.
std::string digests_of_chunks(const Rows& rows, Comm* ranks, const Context& context);
std::string digest_of_chunks(const std::string& chunks);

/// Digest of every row's key, label or objects, and bytes, read on all threads: the two above.
std::string content_digest(const Rows& rows, Comm* ranks, const Context& context);

}  // namespace decant
