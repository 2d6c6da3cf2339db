// Sentence features next to those of sentence-transformers, where a Python can import it and
// DECANT_SENTENCE_MODEL names a model's folder.
#include <cstdlib>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/data/features.h"
#include "decant/formats/npy/npy.h"

#include "tests/shell.h"

namespace decant {
namespace {

constexpr const char* kTheirs = R"(import sys
try:
    import numpy
    from sentence_transformers import SentenceTransformer
except ImportError:
    sys.exit(77)
import json
texts = [json.loads(line)["text"] for line in open(sys.argv[2], encoding="utf-8")]
numpy.save(sys.argv[3], SentenceTransformer(sys.argv[1], device="cpu").encode(texts).astype("float32"))
)";

/// Sentences of many scripts, all short.
std::string sentences() {
  std::string lines;
  for (const char* text :
       {"The cat sat on the mat.", "Ça marche très bien, n'est-ce pas ?", "Ελληνικά και Русский язык", "中文和日本語のテキスト",
        "한국어 문장", "مرحبا بالعالم", "שלום עולם", "नमस्ते दुनिया", "😀 code: x += 1; // ok", "[SEP] is a token", "İstanbul ŞÇĞ", "Straße"}) {
    for (int repeat = 1; repeat <= 3; ++repeat) {
      std::string line;
      for (int i = 0; i < repeat; ++i) line += std::string(text) + " ";
      lines += json_text({{"text", line}}) + "\n";
    }
  }
  return lines;
}

TEST(Sentences, AreThoseOfSentenceTransformers) {
  const char* const model = std::getenv("DECANT_SENTENCE_MODEL");
  if (model == nullptr)
    GTEST_SKIP() << "set DECANT_SENTENCE_MODEL to a model's folder, and DECANT_PYTHON to a Python with sentence-transformers";
  const ScratchFolder folder("sentences");
  const std::string texts = folder.add("texts.jsonl", sentences());
  const std::string script = folder.add("theirs.py", kTheirs);
  const std::string at = folder.path.string();
  const Outcome theirs = shell("\"${DECANT_PYTHON:-python3}\" '" + script + "' '" + model + "' '" + texts + "' '" + at + "/theirs.npy'");
  if (theirs.code == 77 || theirs.code >= 126)
    GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with sentence-transformers";
  ASSERT_EQ(theirs.code, 0) << theirs.err;
  const Outcome ours = shell("$decant features '" + texts + "' -o '" + at + "/ours.npy' --features sentence --weights '" + model + "'");
  ASSERT_EQ(ours.code, 0) << ours.err;
  const Features expected = read_features(at + "/theirs.npy");
  const Features found = read_features(at + "/ours.npy");
  ASSERT_EQ(found.count(), expected.count());
  std::vector<float> scratch, other;
  for (int64_t row = 0; row < found.count(); ++row) {
    const auto mine = found.row(row, scratch);
    const auto reference = expected.row(row, other);
    for (size_t i = 0; i < mine.size(); ++i) ASSERT_NEAR(mine[i], reference[i], 1e-4) << row;
  }
}

}  // namespace
}  // namespace decant
