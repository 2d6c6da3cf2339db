// The rows of all Parquet files of a split.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/formats/parquet/parquet_labels.h"
#include "decant/formats/parquet/roles.h"
#include "decant/formats/records/record_reader.h"

namespace decant::parquet {

/// In the order of the files, and in each of its rows.
class ParquetRows final : public Rows, public Pictures, public Texts, public Fields, public Targets {
 public:
  /// `labels`: one per row, or none. `texts`: what reads the rows as records, where they hold no
  /// pictures.
  ParquetRows(Files files, Roles roles, std::vector<int32_t> labels, std::shared_ptr<const records::RecordReader> texts);

  int64_t size() const override { return firsts_.back(); }
  std::string key(int64_t row) const override;
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override;
  std::string known_fault(int64_t row) const override;
  std::vector<int64_t> known_faults() const override;
  int64_t stored_bytes() const override;
  const Modality& modality() const override { return roles_.image >= 0 ? modality::pictures : modality::records; }
  const Pictures* pictures() const override { return roles_.image >= 0 ? this : nullptr; }
  const Texts* texts() const override { return texts_ ? this : nullptr; }
  const Fields* fields() const override { return this; }
  const Targets* targets() const override { return labels_.empty() ? nullptr : this; }

  void decode(int64_t row, Image& image) const override;
  std::optional<PatchMask> mask(int64_t row) const override;
  void read(int64_t row, Record& out) const override;
  std::string schema() const override { return texts_->schema(); }
  std::optional<std::string> value(int64_t row, std::string_view name) const override;
  std::vector<std::string> names(int64_t row) const override;
  int32_t label(int64_t row) const override { return labels_[static_cast<size_t>(row)]; }

  /// Reads every row as a record, to find those that are none. All threads.
  void check_texts(const Context& context);

  const Files& files() const { return files_; }
  const Roles& roles() const { return roles_; }
  int64_t first_of(size_t file) const { return firsts_[file]; }
  size_t file_number(int64_t row) const;

 private:
  std::string place_name(int64_t row) const;
  std::string json_of(int64_t row) const;

  Files files_;
  Roles roles_;
  std::vector<int32_t> labels_;
  std::shared_ptr<const records::RecordReader> texts_;
  std::vector<int64_t> firsts_ = {0};
  std::map<int64_t, std::string> faults_;
};

/// All columns, as nodes below the root: what a row's record is made of.
std::vector<int> top_columns(const Footer& footer);

}  // namespace decant::parquet
