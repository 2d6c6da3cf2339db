#include "decant/formats/records/records.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <unordered_map>

#include "decant/base/errors.h"
#include "decant/base/name_pattern.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/records/record_file.h"
#include "decant/formats/split_name.h"

namespace decant {
namespace fs = std::filesystem;
namespace records {
namespace {

constexpr int64_t kReadChunk = 1024;  // rows; a chunk is worth a millisecond
constexpr size_t kMostClassNames = 65536;

/// Numbers for the names of classes, in the order in which they were first seen.
class ClassNames {
 public:
  int32_t number_of(std::string_view name) {
    const auto [at, fresh] = numbers_.try_emplace(std::string(name), static_cast<int32_t>(numbers_.size()));
    return at->second;
  }
  size_t count() const { return numbers_.size(); }

  /// By size where all are whole numbers, else by bytes; and the new number of each old one.
  std::vector<std::string> sorted(std::vector<int32_t>& renumbered) const {
    std::vector<std::string> names;
    for (const auto& [name, number] : numbers_) names.push_back(name);
    const bool numeric = std::ranges::all_of(names, [](const std::string& name) { return whole_number(name).has_value(); });
    std::ranges::sort(names, [&](const std::string& a, const std::string& b) {
      return numeric && whole_number(a) != whole_number(b) ? whole_number(a) < whole_number(b) : a < b;
    });
    renumbered.resize(names.size());
    for (size_t i = 0; i < names.size(); ++i) renumbered[static_cast<size_t>(numbers_.at(names[i]))] = static_cast<int32_t>(i);
    return names;
  }

 private:
  static std::optional<int64_t> whole_number(const std::string& name) {
    int64_t value = 0;
    const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), value);
    return code == std::errc() && end == name.data() + name.size() ? std::optional(value) : std::nullopt;
  }

  std::unordered_map<std::string, int32_t> numbers_;
};

class RecordRows final : public Rows, public Texts, public Fields, public Targets {
 public:
  explicit RecordRows(std::vector<std::shared_ptr<const RecordFile>> files) : files_(std::move(files)) {
    for (const auto& file : files_) {
      firsts_.push_back(size_);
      size_ += file->count();
    }
  }

  int64_t size() const override { return size_; }
  std::string key(int64_t row) const override { return fmt::format("{}#{}", file_of(row).name(), place_of(row)); }
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return as_bytes(file_of(row).record(place_of(row))); }
  std::string known_fault(int64_t row) const override {
    const auto found = faults_.find(row);
    return found == faults_.end() ? "" : found->second;
  }
  std::vector<int64_t> known_faults() const override {
    std::vector<int64_t> rows;
    for (const auto& [row, fault] : faults_) rows.push_back(row);
    return rows;
  }
  int64_t stored_bytes() const override {
    int64_t sum = 0;
    for (const auto& file : files_) sum += file->stored_bytes();
    return sum;
  }
  const Modality& modality() const override { return modality::records; }
  const Texts* texts() const override { return this; }
  const Fields* fields() const override { return this; }
  const Targets* targets() const override { return labels_.empty() ? nullptr : this; }
  int32_t label(int64_t row) const override { return labels_[static_cast<size_t>(row)]; }
  void read(int64_t row, Record& out) const override {
    std::optional<std::string_view> label;
    if (const std::string fault = file_of(row).read(place_of(row), out, label); !fault.empty())
      throw InputError({key(row), "", fault, "Repair or remove the record"});
  }
  std::optional<std::string> value(int64_t row, std::string_view name) const override {
    return faults_.contains(row) ? std::nullopt : file_of(row).field(place_of(row), name);
  }
  std::vector<std::string> names(int64_t row) const override {
    return faults_.contains(row) ? std::vector<std::string>() : file_of(row).field_names(place_of(row));
  }
  std::string schema() const override { return files_.empty() ? "" : files_.front()->schema(); }

  const std::vector<std::shared_ptr<const RecordFile>>& files() const { return files_; }
  int64_t first_of(size_t file) const { return firsts_[file]; }

  /// Reads every record once: finds the bad ones and the names of classes.
  void read_all(ClassNames& names, const Context& context);
  void renumber_labels(std::span<const int32_t> renumbered) {
    for (int32_t& label : labels_) label = label == kNoLabel ? kNoLabel : renumbered[static_cast<size_t>(label)];
  }

 private:
  struct Chunk {
    std::vector<std::pair<int64_t, std::string>> faults;
    std::vector<int32_t> labels;  // of each row, a place in `names`; empty where no row has a class
    std::vector<std::string> names;
  };

  size_t file_number(int64_t row) const {
    DECANT_CHECK(row, >=, 0);
    DECANT_CHECK(row, <, size_);
    return static_cast<size_t>(std::ranges::upper_bound(firsts_, row) - firsts_.begin()) - 1;
  }
  const RecordFile& file_of(int64_t row) const { return *files_[file_number(row)]; }
  int64_t place_of(int64_t row) const { return row - firsts_[file_number(row)]; }

  Chunk read_chunk(int64_t begin, int64_t end) const;
  void take(Chunk chunk, int64_t begin, ClassNames& names);
  void add_lines();

  std::vector<std::shared_ptr<const RecordFile>> files_;
  std::vector<int64_t> firsts_;  // row of each file's first record
  int64_t size_ = 0;
  std::map<int64_t, std::string> faults_;
  std::vector<int32_t> labels_;  // empty where no record has a class
};

RecordRows::Chunk RecordRows::read_chunk(int64_t begin, int64_t end) const {
  thread_local Record record;
  Chunk chunk;
  ClassNames own;
  for (int64_t row = begin; row < end; ++row) {
    std::optional<std::string_view> label;
    std::string fault = file_of(row).read(place_of(row), record, label);
    if (!fault.empty()) {
      chunk.faults.emplace_back(row, std::move(fault));
      label.reset();
    }
    chunk.labels.push_back(label ? own.number_of(*label) : kNoLabel);
    if (own.count() > chunk.names.size()) chunk.names.emplace_back(*label);
  }
  if (chunk.names.empty()) chunk.labels = {};  // of many rows they would add up
  return chunk;
}

void RecordRows::take(Chunk chunk, int64_t begin, ClassNames& names) {
  for (auto& [row, fault] : chunk.faults) faults_.emplace_hint(faults_.end(), row, std::move(fault));
  if (chunk.names.empty()) return;
  if (labels_.empty()) labels_.assign(static_cast<size_t>(size_), kNoLabel);
  std::vector<int32_t> numbers;
  for (const std::string& name : chunk.names) numbers.push_back(names.number_of(name));
  if (names.count() > kMostClassNames)
    throw InputError({files_.front()->name(), "", fmt::format("has more than {} classes", human_count(kMostClassNames)),
                      "Name another field with --label-field"});
  for (size_t i = 0; i < chunk.labels.size(); ++i) {
    if (chunk.labels[i] != kNoLabel) labels_[static_cast<size_t>(begin) + i] = numbers[static_cast<size_t>(chunk.labels[i])];
  }
}

/// Puts the line in front of every fault. One pass over the files that have any.
void RecordRows::add_lines() {
  size_t counted_file = files_.size();
  size_t counted = 0;
  int64_t line = 1;
  for (auto& [row, fault] : faults_) {
    const size_t number = file_number(row);
    const RecordFile& file = *files_[number];
    if (number != counted_file) counted = 0, line = 1, counted_file = number;
    const size_t at = file.begin(row - firsts_[number]);
    line += std::count(file.text().begin() + static_cast<ptrdiff_t>(counted), file.text().begin() + static_cast<ptrdiff_t>(at), '\n');
    counted = at;
    fault = fmt::format("line {}: {}", line, fault);
  }
}

void RecordRows::read_all(ClassNames& names, const Context& context) {
  Stage stage(context, "reading records", size_, "rows");
  std::vector<Chunk> chunks(static_cast<size_t>((size_ + kReadChunk - 1) / kReadChunk));
  parallel_for(context, size_, kReadChunk, [&](int64_t begin, int64_t end) {
    chunks[static_cast<size_t>(begin / kReadChunk)] = read_chunk(begin, end);
    stage.advance(end - begin);
  });
  for (size_t i = 0; i < chunks.size(); ++i) take(std::move(chunks[i]), static_cast<int64_t>(i) * kReadChunk, names);
  add_lines();
}

class RecordWriter final : public SubsetWriter {
 public:
  explicit RecordWriter(std::shared_ptr<const RecordRows> rows) : rows_(std::move(rows)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    Stage stage(context, "copying", std::ssize(rows), "records");
    int64_t written = 0;
    for (size_t number = 0; number < rows_->files().size(); ++number) {
      const RecordFile& file = *rows_->files()[number];
      const int64_t first = rows_->first_of(number);
      std::vector<int64_t> own;
      for (; !rows.empty() && rows.front() < first + file.count(); rows = rows.subspan(1)) own.push_back(rows.front() - first);
      if (own.empty()) continue;
      written += file.write(own, folder / file.name());
      stage.advance(std::ssize(own));
    }
    return written;
  }

 private:
  std::shared_ptr<const RecordRows> rows_;
};

/// "train-00000-of-00005.jsonl.gz" → "train".
std::optional<Split> split_of(const std::string& name) {
  const std::string stem = name.substr(0, name.find('.'));
  std::vector<std::string> words(1);
  for (const char c : stem) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0)
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  std::erase_if(words, [](const std::string& word) { return word.empty() || word == "of"; });
  if (words.empty()) return std::nullopt;
  const auto first = meant_split(words.front());
  return first ? first : meant_split(words.back());
}

using FilesBySplit = std::map<Split, std::vector<fs::path>>;

/// All are training rows where none is called so, which is reported of several.
FilesBySplit by_split(const std::vector<fs::path>& files, std::vector<Oddity>& oddities) {
  FilesBySplit parts;
  std::vector<fs::path> others;
  for (const fs::path& file : files) {
    const auto split = split_of(file.filename().string());
    (split ? parts[*split] : others).push_back(file);
  }
  if (!parts.contains(Split::train) && others.empty()) {
    if (files.size() > 1)
      oddities.push_back(
          {files.front().parent_path().string(), "holds no training file, so all of its files are read as training rows", true});
    return {{Split::train, files}};
  }
  if (!parts.contains(Split::train)) {
    parts[Split::train] = others;
    return parts;
  }
  for (const fs::path& file : others)
    oddities.push_back({file.string(), "is not read: other files are called train, and this one names no split", true});
  return parts;
}

bool holds_records(const fs::path& file) {
  if (record_extension(file.filename().string()).empty() || !fs::is_regular_file(file)) return false;
  try {
    const MappedFile mapped(file);
    std::vector<std::byte> beginning;
    const auto first = [&](size_t bytes) {
      beginning = unpacked(mapped.bytes(), packing_of(mapped.bytes()), file.string(), bytes);
      return as_text(beginning);
    };
    return form_of(file.filename().string(), first).has_value();
  } catch (const Error&) {
    return false;  // whatever reads it says why
  }
}

bool is_plain_text(const fs::path& file) {
  return record_extension(file.filename().string()) == ".txt";
}

/// In a folder lines of text are records where there is nothing else, but for what describes them.
bool only_plain_text(const std::vector<fs::path>& entries) {
  return std::ranges::all_of(entries, [](const fs::path& entry) {
    const std::string name = entry.filename().string();
    return is_plain_text(entry) || entry.extension() == ".md" || name.starts_with('.') || name == "LICENSE";
  });
}

std::vector<fs::path> record_files_in(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) entries.push_back(at->path());
  const bool plain = only_plain_text(entries);
  std::erase_if(entries, [&](const fs::path& entry) { return (is_plain_text(entry) && !plain) || !holds_records(entry); });
  std::ranges::sort(entries);
  return entries;
}

std::vector<fs::path> files_named(const std::string& spec) {
  if (fs::is_directory(spec)) return record_files_in(spec);
  if (fs::exists(spec)) return {spec};
  std::vector<fs::path> files;
  for (const std::string& name : expand_braces(spec)) {
    for (const std::string& file : has_wildcard(name) ? files_like(name) : std::vector<std::string>{name}) files.emplace_back(file);
  }
  return files;
}

void require_distinct_names(const std::vector<fs::path>& files) {
  std::set<std::string> names;
  for (const fs::path& file : files) {
    if (!names.insert(file.filename().string()).second)
      throw InputError({file.string(), "", "has the name of another file that is read with it", "Give the files distinct names"});
  }
}

std::shared_ptr<RecordRows> open_files(const std::vector<fs::path>& files, const FieldNames& names, Dataset& dataset) {
  std::vector<std::shared_ptr<const RecordFile>> opened;
  for (const fs::path& path : files) {
    opened.push_back(std::make_shared<RecordFile>(path, names));
    if (opened.back()->cut()) dataset.oddities.push_back({path.string(), "its array is not closed: the file was cut off", true});
  }
  return std::make_shared<RecordRows>(std::move(opened));
}

/// A file of other fields than the first is most likely a mistake.
void note_other_schemas(const RecordRows& rows, Dataset& dataset) {
  for (const auto& file : rows.files()) {
    if (file->count() > 0 && file->schema() != rows.schema())
      dataset.oddities.push_back(
          {file->name(), fmt::format("is read as {}, and the first file as {}", file->schema(), rows.schema()), true});
  }
}

}  // namespace
}  // namespace records

bool names_records(const std::string& spec) {
  return !records::record_extension(fs::path(spec).filename().string()).empty();
}

bool looks_like_records(const fs::path& path) {
  return fs::is_directory(path) ? !records::record_files_in(path).empty() : records::holds_records(path);
}

Dataset open_records(const std::string& spec, const records::FieldNames& names, const Context& context) {
  Dataset dataset{.root = spec};
  const std::vector<fs::path> files = records::files_named(spec);
  records::require_distinct_names(files);
  records::ClassNames classes;
  std::vector<std::shared_ptr<records::RecordRows>> parts;
  for (const auto& [split, paths] : records::by_split(files, dataset.oddities)) {
    parts.push_back(records::open_files(paths, names, dataset));
    parts.back()->read_all(classes, context);
    records::note_other_schemas(*parts.back(), dataset);
    dataset.splits[split] = parts.back();
    if (split == Split::train) dataset.writer = std::make_shared<records::RecordWriter>(parts.back());
    if (split == Split::train) dataset.format = records::name_of(parts.back()->files().front()->form());
  }
  std::vector<int32_t> renumbered;
  dataset.classes = classes.sorted(renumbered);
  for (const auto& part : parts) part->renumber_labels(renumbered);
  return dataset;
}

}  // namespace decant
