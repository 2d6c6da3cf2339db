#include "decant/formats/records/record_file.h"

#include <algorithm>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/records/json_records.h"
#include "decant/formats/records/plain_lines.h"
#include "decant/formats/records/table.h"

namespace decant::records {
namespace fs = std::filesystem;
namespace {

constexpr size_t kFirstJson = 64;            // records that a schema is recognised from
constexpr size_t kFirstLines = 1000;         // lines that columns are recognised from
constexpr size_t kGlanced = 8;               // lines that tell whether it is a table at all
constexpr size_t kGlance = size_t{1} << 20;  // bytes that nearly always tell what a file is

bool is_json_name(const std::string& extension) {
  return extension == ".json" || extension == ".jsonl" || extension == ".ndjson";
}

/// The first records of a text, as far as they are whole.
std::vector<std::string_view> first_records(std::string_view text, Form form, const Places& begins, size_t most) {
  std::vector<std::string_view> first;
  for (const uint64_t begin : begins.first(most)) {
    const auto at = static_cast<size_t>(begin);
    first.push_back(text.substr(at, record_end(text, form, at) - at));
  }
  return first;
}

/// Whether a .json that begins with a brace is JSON lines: one object ends, and another follows.
/// Where the objects are long, it takes more than a glance to see that.
bool another_object_follows(const Beginning& beginning) {
  for (const size_t bytes : {kGlance, kLongestRecord + kGlance}) {
    const std::string_view text = beginning(bytes);
    const size_t end = record_end(text, Form::array, text.find('{'));
    const size_t next = text.find_first_not_of(" \t\r\n", end);
    if (next != std::string_view::npos) return looks_like_json(text.substr(next));
    if (text.size() < bytes) break;  // the whole file
  }
  return false;
}

}  // namespace

std::string record_extension(const std::string& name) {
  fs::path path = name;
  if (path.extension() == ".gz" || path.extension() == ".zst") path = path.stem();
  const std::string extension = path.extension().string();
  return is_json_name(extension) || extension == ".tsv" || extension == ".csv" || extension == ".txt" ? extension : "";
}

std::optional<Form> form_of(const std::string& name, const Beginning& beginning) {
  const std::string extension = record_extension(name);
  if (extension.empty()) return std::nullopt;
  if (extension == ".txt") return Form::plain;
  const std::string_view text = beginning(kGlance);
  if (is_json_name(extension)) {
    const size_t at = text.find_first_of("[{");
    if (!looks_like_json(text)) return extension == ".json" ? std::nullopt : std::optional(Form::lines);
    if (text[at] == '[') return extension == ".json" || looks_like_json(text.substr(at + 1)) ? std::optional(Form::array) : std::nullopt;
    return extension != ".json" || another_object_follows(beginning) ? std::optional(Form::lines) : std::nullopt;
  }
  const Form form = extension == ".tsv" ? Form::tsv : Form::csv;
  const Layout layout = find_records(text, form, name);
  return looks_like_table(first_records(text, form, layout.begins, kGlanced), form) ? std::optional(form) : std::nullopt;
}

RecordFile::RecordFile(const fs::path& path, const FieldNames& names) : stored_(path), name_(path.filename().string()) {
  const auto form = form_of(name_, [&](size_t bytes) { return text().substr(0, bytes); });
  if (!form && !text().empty())
    throw InputError({path.string(), "", "holds no records: neither JSON objects nor a table of at least two columns", "Check the file"});
  layout_ = find_records(text(), form.value_or(Form::lines), path.string());
  layout_.begins.shrink();
  recognise(names);
}

void RecordFile::recognise(const FieldNames& names) {
  if (layout_.begins.empty()) return;
  const bool table = form() == Form::tsv || form() == Form::csv;
  if (form() == Form::plain) {
    reader_ = plain_reader(names, stored_.name());
    return;
  }
  const auto first = first_records(text(), form(), layout_.begins, table ? kFirstLines : kFirstJson);
  if (!table) {
    reader_ = json_reader(first, names, stored_.name());
    return;
  }
  Table found = recognise_table(first, form(), names, stored_.name());
  if (found.header) layout_.begins.drop_first();
  reader_ = table_reader(std::move(found));
}

int64_t RecordFile::write(std::span<const int64_t> kept, const fs::path& file) const {
  TextWriter writer(file, stored_.packing());
  const std::string_view all = text();
  writer.write(all.substr(0, begin(0)));
  for (const int64_t i : kept) {
    if (form() == Form::array && i != kept.front()) {
      const size_t before = record_end(all, form(), begin(i - 1));
      writer.write(all.substr(before, begin(i) - before));
    }
    const size_t end = past_line_end(all, form(), record_end(all, form(), begin(i)));
    writer.write(all.substr(begin(i), end - begin(i)));
  }
  if (form() == Form::array) writer.write(cut() ? "\n]\n" : all.substr(layout_.tail));
  return writer.commit();
}

}  // namespace decant::records
