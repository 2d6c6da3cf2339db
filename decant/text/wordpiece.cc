#include "decant/text/wordpiece.h"

#include <algorithm>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"

namespace decant::text {
namespace {

using NumberedToken = std::pair<std::string, int32_t>;

constexpr const char* kVocabularyRemedy = "Use the tokenizer file that came with the model";

std::string token_place(std::string_view token) {
  return fmt::format("token '{}'", token.substr(0, 100));
}

void require_ids_once(std::span<const NumberedToken> tokens, const std::string& file) {
  std::vector<const NumberedToken*> order;
  for (const NumberedToken& token : tokens) order.push_back(&token);
  std::ranges::sort(order, {}, [](const NumberedToken* token) { return token->second; });
  const auto twice = std::ranges::adjacent_find(order, {}, [](const NumberedToken* token) { return token->second; });
  if (twice == order.end()) return;
  throw InputError({file, token_place((*(twice + 1))->first),
                    fmt::format("has the id {}, which '{}' has too", (*twice)->second, (*twice)->first.substr(0, 100)), kVocabularyRemedy});
}

/// A literal token that the vocabulary holds has the same id there, and that of any other is its
/// own.
void require_literals_fit(const WordPieceParts& parts, const std::string& file) {
  std::unordered_map<int32_t, std::string_view> of_id;
  for (const auto& [token, id] : parts.tokens) of_id[id] = token;
  for (const auto& [token, id] : parts.literal) {
    const auto [there, is_new] = of_id.try_emplace(id, token);
    if (!is_new && there->second != token)
      throw InputError({file, token_place(token), fmt::format("is added with the id {}, which '{}' has", id, there->second.substr(0, 100)),
                        kVocabularyRemedy});
  }
}

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

}  // namespace

size_t WordPiece::Hash::operator()(std::string_view text) const {
  return hash64(text);
}

WordPiece::WordPiece(WordPieceParts parts, const std::string& file) : parts_(std::move(parts)) {
  if (parts_.tokens.empty()) throw InputError({file, "", "holds no tokens", kVocabularyRemedy});
  require_ids_once(parts_.tokens, file);
  require_literals_fit(parts_, file);
  const std::string& prefix = parts_.prefix;
  first_.reserve(parts_.tokens.size());
  for (const auto& [token, id] : parts_.tokens) {
    if (token.empty()) throw InputError({file, fmt::format("id {}", id), "is an empty token", kVocabularyRemedy});
    const bool later = token.size() > prefix.size() && token.starts_with(prefix);
    const std::string_view text = std::string_view(token).substr(later ? prefix.size() : 0);
    if (!(later ? later_ : first_).emplace(text, id).second)
      throw InputError({file, token_place(token), "is given twice", kVocabularyRemedy});
    longest_token_ = std::max(longest_token_, text.size());
  }
  const auto unknown = first_.find(parts_.unknown);
  if (unknown == first_.end())
    throw InputError({file, token_place(parts_.unknown), "is missing: it stands for unknown words", kVocabularyRemedy});
  unknown_ = unknown->second;
  for (const auto& [token, id] : parts_.literal) {
    if (token.empty()) throw InputError({file, fmt::format("id {}", id), "is an empty added token", kVocabularyRemedy});
    starts_literal_[static_cast<unsigned char>(token.front())] = true;
  }
}

std::pair<std::string, int32_t> WordPiece::last_token() const {
  NumberedToken last = *std::ranges::max_element(parts_.tokens, {}, &NumberedToken::second);
  for (const NumberedToken& token : parts_.literal) {
    if (token.second > last.second) last = token;
  }
  return last;
}

/// The longest literal token that the text begins with; null if none.
const std::pair<std::string, int32_t>* WordPiece::literal_at(std::string_view text) const {
  if (!starts_literal_[static_cast<unsigned char>(text.front())]) return nullptr;
  const NumberedToken* found = nullptr;
  for (const NumberedToken& token : parts_.literal) {
    if (text.starts_with(token.first) && (found == nullptr || token.first.size() > found->first.size())) found = &token;
  }
  return found;
}

void WordPiece::append(std::string_view text, BertWords& words, std::vector<int32_t>& ids) const {
  size_t done = 0;
  for (size_t at = 0; at < text.size();) {
    const NumberedToken* const literal = literal_at(text.substr(at));
    if (literal == nullptr) {
      ++at;
      continue;
    }
    append_words(text.substr(done, at - done), words, ids);
    ids.push_back(literal->second);
    at += literal->first.size();
    done = at;
  }
  append_words(text.substr(done), words, ids);
}

void WordPiece::append_words(std::string_view text, BertWords& words, std::vector<int32_t>& ids) const {
  words.each(text, [&](std::string_view word, bool too_long) {
    if (too_long)
      ids.push_back(unknown_);
    else
      append_word(word, ids);
  });
}

void WordPiece::append_word(std::string_view word, std::vector<int32_t>& ids) const {
  const size_t before = ids.size();
  for (size_t at = 0; at < word.size();) {
    const Ids& known = at == 0 ? first_ : later_;
    size_t size = std::min(word.size() - at, longest_token_);
    auto found = known.end();
    for (; size > 0; --size) {
      if (at + size < word.size() && continues_character(word[at + size])) continue;
      found = known.find(word.substr(at, size));
      if (found != known.end()) break;
    }
    if (found == known.end()) {
      ids.resize(before);
      ids.push_back(unknown_);
      return;
    }
    ids.push_back(found->second);
    at += size;
  }
}

}  // namespace decant::text
