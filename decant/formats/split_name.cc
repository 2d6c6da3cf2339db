#include "decant/formats/split_name.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace decant {
namespace {

struct SplitWord {
  std::string_view word;
  Split split;
};
constexpr std::array<SplitWord, 12> kSplitWords = {{{"train", Split::train},
                                                    {"training", Split::train},
                                                    {"trainset", Split::train},
                                                    {"val", Split::validation},
                                                    {"valid", Split::validation},
                                                    {"validation", Split::validation},
                                                    {"dev", Split::validation},
                                                    {"eval", Split::validation},
                                                    {"evaluation", Split::validation},
                                                    {"test", Split::test},
                                                    {"testing", Split::test},
                                                    {"testset", Split::test}}};
constexpr std::array<std::string_view, 9> kFillers = {"set", "split", "data", "images", "image", "imgs", "img", "pictures", "photos"};

/// Runs of letters, in lower case.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0)
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace

std::optional<Split> split_of_word(std::string_view word) {
  const auto* const found = std::ranges::find(kSplitWords, word, &SplitWord::word);
  return found == kSplitWords.end() ? std::nullopt : std::optional(found->split);
}

std::optional<Split> meant_split(std::string_view name) {
  std::optional<Split> meant;
  for (const std::string& word : words_of(name)) {
    const auto split = split_of_word(word);
    if (split && !meant)
      meant = split;
    else if (std::ranges::find(kFillers, word) == kFillers.end())
      return std::nullopt;
  }
  return meant;
}

std::optional<Split> split_in_name(std::string_view name) {
  for (const std::string& word : words_of(name)) {
    if (const auto split = split_of_word(word)) return split;
  }
  return std::nullopt;
}

std::optional<MeantSplits> meant_splits(const std::vector<std::string>& names) {
  const auto first = [&](bool train) {
    return std::ranges::find_if(names, [&](const std::string& name) {
      const auto split = meant_split(name);
      return split && (*split == Split::train) == train;
    });
  };
  const auto train = first(true);
  const auto test = first(false);
  if (train == names.end() || test == names.end()) return std::nullopt;
  return MeantSplits{*train, *test};
}

}  // namespace decant
