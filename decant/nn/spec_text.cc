#include "decant/nn/spec_text.h"

#include <algorithm>
#include <charconv>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant::nn {
namespace {

const std::vector<std::string> kNorms = {"none", "instance", "batch", "layer", "group"};  // in the order of NormKind

std::string guess_text(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near);
}

}  // namespace

SpecText::SpecText(const std::string& text, std::string kind) : kind_(std::move(kind)) {
  size_t end = std::min(text.find('+'), text.size());
  name_ = text.substr(0, end);
  while (end < text.size()) {
    const size_t begin = end + 1;
    end = std::min(text.find('+', begin), text.size());
    const std::string option = text.substr(begin, end - begin);
    const size_t equals = option.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw fault(fmt::format("'{}' is not an option with a value", option), "Write it as key=value, for example width=64");
    if (!options_.emplace(option.substr(0, equals), option.substr(equals + 1)).second)
      throw fault(fmt::format("option '{}' is given twice", option.substr(0, equals)), "Give it once");
  }
}

InputError SpecText::fault(const std::string& what, const std::string& remedy) const {
  return InputError({"", fmt::format("{} '{}'", kind_, name_), what, remedy});
}

const std::string* SpecText::given(const std::string& key) {
  asked_.push_back(key);
  const auto found = options_.find(key);
  return found == options_.end() ? nullptr : &found->second;
}

int SpecText::number(const std::string& key, int usual, int low, int high) {
  const std::string* text = given(key);
  if (text == nullptr) return usual;
  int value = 0;
  const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (code != std::errc() || end != text->data() + text->size() || value < low || value > high)
    throw fault(fmt::format("{} '{}' is not a whole number from {} to {}", key, *text, low, high), fmt::format("The default is {}", usual));
  return value;
}

double SpecText::real(const std::string& key, double usual, double low, double high) {
  const std::string* text = given(key);
  if (text == nullptr) return usual;
  double value = 0;
  const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (code != std::errc() || end != text->data() + text->size() || !(value >= low && value <= high))
    throw fault(fmt::format("{} '{}' is not a number from {} to {}", key, *text, low, high), fmt::format("The default is {}", usual));
  return value;
}

std::string SpecText::word(const std::string& key, const std::string& usual, const std::vector<std::string>& known) {
  const std::string* text = given(key);
  if (text == nullptr) return usual;
  if (std::ranges::find(known, *text) == known.end())
    throw fault(fmt::format("unknown {} '{}'{}", key, *text, guess_text(*text, known)),
                fmt::format("Choose one of {}", fmt::join(known, ", ")));
  return *text;
}

NormKind SpecText::norm(NormKind usual) {
  const std::string name = word("norm", kNorms[static_cast<size_t>(usual)], kNorms);
  return static_cast<NormKind>(std::ranges::find(kNorms, name) - kNorms.begin());
}

void SpecText::require_all_asked() const {
  for (const auto& [key, value] : options_) {
    if (std::ranges::find(asked_, key) != asked_.end()) continue;
    throw fault(fmt::format("unknown option '{}'{}", key, guess_text(key, asked_)),
                asked_.empty() ? "It takes none" : fmt::format("It takes {}", fmt::join(asked_, ", ")));
  }
}

}  // namespace decant::nn
