#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/sections.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Shows rows as text; odd ones cannot be shown.
class WordCards final : public Cards {
 public:
  std::optional<Card> card(int64_t row) const override {
    if (row % 2 == 1) return std::nullopt;
    return Card{{}, [row](size_t) { return fmt::format("<q>row {}</q>", row); }};
  }
};

TEST(RowsSection, ShowsWhatCardsDrawAndPassesOverTheRest) {
  const FakeRun fake = fake_run(300, 4, 2);
  const ReportInput input = fake.input();
  const Facts facts = find_facts(input);
  const WordCards cards;
  const std::string html = rows_section(facts, &cards, {});
  for (const Sheet& sheet : facts.sheets) {
    for (const int64_t row : sheet.kept) EXPECT_EQ(html.find(fmt::format("<q>row {}</q>", row)) != std::string::npos, row % 2 == 0) << row;
  }
}

TEST(RowsSection, PassesOverPicturesThatDoNotDecode) {
  const FakeRun fake = fake_run(3000, 10, 4);
  const ReportInput input = fake.input();
  Facts facts = find_facts(input);
  facts.sheets = {{.name = "Bin 0", .rows = 5, .kept_rows = 2, .kept = {4, 5}, .left_out = {6}}};
  const std::string html = rows_section(facts, picture_cards(fake.source).get(), {});
  EXPECT_THAT(html, HasSubstr("title=\"row 4 · deer · train/4/4.png\""));
  EXPECT_THAT(html, HasSubstr("<img width=\"32\" height=\"32\" data-t=\"1\" alt=\"frog\""));
  EXPECT_THAT(html, Not(HasSubstr("5.png"))) << "damaged";
}

TEST(RowsSection, SaysWhyThereIsNone) {
  FakeRun fake = fake_run(50, 2, 2);
  ReportInput input = fake.input();
  input.source = nullptr;
  EXPECT_THAT(render(input, {}), HasSubstr("the source data set was not available"));
}

}  // namespace
}  // namespace decant::report
