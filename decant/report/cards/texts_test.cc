#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/cards/cards.h"
#include "decant/report/page/sections.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Of row 0 everything that a page must survive, of row 1 a long text, of row 2 many turns; row 3
/// cannot be read.
class Hostile final : public Rows, public Texts {
 public:
  int64_t size() const override { return 4; }
  std::string key(int64_t row) const override { return "<key>#" + std::to_string(row); }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  int64_t stored_bytes() const override { return 0; }
  const Modality& modality() const override { return modality::records; }
  const Texts* texts() const override { return this; }
  std::string schema() const override { return "hostile"; }
  void read(int64_t row, Record& out) const override {
    out.restart(0);
    if (row == 3) throw InputError({key(row), "", "cannot be read", ""});
    if (row == 0)
      out.turns = {{"user\"><i>", "<script>alert('x')</script>\0&", 0, 0, false}, {"assistant", "שלום \xf0\x9f\x99\x82", 0, 0, true}};
    if (row == 1) out.turns = {{"text", long_, 0, 0, true}};
    if (row == 2) out.turns.assign(20, {"user", "again", 0, 0, false});
  }

 private:
  std::string long_ = std::string(599, 'x') + "é" + std::string(1000, 'z');
};

std::string shown(int64_t row) {
  const Dataset source{.splits = {{Split::train, std::make_shared<Hostile>()}}};
  const auto card = cards_of(source)->card(row);
  return card ? card->html(0) : "none";
}

TEST(TextCards, ShowWhatIsSaidAndRunNothing) {
  EXPECT_THAT(shown(0), AllOf(HasSubstr("&lt;script&gt;"), Not(HasSubstr("<script")), Not(HasSubstr("<i>")), HasSubstr("&lt;key&gt;#0")));
  EXPECT_THAT(shown(0), HasSubstr("<p class=\"answer\" dir=\"auto\"><b>assistant</b> שלום \xf0\x9f\x99\x82</p>"));
}

TEST(TextCards, ShortenWhatIsLong) {
  EXPECT_THAT(shown(1), AllOf(HasSubstr(std::string(599, 'x') + "…"), Not(HasSubstr("é")), Not(HasSubstr("z"))));
  EXPECT_THAT(shown(2), HasSubstr("and 12 more turns"));
  EXPECT_EQ(shown(3), "none");
}

TEST(TextCards, HaveTheNearestKeptRecordBehindThoseLeftOut) {
  const Dataset source{.splits = {{Split::train, std::make_shared<Hostile>()}}};
  Matrix<float> x(4, 2);
  const float values[] = {1, 0, 3, 4, 0, -1, 0, 0};
  std::copy_n(values, 8, x.data());
  const Features features(x.view(), nullptr);
  const FakeRun fake = fake_run(300, 4, 2);
  const std::vector<int64_t> kept = {0, 2};
  ReportInput input = fake.input();
  input.source = &source, input.selection = nullptr, input.map = {}, input.kept = kept, input.features = &features;
  Facts facts = find_facts(input);
  facts.sheets = {
      {.name = "The whole set", .rows = 4, .kept_rows = 2, .kept = {0}, .left_out = {1}, .words = {"<b>"}, .words_left = {"two"}}};
  const std::string html = rows_section(facts, text_cards(source).get(), {});
  EXPECT_THAT(html, HasSubstr("<summary>nearest kept, cosine 0.60</summary><article class=\"record\"><p dir=\"auto\"><b>user"));
  EXPECT_THAT(html, AllOf(HasSubstr("More often in what is kept: <bdi>&lt;b&gt;</bdi>"), HasSubstr("left out: <bdi>two</bdi>")));
  input.features = nullptr;
  EXPECT_THAT(rows_section(facts, text_cards(source).get(), {}), Not(HasSubstr("nearest kept")));
}

TEST(TextCards, NeedNoScript) {
  const Dataset source{.splits = {{Split::train, std::make_shared<Hostile>()}}};
  FakeRun fake = fake_run(300, 4, 2);
  const ReportInput input = fake.input();
  Facts facts = find_facts(input);
  facts.sheets = {{.name = "Bin 0", .rows = 4, .kept_rows = 1, .kept = {0, 3}, .left_out = {1}}};
  const std::string html = rows_section(facts, text_cards(source).get(), {});
  EXPECT_THAT(html, AllOf(HasSubstr("שלום"), HasSubstr("What a model learns to say is marked"), Not(HasSubstr("JavaScript"))));
}

}  // namespace
}  // namespace decant::report
