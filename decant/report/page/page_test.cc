#include <chrono>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/report/html.h"
#include "decant/report/report.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Page, WithoutEvidenceGivesTheCommand) {
  FakeRun fake = fake_run(200, 4, 2);
  fake.run.input->path = "my photos";
  ReportInput input = fake.input();
  input.evidence = nullptr;
  const std::string page = render(input, {});
  EXPECT_THAT(page, HasSubstr("Not measured yet"));
  EXPECT_THAT(page, HasSubstr("decant evaluate &#39;my photos&#39; cifar10-20 --seeds 3"));
  EXPECT_THAT(page, Not(HasSubstr("Better than random")));
}

TEST(Page, IsRepeatableWhateverTheThreads) {
  const FakeRun fake = fake_run(2000, 10, 10);
  Context one, four;
  one.threads = 1, four.threads = 4;
  EXPECT_EQ(render(fake.input(), one), render(fake.input(), four));
}

TEST(Page, WrapsTheLongColumnsOfTheEvidence) {
  EXPECT_THAT(page_of(fake_run(100, 4, 2)), HasSubstr("<td class=\"wrap\">73.12, 72.80, 73.45</td>"));
}

TEST(Page, ReachesForNothing) {
  std::string page = page_of(fake_run(2000, 10, 10));
  const std::string policy = "http-equiv";
  page.erase(page.find(policy), policy.size());
  for (const char* reach : {"http", "//cdn", "src=\"", "href=", "url(", "@import", "<link", "<iframe"})
    EXPECT_THAT(page, Not(HasSubstr(reach)));
}

TEST(Page, HostileNamesStayText) {
  FakeRun fake = fake_run(300, 4, 2);
  const std::string hostile = "<script>alert(1)</script>\"'\xFF";
  fake.source.classes[1] = hostile;
  fake.run.classes[1].name = "<script>alert(1)</script>";
  fake.run.command = "decant compress '</script><img src=x onerror=alert(1)>'";
  fake.run.input->path = "\"><script>alert(2)</script>";
  fake.run.stages[0].name = "</div><script>";
  fake.run.options.emplace_back("<b>", "</script>");
  fake.bad[0] = {17, "key\"\xC3<img>", "</td><script>"};
  fake.evidence.cells[0].net = "<i>net</i>";
  fake.evidence.protocol = "<script>";
  const std::string page = page_of(fake);
  for (const char* open : {"<script>alert", "<img src=x", "</td><script", "</div><script", "<b>:", "<img>", "<i>net"})
    EXPECT_THAT(page, Not(HasSubstr(open)));
  size_t scripts = 0;
  for (size_t at = page.find("</script"); at != std::string::npos; at = page.find("</script", at + 1)) ++scripts;
  EXPECT_EQ(scripts, 3u);  // pictures, map, program
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_EQ(clean(page), page);  // UTF-8 to the last byte
}

TEST(Page, StandsOnAnEmptyRun) {
  const RunRecord nothing;
  const std::string page = render({.run = nothing}, {});
  EXPECT_THAT(page, HasSubstr("Not measured yet"));
  EXPECT_THAT(page, HasSubstr("0 of 0 rows kept"));
}

TEST(Page, SaysHowManyBytesOfRandomRowsTeachAsMuch) {
  FakeRun fake = fake_run(60, 3, 2);
  EXPECT_THAT(page_of(fake), Not(HasSubstr("Random rows that teach as much")));
  std::vector<Evidence::Cell> cells = {cell_of("mlp", "random", 10, {0.4}), cell_of("mlp", "random", 40, {0.6}),
                                       cell_of("mlp", "small", 10, {0.5})};
  for (Evidence::Cell& cell : cells) cell.bytes = 1000 * cell.rows;
  fake.evidence = evidence_of(cells);
  EXPECT_THAT(page_of(fake), HasSubstr("<td>kept</td><td class=\"n\">10.0 kB</td><td class=\"n\">20.0 kB</td></tr>"));
}

TEST(Page, SaysWhatSetsTakeBesidesPictures) {
  FakeRun fake = fake_run(60, 3, 2);
  std::vector<Evidence::Cell> cells = {cell_of("mlp", "random", 10, {0.4}), cell_of("mlp", "small", 10, {0.5})};
  fake.evidence = evidence_of(cells);
  EXPECT_THAT(page_of(fake), Not(HasSubstr("What sets take besides pictures")));
  cells[1].parts = SetBytes{.pictures = 4000, .labels = 1500};
  cells[1].bytes = cells[1].parts->sum();
  fake.evidence = evidence_of(cells);
  EXPECT_THAT(page_of(fake), HasSubstr("<td>kept</td><td class=\"n\">10</td><td class=\"n\">5.5 kB</td><td class=\"n\">4.0 kB</td><td "
                                       "class=\"n\">1.5 kB</td><td class=\"n\">0 bytes</td></tr>"));
}

TEST(Page, SaysWhetherNetworksAgreeAndScoresSyntheticSets) {
  FakeRun fake = fake_run(60, 3, 2);
  EXPECT_THAT(page_of(fake), AllOf(Not(HasSubstr("Do the networks agree?")), Not(HasSubstr("DD-Ranking"))));
  Metric augmented = top_1();
  augmented.name = "top-1 dsa";
  std::vector<Evidence::Cell> cells;
  for (const char* net : {"convnet3", "mlp"}) {
    for (const char* set : {"random", "small"}) {
      const double value = std::string_view(set) == "small" ? 0.6 : 0.5;
      cells.push_back(cell_of(net, set, 10, {value}));
      cells.push_back(cell_of(net, set, 10, {value}));
      cells.back().metric = 1;
    }
  }
  Metric own = top_1();
  own.title = "accuracy of nobody";
  fake.evidence = evidence_of(cells, {top_1(), augmented, own});
  const std::string page = page_of(fake);
  EXPECT_THAT(page, Not(HasSubstr("<th class=\"n\">accuracy of nobody"))) << "no set has it";
  EXPECT_THAT(page, HasSubstr("<tr><td>mlp</td><td class=\"n\">10</td><td class=\"n\">+1.00</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"n\">–</td><td class=\"n\">31.4</td>"));
}

/// A large run stays small and quick. With DECANT_REPORT_PREVIEW=/tmp/x.html the page is written
/// there, for a look.
TEST(Page, LargeRunStaysSmallAndQuick) {
  FakeRun fake = fake_run(50000, 10, 10);
  const auto begin = std::chrono::steady_clock::now();
  const std::string page = page_of(fake);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  RecordProperty("milliseconds", static_cast<int>(1000 * seconds));
  EXPECT_LT(page.size(), 4'000'000u);
  if (const char* path = std::getenv("DECANT_REPORT_PREVIEW")) {
    write_file(path, page);
    FakeRun many = fake_run(20000, 200, 50, 96);
    many.evidence = measured({0.61, 0.60, 0.62}, {0.61, 0.612, 0.60}, {0.66, 0.65, 0.67});
    many.evidence.cells.push_back(cell_of("resnet18", "random", 10000, {0.70, 0.71, 0.69}));
    many.evidence.cells.push_back(cell_of("resnet18", "small", 10000, {0.64, 0.65, 0.63}));
    compare(many.evidence);
    write_file(std::string(path) + ".many.html", page_of(many));
    ReportInput bare = fake.input();
    bare.evidence = nullptr, bare.source = nullptr, bare.selection = nullptr;
    write_file(std::string(path) + ".bare.html", render(bare, {}));
  }
}

}  // namespace
}  // namespace decant::report
