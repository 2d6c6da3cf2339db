// One file of records: its text, where its records lie and what reads them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "decant/formats/records/layout.h"
#include "decant/formats/records/record_reader.h"
#include "decant/formats/records/stored_text.h"

namespace decant::records {

class RecordFile {
 public:
  /// Opens and scans; recognises form and schema. Throws InputError as find_records(),
  /// json_reader() and recognise_table() do; IoError.
  RecordFile(const std::filesystem::path& path, const FieldNames& names);

  const std::string& name() const { return name_; }  ///< without its folder
  Form form() const { return layout_.form; }
  bool cut() const { return layout_.cut; }
  int64_t count() const { return static_cast<int64_t>(layout_.begins.size()); }
  int64_t stored_bytes() const { return stored_.stored_bytes(); }
  std::string schema() const { return reader_ ? reader_->schema() : ""; }
  std::string_view text() const { return stored_.text(); }
  size_t begin(int64_t i) const { return static_cast<size_t>(layout_.begins[static_cast<size_t>(i)]); }
  std::string_view record(int64_t i) const { return text().substr(begin(i), record_end(text(), form(), begin(i)) - begin(i)); }
  std::string read(int64_t i, Record& out, std::optional<std::string_view>& label) const { return reader_->read(record(i), out, label); }
  std::optional<std::string> field(int64_t i, std::string_view name) const { return reader_->field(record(i), name); }
  std::vector<std::string> field_names(int64_t i) const { return reader_->field_names(record(i)); }

  /// Writes some of its records (ascending, at least one) as they stand. Returns bytes written.
  int64_t write(std::span<const int64_t> kept, const std::filesystem::path& file) const;

 private:
  void recognise(const FieldNames& names);

  StoredText stored_;
  std::string name_;
  Layout layout_;
  std::unique_ptr<RecordReader> reader_;  // null without records
};

/// The first bytes of a text, so many or all of it. A view lives until the next one is asked for.
using Beginning = std::function<std::string_view(size_t bytes)>;

/// The form by the file's name and the beginning of its text; nothing where it holds no records.
/// Asks for 1 MiB, and where a .json's first object is longer, for as much as a record may have.
std::optional<Form> form_of(const std::string& name, const Beginning& beginning);

/// ".jsonl" of "x.jsonl.gz"; empty where it is no name of records.
std::string record_extension(const std::string& name);

}  // namespace decant::records
