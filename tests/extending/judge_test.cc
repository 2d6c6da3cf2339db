// A judge: how many of the words to test on occur in the kept lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

#include "decant/base/json.h"
#include "decant/evaluate/judges/list.h"
#include "decant/evaluate/protocol.h"

#include "tests/extending/lines.h"

namespace decant::evaluate {
namespace {

std::set<std::string> words_of(const Rows& rows, std::span<const int64_t> of) {
  std::set<std::string> words;
  std::vector<std::byte> scratch;
  for (const int64_t row : of) {
    std::istringstream line{std::string(as_text(rows.bytes(row, scratch)))};
    for (std::string word; line >> word;) words.insert(word);
  }
  return words;
}

class Vocabulary final : public Judge {
 public:
  const Modality& modality() const override { return kLines; }
  std::vector<Metric> metrics() const override { return {{.name = "words", .title = "known words", .unit = "%", .scale = 100}}; }
  std::optional<CountedIn> needs() const override { return std::nullopt; }
  std::vector<std::string> nets() const override { return {"words"}; }
  void declare(OptionTable&) override {}
  void check(const std::set<std::string>&) const override {}
  void settle(const Data&, const Context&) override {}
  std::string in_words() const override { return "the test lines' words that occur in the set"; }
  std::string identity(const std::string&) const override { return json_text({{"judge", "vocabulary"}}); }
  std::string numerics() const override { return "vocabulary 1"; }  // goes up when the numbers change
  bool has_chance() const override { return false; }

  Result judge(const Case& one, const Context&) const override {
    if (one.test == nullptr) return {};
    const std::set<std::string> known = words_of(*one.rows, one.subset);
    const std::set<std::string> asked = words_of(*one.test, Subset::all(one.test->size()));
    const auto found = std::ranges::count_if(asked, [&](const std::string& word) { return known.contains(word); });
    return {.values = {static_cast<double>(found) / static_cast<double>(asked.size())}};
  }

  double work(int64_t rows) const override { return static_cast<double>(rows); }
  std::string pace_key(const std::string& net) const override { return identity(net); }
};

const std::string judge_name = add_judge("vocabulary", [](const Tools&) { return std::make_unique<Vocabulary>(); });
const Protocol& protocol = add_protocol({.name = kLines.protocol.data(), .judge = judge_name, .net = "words"});

TEST(AJudge, IsAFileAndALine) {
  EXPECT_EQ(make_judge(protocol.judge, {})->metrics().front().title, "known words");
}

}  // namespace
}  // namespace decant::evaluate
