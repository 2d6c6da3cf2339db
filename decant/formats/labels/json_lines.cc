#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "decant/formats/labels/class_text.h"
#include "decant/formats/labels/json_fields.h"
#include "decant/formats/labels/label_list.h"

namespace decant::labels {
namespace {

/// Reads one file of an object per line.
class JsonLines {
 public:
  JsonLines(LabelList& list, const std::string& field) : list_(list), names_{"file_name"} {
    if (field.empty())
      names_.insert(names_.end(), label_names().begin(), label_names().end());
    else
      names_.push_back(field);
  }

  void read() {
    const std::string_view text = list_.text();
    bool sound = true;
    for (size_t at = 0; at < text.size() && sound;) {
      const size_t line_end = std::min(text.find('\n', at), text.size() - 1) + 1;
      ++number_;
      if (text.find_first_not_of(" \t\r\n", at) < line_end) sound = take(text.substr(at, line_end - at), at, line_end);
      at = line_end;
    }
    if (field_ > 0)
      list_.field = names_[field_];
    else
      fail("has no field that is known as a label");
  }

 private:
  void fail(std::string fault) {
    if (list_.fault.empty()) list_.fault = std::move(fault);
  }

  /// False where the line is no object: what follows cannot be trusted.
  bool take(std::string_view line, size_t begin, size_t end) {
    auto fields = json_fields(line, names_);
    if (!fields) {
      fail(fmt::format("line {} is not a JSON object", number_));
      return false;
    }
    if (field_ == 0) find_field(*fields);
    list_.lines.push_back({std::move(fields->front().text), field_ > 0 ? label_of((*fields)[field_]) : "", begin, end});
    return true;
  }

  std::string label_of(const JsonField& field) {
    const auto label = label_text(field);
    if (!label)
      fail(fmt::format("the field \"{}\" of line {} is {} and no class", names_[field_], number_,
                       field.kind == JsonField::Kind::number ? "a fraction" : kind_name(field.kind)));
    return label.value_or("");
  }

  void find_field(const std::vector<JsonField>& fields) {
    for (size_t i = 1; i < fields.size() && field_ == 0; ++i) {
      if (fields[i].kind != JsonField::Kind::missing) field_ = i;
    }
  }

  LabelList& list_;
  std::vector<std::string> names_;  ///< the path's, then the label's
  size_t field_ = 0;                ///< of the label, once it is known
  int64_t number_ = 0;
};

}  // namespace

const LabelSource kJsonLines = {"json lines", [](const std::string& name) { return name.ends_with(".jsonl"); },
                                [](LabelList& list, const std::string& field) { JsonLines(list, field).read(); }};

}  // namespace decant::labels
