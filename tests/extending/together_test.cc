// All that the other files add, used as anything that decant has: a small set of lines is made and
// judged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/evaluate.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Longer lines hold more of the words.
std::string drawn_lines() {
  std::string text;
  for (int line = 0; line < 60; ++line) {
    text += line % 2 == 0 ? '+' : '-';
    for (int place = 0; place <= line % 10; ++place) {
      const int word = (line * line * 7 + place * place * 11 + line * place) % 97;
      text += {' ', static_cast<char>('a' + word / 26), static_cast<char>('a' + word % 26)};
    }
    text += '\n';
  }
  return text;
}

TEST(Extended, CompressAndEvaluateTakeWhatWasAdded) {
  const ScratchFolder folder("lines");
  const std::string path = folder.add("x.lines", drawn_lines());
  CompressOptions options{.out = folder.path / "small", .keep = "20%"};
  options.input.path = path;
  options.select.method = "longest";
  options.features.cache = folder.path / "cache";
  const RunRecord run = compress(options, {});
  EXPECT_EQ(run.kept, 12);
  EXPECT_EQ(run.input->modality, "lines");
  EXPECT_THAT(read_text(options.out / "README.md"), HasSubstr("longest over letters features"));
  EXPECT_THAT(read_text(options.out / "report.html"), HasSubstr("of 60 lines kept"));
  EXPECT_EQ(std::ranges::count(read_text(options.out / "data/x.lines"), '\n'), 12);

  EvaluateOptions judging{.full = path, .small = {options.out.string()}};
  judging.features.cache = folder.path / "cache";
  const Evidence evidence = evaluate_sets(judging, {});
  const auto known = [&](const char* set) { return evidence.find("words", set, 0)->mean; };
  EXPECT_GT(known("small"), known("random"));
  EXPECT_LE(known("small"), known("full"));
  EXPECT_THAT(read_text(options.out / "report.html"), HasSubstr("known words"));
}

}  // namespace
}  // namespace decant
