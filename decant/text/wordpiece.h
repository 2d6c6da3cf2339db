// WordPiece: texts as the token ids of BERT's family.
//
// A text is cut into words (bert_words.h), and each word from its beginning into the longest tokens
// that the vocabulary has; those after the first are written with a prefix there, "##". A word that
// cannot be cut to its end, or has more than 100 characters, is one unknown token.
//
//     vocabulary un ##aff ##able:   "Unaffable!" → un ##aff ##able [UNK]
//
//     M. Schuster, K. Nakajima, "Japanese and Korean voice search", ICASSP 2012; J. Devlin et al.,
//     "BERT", NAACL 2019.
//
// Special tokens that stand in a text literally, "[SEP]", are that token, as in Hugging Face's
// tokenizers; they are looked for before anything is normalised.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "decant/data/texts.h"
#include "decant/text/bert_words.h"

namespace decant::text {

/// All that a file says of a tokenizer.
struct WordPieceParts {
  std::vector<std::pair<std::string, int32_t>> tokens;   ///< each once, with an id of its own
  std::vector<std::pair<std::string, int32_t>> literal;  ///< found in texts as they stand; may be among the tokens
  std::string unknown = "[UNK]";
  std::string prefix = "##";
  int64_t longest = 100;  ///< characters of a word; longer ones are unknown
  BertNormaliser normaliser;
  std::optional<int32_t> begin;  ///< put before a text by models that want it, [CLS]
  std::optional<int32_t> end;    ///< and after it, [SEP]
};

/// Const members may be called from many threads at once.
class WordPiece {
 public:
  /// Throws InputError naming `file`: no tokens, a token or an id twice, an empty token, no unknown
  /// token.
  WordPiece(WordPieceParts parts, const std::string& file);
  WordPiece(WordPiece&&) = default;  // views point into the strings, which stay where they are
  WordPiece& operator=(WordPiece&&) = default;
  WordPiece(const WordPiece&) = delete;
  WordPiece& operator=(const WordPiece&) = delete;

  /// Scratch for append(): one per thread.
  BertWords words() const { return {parts_.normaliser, parts_.longest}; }
  /// Appends the ids of a text, without begin and end. About 10 million characters of English per
  /// second.
  void append(std::string_view text, BertWords& words, std::vector<int32_t>& ids) const;

  /// The same of all turns of a record, one after another.
  void append(const Record& record, BertWords& words, std::vector<int32_t>& ids) const {
    for (const Turn& turn : record.turns) append(turn.text, words, ids);
  }

  int32_t unknown() const { return unknown_; }
  std::optional<int32_t> begin() const { return parts_.begin; }
  std::optional<int32_t> end() const { return parts_.end; }
  /// The token of the largest id, and that id: a table of embeddings must have more rows.
  std::pair<std::string, int32_t> last_token() const;

 private:
  struct Hash {
    size_t operator()(std::string_view text) const;
  };
  using Ids = std::unordered_map<std::string_view, int32_t, Hash>;

  void append_words(std::string_view text, BertWords& words, std::vector<int32_t>& ids) const;
  void append_word(std::string_view word, std::vector<int32_t>& ids) const;
  const std::pair<std::string, int32_t>* literal_at(std::string_view text) const;

  WordPieceParts parts_;
  Ids first_;  ///< tokens that begin a word
  Ids later_;  ///< the others, without their prefix
  size_t longest_token_ = 0;
  int32_t unknown_ = 0;
  std::array<bool, 256> starts_literal_ = {};
};

/// From a `vocab.txt`, a token per line whose id is the line's number from 0. Throws InputError
/// naming file and line.
WordPiece parse_vocabulary(std::string_view text, const std::string& file, const BertNormaliser& normaliser);

/// From a `tokenizer.json` of type WordPiece with BertNormalizer and BertPreTokenizer. Throws
/// InputError: no JSON of that form, another type (named, with what is supported), and what the
/// constructor throws. Memory: a few times the text.
WordPiece parse_tokenizer(std::string_view text, const std::string& file);

/// The tokenizer of a model's folder: its tokenizer.json, else vocab.txt with what
/// tokenizer_config.json says of case and accents. Throws InputError, also where it has neither.
WordPiece open_wordpiece(const std::filesystem::path& folder);

}  // namespace decant::text
