#include "decant/text/wordpiece.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"

namespace decant::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using namespace std::string_view_literals;

std::vector<std::string> bert_words(std::string_view text, const BertNormaliser& options = {}) {
  std::vector<std::string> all;
  BertWords(options, 100).each(text, [&](std::string_view word, bool) { all.emplace_back(word); });
  return all;
}

constexpr BertNormaliser kCased = {.strip_accents = false, .lower_case = false};

TEST(BertWords, AreLowerCasedWithoutAccents) {
  EXPECT_THAT(bert_words("Hello  World"), ElementsAre("hello", "world"));
  EXPECT_THAT(bert_words("Écoute Ångström"), ElementsAre("ecoute", "angstrom"));
  EXPECT_THAT(bert_words("e\u0301 ΣΊΣΥΦΟΣ"), ElementsAre("e", "σισυφοσ")) << "no final sigma: each character by itself";
  EXPECT_THAT(bert_words("İzmir"), ElementsAre("izmir"));
  EXPECT_THAT(bert_words("각"), ElementsAre("\u1100\u1161\u11A8")) << "Hangul is decomposed, and stays so";
  EXPECT_THAT(bert_words("Écoute İ", kCased), ElementsAre("Écoute", "İ"));
  EXPECT_THAT(bert_words("İ", {.strip_accents = false}), ElementsAre("i\u0307"));
}

TEST(BertWords, StandBetweenSpacesAndPunctuation) {
  EXPECT_THAT(bert_words("don't $5~up"), ElementsAre("don", "'", "t", "$", "5", "~", "up"));
  EXPECT_THAT(bert_words("“so”—he…"), ElementsAre("“", "so", "”", "—", "he", "…"));
  EXPECT_THAT(bert_words("a€b 5°"), ElementsAre("a€b", "5°")) << "symbols beyond ASCII are no punctuation";
  EXPECT_THAT(bert_words("a\tb\r\nc\u00A0d\u3000e\u2028f"), ElementsAre("a", "b", "c", "d", "e", "f"));
  EXPECT_THAT(bert_words("x中文y 한 カナ"), ElementsAre("x", "中", "文", "y", "\u1112\u1161\u11AB", "カナ"));
  EXPECT_THAT(bert_words("x中文", {.chinese_apart = false}), ElementsAre("x中文"));
  EXPECT_THAT(bert_words("\u037E"), ElementsAre(";")) << "the Greek question mark decomposes to a semicolon";
}

TEST(BertWords, AreCleaned) {
  EXPECT_THAT(bert_words("a\0b\x7F\u200D\uFFFD\uE000x"sv), ElementsAre("abx"));
  EXPECT_THAT(bert_words("a\xFFz\xE2\x82"), ElementsAre("az")) << "bytes that are not UTF-8";
  EXPECT_THAT(bert_words("a\u200Db", {.clean = false}), ElementsAre("a\u200Db"));
  EXPECT_THAT(bert_words(" \n"), IsEmpty());
}

TEST(BertWords, SayWhenTheyAreTooLong) {
  std::vector<std::pair<std::string, bool>> all;
  BertWords(BertNormaliser{}, 3).each("éte étés", [&](std::string_view word, bool too_long) { all.emplace_back(word, too_long); });
  EXPECT_THAT(all, ElementsAre(Pair("ete", false), Pair("ete", true)));
}

//                                        0     1     2     3     4      5  6     7     8     9  10    11
constexpr std::string_view kVocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##aff\n##able\n##ab\n!\nete\n##é\n";

std::vector<int32_t> ids_of(const WordPiece& tokenizer, std::string_view text) {
  std::vector<int32_t> ids;
  BertWords words = tokenizer.words();
  tokenizer.append(text, words, ids);
  return ids;
}

TEST(WordPiece, TakesTheLongestTokensFromTheBeginning) {
  const WordPiece tokenizer = parse_vocabulary(kVocabulary, "v", {});
  EXPECT_THAT(ids_of(tokenizer, "Unaffable!"), ElementsAre(5, 6, 7, 9));
  EXPECT_THAT(ids_of(tokenizer, "un affable"), ElementsAre(5, 1)) << "##aff does not begin a word";
  EXPECT_THAT(ids_of(tokenizer, "unab unabl"), ElementsAre(5, 8, 1)) << "a word that is not cut to its end is one unknown token";
  EXPECT_THAT(ids_of(tokenizer, "ÉTÉ"), ElementsAre(10));
  EXPECT_THAT(ids_of(parse_vocabulary(kVocabulary, "v", kCased), "uné unÉ"), ElementsAre(5, 11, 1));
  EXPECT_THAT(ids_of(tokenizer, ""), IsEmpty());
  EXPECT_EQ(tokenizer.begin(), 2);
  EXPECT_EQ(tokenizer.end(), 3);
  EXPECT_THAT(tokenizer.last_token(), Pair("##é", 11));
}

TEST(WordPiece, KnowsSpecialTokensInTexts) {
  const WordPiece tokenizer = parse_vocabulary(kVocabulary, "v", {});
  EXPECT_THAT(ids_of(tokenizer, "un[SEP]un [MASK]!"), ElementsAre(5, 3, 5, 4, 9));
  EXPECT_THAT(ids_of(tokenizer, "[sep]"), ElementsAre(1, 1, 1)) << "as they stand";
}

TEST(WordPiece, LeavesLongWordsUnknown) {
  const WordPiece tokenizer = parse_vocabulary("[UNK]\na\n##a\n", "v", {});
  EXPECT_EQ(ids_of(tokenizer, std::string(100, 'a')).size(), 100);
  EXPECT_THAT(ids_of(tokenizer, std::string(101, 'a')), ElementsAre(0));
}

TEST(WordPiece, RefusesDamagedVocabularies) {
  const auto said = [](std::string_view text) { return message_of<InputError>([&] { parse_vocabulary(text, "v.txt", {}); }); };
  expect_says(said("[UNK]\na\nb\na\n"), {"v.txt: line 4", "repeats the token 'a' of line 2"});
  expect_says(said("[UNK]\n\na\n"), {"v.txt: line 2", "is empty"});
  expect_says(said("a\nb\n"), {"token '[UNK]'", "is missing"});
  expect_says(said(""), {"v.txt: holds no tokens"});
  EXPECT_THAT(ids_of(parse_vocabulary("[UNK]\r\na\r\n", "v", {}), "a"), ElementsAre(1));
}

/// A tokenizer.json, of which each part may be replaced.
struct TokenizerText {
  std::string vocabulary = R"({"[UNK]": 0, "[CLS]": 7, "[SEP]": 8, "un": 2, "##do": 3, "É": 4})";
  std::string type = R"("type": "WordPiece", )";
  std::string normaliser =
      R"({"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true})";
  std::string before = R"({"type": "BertPreTokenizer"})";
  std::string added =
      R"([{"id": 7, "content": "[CLS]", "special": true, "normalized": false}, {"id": 9, "content": "<s>", "normalized": false}])";
  std::string after = "null";

  std::string text() const {
    return R"({"version": "1.0", "truncation": null, "added_tokens": )" + added + R"(, "normalizer": )" + normaliser +
           R"(, "pre_tokenizer": )" + before + R"(, "post_processor": )" + after + R"(, "model": {)" + type +
           R"("unk_token": "[UNK]", "max_input_chars_per_word": 5, "vocab": )" + vocabulary + "}}";
  }
  WordPiece parsed() const { return parse_tokenizer(text(), "t.json"); }
  std::string refused() const {
    return message_of<InputError>([&] { parsed(); });
  }
};

TEST(TokenizerFile, IsRead) {
  const WordPiece tokenizer = TokenizerText{}.parsed();
  EXPECT_THAT(ids_of(tokenizer, "Undo É undodo <s>un[SEP]"), ElementsAre(2, 3, 0, 0, 9, 2, 0, 0, 0));
  EXPECT_THAT(tokenizer.last_token(), Pair("<s>", 9));
  EXPECT_EQ(tokenizer.begin(), 7);
  EXPECT_EQ(tokenizer.end(), 8);
  const std::string cased = R"({"type": "BertNormalizer", "lowercase": false})";
  EXPECT_THAT(ids_of(TokenizerText{.normaliser = cased}.parsed(), "É UN un"), ElementsAre(4, 0, 2));
  EXPECT_THAT(ids_of(TokenizerText{.normaliser = "null"}.parsed(), "É un"), ElementsAre(4, 2));
}

TEST(TokenizerFile, MayLookForTokensInNormalisedText) {
  const WordPiece tokenizer = TokenizerText{.added = R"([{"id": 9, "content": "<s>", "normalized": true}])"}.parsed();
  EXPECT_THAT(ids_of(tokenizer, "un<s>un"), ElementsAre(2, 9, 2)) << "which leaves this one as it is";
}

TEST(TokenizerFile, SaysWhatStandsAroundATextOfAModel) {
  EXPECT_EQ(TokenizerText{.after = R"({"type": "BertProcessing", "sep": ["un", 2], "cls": ["<s>", 9]})"}.parsed().begin(), 9);
  const std::string single = R"([{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "É"}}])";
  const WordPiece tokenizer = TokenizerText{.after = R"({"type": "TemplateProcessing", "single": )" + single + "}"}.parsed();
  EXPECT_EQ(tokenizer.begin(), 9);
  EXPECT_EQ(tokenizer.end(), 4);
}

TEST(TokenizerFile, OfAnotherKindIsNamed) {
  expect_says(TokenizerText{.type = R"("type": "BPE", )"}.refused(),
              {"t.json: model: is of type BPE, not WordPiece", "Supported is WordPiece"});
  expect_says(TokenizerText{.vocabulary = R"([["a", -1.5]])", .type = R"("type": "Unigram", )"}.refused(), {"is of type Unigram"});
  expect_says(TokenizerText{.type = ""}.refused(), {"model: is not of type WordPiece"});
  expect_says(TokenizerText{.normaliser = R"({"type": "Sequence"})"}.refused(), {"normalizer: is of type Sequence, not BertNormalizer"});
  expect_says(TokenizerText{.before = R"({"type": "ByteLevel"})"}.refused(), {"pre_tokenizer: is of type ByteLevel"});
  expect_says(TokenizerText{.added = R"([{"id": 9, "content": "X", "normalized": true}])"}.refused(), {"added token 'X'", "not supported"});
}

TEST(TokenizerFile, IsCheckedAgainstItself) {
  const auto with = [](std::string vocabulary) { return TokenizerText{.vocabulary = std::move(vocabulary), .added = "[]"}.refused(); };
  expect_says(with(R"({"[UNK]": 0, "a": 1, "a": 2})"), {"token 'a': is given twice"});
  expect_says(with(R"({"[UNK]": 0, "a": 1, "b": 1})"), {"has the id 1, which 'a' has too"});
  expect_says(with(R"({"[UNK]": 0, "a": -1})"), {"token 'a'", "not a whole number below 10000000"});
  expect_says(with(R"({"[UNK]": 0, "a": 10000000})"), {"token 'a'"});
  expect_says(with(R"({"[UNK]": 0, "a": [1]})"), {"token 'a'", "a list or an object"});
  expect_says(with(R"({"[UNK]": 0, "": 1})"), {"id 1", "is an empty token"});
  expect_says(with("{}"), {"holds no tokens"});
  expect_says(TokenizerText{.added = R"([{"id": 2, "content": "x"}])"}.refused(), {"token 'x'", "is added with the id 2, which 'un' has"});
  expect_says(TokenizerText{.after = std::string(100, '[')}.refused(), {"nested deeper than 64"});
  expect_says(message_of<InputError>([] { parse_tokenizer("{\"model\": ", "t.json"); }), {"t.json: byte 11: is not JSON"});
}

TEST(TokenizerFile, IsFoundInAFolder) {
  const ScratchFolder folder("tokenizer");
  expect_says(message_of<InputError>([&] { open_wordpiece(folder.path); }), {"holds neither tokenizer.json nor vocab.txt"});
  folder.add("vocab.txt", "[UNK]\nUn\nun\n");
  EXPECT_THAT(ids_of(open_wordpiece(folder.path), "Un"), ElementsAre(2));
  folder.add("tokenizer_config.json", R"({"do_lower_case": false})");
  EXPECT_THAT(ids_of(open_wordpiece(folder.path), "Un"), ElementsAre(1));
  folder.add("tokenizer.json", TokenizerText{}.text());
  EXPECT_THAT(ids_of(open_wordpiece(folder.path), "Undo"), ElementsAre(2, 3));
}

}  // namespace
}  // namespace decant::text
