#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/data/rows_view.h"
#include "decant/patches/drop.h"
#include "decant/patches/reduced_rows.h"
#include "decant/report/page/sections.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A run that dropped the upper left of 16 cells of every picture.
struct DroppedRun {
  FakeRun fake;
  std::shared_ptr<const Rows> written;

  DroppedRun() : fake(fake_run(300, 4, 2)) {
    const auto reducer = [](int64_t) {
      patches::Reduction reduction;
      reduction.mask = [](const PatchGrid& grid) {
        PatchMask mask = PatchMask::whole(grid);
        mask.kept[0] = false;
        return mask;
      };
      return reduction;
    };
    const auto reduced = std::make_shared<patches::ReducedRows>(fake.source.splits.at(Split::train), 4, reducer);
    written = std::make_shared<RowsView>(reduced, fake.kept);
    const int64_t kept = *fake.run.kept;
    fake.run.patches = PatchRecord{"gradient-energy", 16 * kept, 15 * kept, 3000 * kept, 2900 * kept};
    fake.run.bytes_after = 2800 * kept;
  }
  ReportInput input() const {
    ReportInput input = fake.input();
    input.reduced = written.get();
    return input;
  }
};

size_t count_of(const std::string& text, const std::string& word) {
  size_t count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(LeftSection, ShowsEightKeptRowsThreeTimes) {
  const DroppedRun run;
  const std::string html = left_section(find_facts(run.input()), {});
  EXPECT_EQ(count_of(html, "<figure class=\"left\">"), 8u);
  EXPECT_EQ(count_of(html, "src=\"data:image/jpeg;base64,"), 24u);
  EXPECT_EQ(count_of(html, "src=\""), 24u) << "data and nothing else";
  EXPECT_EQ(count_of(html, "viewBox=\"0 0 32 32\""), 8u);
  EXPECT_EQ(count_of(html, "15 of 16 cells kept"), 8u);
  EXPECT_THAT(html, HasSubstr("chosen by gradient-energy"));
  const int64_t first = run.fake.kept[run.fake.kept.size() / 16];
  EXPECT_THAT(html, HasSubstr(fmt::format("row {} ·", first)));
}

TEST(LeftSection, IsTheSameForAnyNumberOfThreads) {
  const DroppedRun run;
  const ReportInput input = run.input();
  const Facts facts = find_facts(input);
  EXPECT_EQ(left_section(facts, {.threads = 1}), left_section(facts, {.threads = 4}));
}

TEST(LeftSection, OfCoarserPicturesHasNoReconstruction) {
  DroppedRun run;
  run.written = std::make_shared<RowsView>(run.fake.source.splits.at(Split::train), run.fake.kept);
  run.fake.run.patches->cells = run.fake.run.patches->cells_kept = 0;
  run.fake.run.options.emplace_back("quality", int64_t{40});
  const std::string html = left_section(find_facts(run.input()), {});
  EXPECT_THAT(html, HasSubstr("after lowering the quality"));
  EXPECT_THAT(html, Not(HasSubstr("reconstruction")));
  EXPECT_EQ(count_of(html, "src=\""), 16u);
}

TEST(LeftSection, SaysWhyThereIsNone) {
  const DroppedRun run;
  ReportInput input = run.input();
  input.reduced = nullptr;
  EXPECT_THAT(left_section(find_facts(input), {}), HasSubstr("the pictures in data/ were not available"));
  input.source = nullptr;
  EXPECT_THAT(left_section(find_facts(input), {}), HasSubstr("the source data set was not available"));
  EXPECT_EQ(left_section(find_facts(fake_run(50, 2, 2).input()), {}), "");
}

TEST(BytesSection, TellsRowsFromReCodingFromDropping) {
  const DroppedRun run;
  const std::string html = bytes_section(find_facts(run.input()));
  EXPECT_THAT(html, HasSubstr("by keeping fewer rows"));
  EXPECT_THAT(html, HasSubstr("takes 96.6&nbsp;% of the best lossless re-coding"));
  EXPECT_THAT(render(run.input(), {}), HasSubstr("<section id=\"bytes\">"));
  EXPECT_EQ(bytes_section(find_facts(fake_run(50, 2, 2).input())), "");
}

}  // namespace
}  // namespace decant::report
