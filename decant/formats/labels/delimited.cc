#include "decant/formats/labels/delimited.h"

#include <algorithm>

namespace decant::labels {

DelimitedReader::DelimitedReader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {
  if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
}

/// Behind the opening quote: to behind the closing one.
void DelimitedReader::read_quoted(std::string& field) {
  while (at_ < text_.size()) {
    const size_t quote = std::min(text_.find('"', at_), text_.size());
    field += text_.substr(at_, quote - at_);
    at_ = std::min(quote + 1, text_.size());
    if (at_ == text_.size() || text_[at_] != '"') return;
    field += '"';
    ++at_;
  }
}

void DelimitedReader::read_field() {
  if (fields_.empty() || (kept_ == fields_.size() && kept_ < kMaxFields)) fields_.emplace_back();
  std::string dropped;
  std::string& field = kept_ < kMaxFields ? fields_[kept_++] : dropped;
  field.clear();
  ++count_;
  if (at_ < text_.size() && text_[at_] == '"') {
    ++at_;
    read_quoted(field);
  }
  const size_t first = at_;
  while (at_ < text_.size() && !ends_field(text_[at_])) ++at_;
  field += text_.substr(first, at_ - first);
}

bool DelimitedReader::next() {
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  if (at_ >= text_.size()) return false;
  begin_ = at_;
  count_ = kept_ = 0;
  while (true) {
    read_field();
    if (at_ >= text_.size()) return true;
    const char c = text_[at_++];
    if (c == delimiter_) continue;
    if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
    return true;
  }
}

}  // namespace decant::labels
