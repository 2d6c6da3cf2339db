// What a causal model reads of a record, and which of it is taught.
#include "decant/text/taught_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/text/texts_for_tests.h"

namespace decant::text {
namespace {

using testing::ElementsAre;

/// One record of an instruction and its answer, and one that cannot be read.
class TwoTurns final : public Rows, public Texts {
 public:
  int64_t size() const override { return 2; }
  std::string key(int64_t) const override { return ""; }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  int64_t stored_bytes() const override { return 0; }
  std::string known_fault(int64_t row) const override { return row == 0 ? "is cut off" : ""; }
  std::vector<int64_t> known_faults() const override { return {0}; }
  const Modality& modality() const override { return modality::records; }
  const Texts* texts() const override { return this; }
  void read(int64_t row, Record& out) const override {
    EXPECT_EQ(row, 1) << "the other one is bad";
    out.restart(0);
    out.turns = {{"user", "ab", 0, 0, false}, {"assistant", "c", 0, 0, true}};
  }
  std::string schema() const override { return "two"; }
};

TEST(TaughtTokens, AreTheAnswersAndTheirEnds) {
  const TwoTurns rows;
  const BytePairs bytes({});
  const TaughtTokens tokens(rows, bytes, {});
  EXPECT_EQ(tokens.rows(), 2);
  EXPECT_TRUE(tokens.of(0).empty());
  EXPECT_THAT(tokens.of(1), ElementsAre(256, 'a', 'b', 256, 'c', 256));
  EXPECT_THAT(tokens.taught(1), ElementsAre(0, 0, 0, 0, 1, 1));
}

TEST(TaughtTokens, OfARecordWithoutRolesAreAll) {
  class Plain final : public Rows, public Texts {
    int64_t size() const override { return 1; }
    std::string key(int64_t) const override { return ""; }
    Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
    int64_t stored_bytes() const override { return 0; }
    const Modality& modality() const override { return modality::records; }
    const Texts* texts() const override { return this; }
    void read(int64_t, Record& out) const override {
      out.restart(0);
      out.turns = {{"text", "aab", 0, 0, false}};
    }
    std::string schema() const override { return "plain"; }
  };
  const Plain rows;
  const TaughtTokens tokens(rows, BytePairs({{'a', 'a'}}), {});
  EXPECT_THAT(tokens.of(0), ElementsAre(257, 256, 'b', 257));
  EXPECT_THAT(tokens.taught(0), ElementsAre(0, 1, 1, 1));
}

}  // namespace
}  // namespace decant::text
