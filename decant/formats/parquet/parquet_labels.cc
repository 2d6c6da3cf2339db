#include "decant/formats/parquet/parquet_labels.h"

#include <algorithm>
#include <unordered_map>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/labels/class_text.h"
#include "decant/formats/parquet/row_json.h"

namespace decant::parquet {
namespace {

constexpr size_t kMostTexts = 65'536;  // different labels; more are names of rows

/// The column of one file: of each row the number of its text, −1 where it has none.
struct FileLabels {
  std::vector<int32_t> numbers;
  std::vector<std::string> texts;
};

FileLabels read_file_labels(const ParquetFile& file, int column) {
  FileLabels labels;
  std::unordered_map<std::string, int32_t> known;
  ColumnCursor cursor(file, column);
  std::string last;
  int32_t last_number = -1;
  for (int64_t row = 0; row < file.rows() && labels.texts.size() <= kMostTexts; ++row) {
    const auto value = cursor.value(row);
    if (!value) {
      labels.numbers.push_back(-1);
      continue;
    }
    if (last_number < 0 || *value != last) {  // sets in order of their classes have long runs
      const std::string text = value_text(cursor.node(), *value).value_or("");
      const auto [at, fresh] = known.try_emplace(text, static_cast<int32_t>(labels.texts.size()));
      if (fresh) labels.texts.push_back(text);
      last_number = at->second;
      last = *value;
    }
    labels.numbers.push_back(last_number);
  }
  return labels;
}

std::vector<FileLabels> read_all_files(const Files& files, int column, const Context& context) {
  std::vector<FileLabels> labels(files.size());
  Stage stage(context, "reading labels", std::ssize(files), "files");
  parallel_for(context, std::ssize(files), 1, [&](int64_t i, int64_t) {
    labels[static_cast<size_t>(i)] = read_file_labels(*files[static_cast<size_t>(i)], column);
    stage.advance();
  });
  return labels;
}

class LabelNumbers {
 public:
  LabelNumbers(std::vector<std::string> names, const std::vector<FileLabels>& train) : names_(std::move(names)) {
    for (size_t i = 0; i < names_.size(); ++i) numbers_.emplace(names_[i], static_cast<int32_t>(i));
    if (!names_.empty()) return;
    std::vector<std::string_view> texts;
    for (const FileLabels& file : train) texts.insert(texts.end(), file.texts.begin(), file.texts.end());
    std::ranges::sort(texts);
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    if (texts.size() > kMostTexts) {
      fault_ = fmt::format("has more than {} different values", human_count(kMostTexts));
      return;
    }
    classes_ = labels::classes_of_texts(std::move(texts));
    if (!classes_.fault.empty()) fault_ = "holds no classes: " + classes_.fault;
  }

  const std::string& fault() const { return fault_; }
  std::vector<std::string> names() const { return names_.empty() ? classes_.names : names_; }

  /// kNoLabel for −1 and an empty text; nothing for a value that is no class.
  std::optional<int32_t> number_of(const std::string& text) const {
    if (names_.empty()) {
      const int32_t label = classes_.label_of(text);
      const bool none = text.empty() || labels::whole_number(text) == kNoLabel;
      return label == kNoLabel && !none ? std::nullopt : std::optional(label);
    }
    if (const auto found = numbers_.find(text); found != numbers_.end()) return found->second;
    if (text.empty()) return kNoLabel;
    const auto number = labels::whole_number(text);
    if (!number || *number < kNoLabel || *number >= std::ssize(names_)) return std::nullopt;
    return static_cast<int32_t>(*number);
  }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, int32_t> numbers_;
  labels::TextClasses classes_;
  std::string fault_;
};

/// The labels of one split's rows. `strange`: values that are no class of the training rows.
std::vector<int32_t> numbered(const std::vector<FileLabels>& files, const LabelNumbers& numbers, const Files& of, int column,
                              bool names_known, int64_t& strange) {
  std::vector<int32_t> labels;
  for (size_t i = 0; i < files.size(); ++i) {
    std::vector<int32_t> own;
    std::vector<bool> known;
    for (const std::string& text : files[i].texts) {
      const auto number = numbers.number_of(text);
      if (!number && names_known)
        throw InputError({of[i]->path().string(), fmt::format("column {}", of[i]->footer().column(column).path),
                          fmt::format("holds the class '{}', and there are names for {}", text, human_count(std::ssize(numbers.names()))),
                          "Correct the names of the ClassLabel, or name another column with --label-field"});
      own.push_back(number.value_or(kNoLabel));
      known.push_back(number.has_value());
    }
    for (const int32_t place : files[i].numbers) {
      labels.push_back(place < 0 ? kNoLabel : own[static_cast<size_t>(place)]);
      strange += place >= 0 && !known[static_cast<size_t>(place)] ? 1 : 0;
    }
  }
  if (std::ranges::all_of(labels, [](int32_t label) { return label == kNoLabel; })) labels.clear();
  return labels;
}

}  // namespace

ParquetLabels read_labels(const std::map<Split, Files>& splits, int column, std::vector<std::string> names, bool named,
                          std::vector<Oddity>& oddities, const Context& context) {
  std::map<Split, std::vector<FileLabels>> read;
  for (const auto& [split, files] : splits) read[split] = read_all_files(files, column, context);
  const bool names_known = !names.empty();
  const LabelNumbers numbers(std::move(names), read.at(Split::train));
  const ParquetFile& first = *splits.at(Split::train).front();
  const std::string& name = first.footer().column(column).path;
  if (!numbers.fault().empty()) {
    if (named) throw InputError({first.path().string(), "column " + name, numbers.fault(), "Name another column with --label-field"});
    oddities.push_back({first.path().string(),
                        fmt::format("column '{}' {}, so rows stay unlabelled. Name another with --label-field", name, numbers.fault()),
                        true});
    return {};
  }
  ParquetLabels labels{.names = numbers.names()};
  for (const auto& [split, files] : splits) {
    int64_t strange = 0;
    labels.of_row[split] = numbered(read.at(split), numbers, files, column, names_known, strange);
    if (strange > 0)
      oddities.push_back({first.path().string(),
                          fmt::format("{} {} rows are of classes that no training row has, and count as unlabelled", human_count(strange),
                                      decant::name_of(split)),
                          true});
  }
  return labels;
}

}  // namespace decant::parquet
