// A feature extractor: how often each letter occurs in a line.
#include "decant/pipeline/choosing/extractor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/extending/lines.h"

namespace decant {
namespace {

FeatureTask letters_task(const Input&, const FeatureOptions&, uint64_t, const Context&) {
  return {.key = "letters 1",  // goes up when the numbers change
          .width = 26,
          .fill = [](const Rows& rows, const Subset& excluded, MatrixView<float> out, const Context&) {
            std::vector<std::byte> scratch;
            for (const int64_t row : Subset::all(rows.size()).without(excluded)) {
              for (const char c : as_text(rows.bytes(row, scratch))) {
                if (c >= 'a' && c <= 'z') ++out[row][static_cast<size_t>(c - 'a')];
              }
            }
          }};
}

const Extractor& letters = add_extractor({.name = "letters",
                                          .fits = [](const Rows& rows) { return rows.modality().name == kLines.name; },
                                          .misfit = "holds no lines to count letters in",
                                          .remedy = "Leave --features out",
                                          .task = letters_task});

TEST(AnExtractor, IsAFileAndALine) {
  EXPECT_EQ(extractors().back().name, letters.name);
}

}  // namespace
}  // namespace decant
