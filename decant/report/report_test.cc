#include "decant/report/report.h"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/data/evidence_for_tests.h"
#include "decant/report/charts.h"
#include "decant/report/html.h"
#include "decant/report/map.h"
#include "decant/report/sections.h"
#include "decant/report/thumbnails.h"

namespace decant::report {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// ------------------------------------------------------------------------------------------------ a run made
// up

/// Discs on a gradient: the class gives the colours, the row the place. Every 97th picture is damaged.
class DiscRows : public Rows, public Pictures, public Targets {
 public:
  DiscRows(int64_t rows, int classes, int side) : rows_(rows), classes_(classes), side_(side) {}
  int64_t size() const override { return rows_; }
  std::string key(int64_t row) const override { return fmt::format("train/{}/{}.png", label(row), row); }
  int32_t label(int64_t row) const override { return static_cast<int32_t>(row % classes_); }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  std::optional<ImageSize> fixed_size() const override { return ImageSize{side_, side_, 3}; }
  int64_t stored_bytes() const override { return rows_ * side_ * side_ * 3; }
  void decode(int64_t row, Image& image) const override {
    if (row % 97 == 5) throw InputError({key(row), "", "damaged", ""});
    image.resize({side_, side_, 3});
    Random random(7, "disc", static_cast<uint64_t>(row));
    const double cx = random.uniform() * side_, cy = random.uniform() * side_, r = side_ * (0.15 + 0.25 * random.uniform());
    for (int y = 0; y < side_; ++y) {
      for (int x = 0; x < side_; ++x) {
        const bool inside = std::hypot(x - cx, y - cy) < r;
        for (int c = 0; c < 3; ++c) {
          const double wave = 0.5 + 0.5 * std::sin(label(row) * 1.3 + c * 2.1 + (inside ? 2.5 : 0.0));
          image.row(y)[3 * x + c] = static_cast<uint8_t>(40 + 190 * wave * (inside ? 1.0 : 0.4 + 0.5 * y / side_));
        }
      }
    }
  }

 private:
  int64_t rows_;
  int classes_;
  int side_;
};

Evidence measured(std::vector<double> small, std::vector<double> random, std::vector<double> full = {}) {
  std::vector<Evidence::Cell> cells;
  if (!full.empty()) cells.push_back(cell_of("quick", "full", 50000, full));
  cells.push_back(cell_of("quick", "random", 10000, random));
  cells.push_back(cell_of("quick", "small", 10000, small));
  for (Evidence::Cell& cell : cells) cell.steps = 2500, cell.seconds = 71.5;
  Evidence evidence = evidence_of(cells);
  evidence.protocol = "quick: 2,500 steps of batch 64, one-cycle";
  return evidence;
}

struct FakeRun {
  Json run;
  Evidence evidence;
  Dataset source;
  Selection selection;
  std::vector<int64_t> kept;
  Matrix<float> map;
  std::vector<Excluded> bad;

  ReportInput input() const { return {run, &source, &selection, kept, map.view(), &evidence, bad}; }
};

FakeRun fake_run(int64_t n, int classes, int bins, int side = 32) {
  FakeRun fake;
  const std::vector<std::string> names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  for (int c = 0; c < classes; ++c)
    fake.source.classes.push_back(classes <= 10 ? names[static_cast<size_t>(c)] : fmt::format("n{:08}", 1440764 + 37 * c));
  fake.source.splits[Split::train] = std::make_shared<DiscRows>(n, classes, side);
  fake.selection.bin_count = bins;
  fake.selection.order = Random(3, "order").permutation(n);
  fake.selection.bins.resize(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i)
    fake.selection.bins[static_cast<size_t>(fake.selection.order[static_cast<size_t>(i)])] = static_cast<int32_t>(i * bins / n);
  fake.map = Matrix<float>(n, 2);
  std::vector<Part> bin_parts(static_cast<size_t>(bins)), class_parts(static_cast<size_t>(classes));
  for (int64_t row = 0; row < n; ++row) {
    const auto label = static_cast<size_t>(row % classes);
    const auto bin = static_cast<size_t>(fake.selection.bins[static_cast<size_t>(row)]);
    Random random(5, "row", static_cast<uint64_t>(row));
    const double spread = 0.4 + 0.12 * static_cast<double>(bin);
    fake.map[row][0] = static_cast<float>(3 * std::cos(6.28 * static_cast<double>(label) / classes) + spread * random.normal());
    fake.map[row][1] = static_cast<float>(1.6 * std::sin(6.28 * static_cast<double>(label) / classes) + spread * random.normal());
    const bool keep = random.uniform() < 0.2 + (classes > 10 ? 0.05 * std::sin(static_cast<double>(label)) : 0);
    if (keep) fake.kept.push_back(row);
    ++bin_parts[bin].rows, bin_parts[bin].kept += keep;
    ++class_parts[label].rows, class_parts[label].kept += keep;
  }
  Json bin_list = Json::array(), class_list = Json::array();
  for (size_t b = 0; b < bin_parts.size(); ++b) bin_list.push_back({{"bin", b}, {"rows", bin_parts[b].rows}, {"kept", bin_parts[b].kept}});
  for (size_t c = 0; c < class_parts.size(); ++c)
    class_list.push_back({{"name", fake.source.classes[c]}, {"rows", class_parts[c].rows}, {"kept", class_parts[c].kept}});
  fake.bad = {{17, "train/7/17.png", "PNG: the image data ends too early"}};
  fake.run = {{"rows", n},
              {"kept", fake.kept.size()},
              {"bytes_before", n * 3073},
              {"bytes_after", static_cast<int64_t>(fake.kept.size()) * 3073},
              {"seconds", 43.2},
              {"peak_rss_bytes", 612'000'000},
              {"seed", 0},
              {"version", "0.1.0"},
              {"command", "decant compress cifar10/ -o cifar10-20 --keep 20%"},
              {"method", "bins"},
              {"method_note",
               "Ten bins, filled by greedy graph cut on training-free features inside each class; the same "
               "share is drawn at random from every bin."},
              {"input",
               {{"path", "data/cifar10/"},
                {"format", "cifar10"},
                {"digest", "c7f2f4a6d1b8e0937745a0b1c2d3e4f5"},
                {"classes", fake.source.classes},
                {"splits", {{"train", n}, {"test", 10000}}}}},
              {"options", {{"out", "cifar10-20"}, {"keep", "20%"}, {"method", "bins"}, {"bins", bins}, {"seed", 0}, {"overwrite", false}}},
              {"features", {{"kind", "conv-kmeans"}, {"width", 256}}},
              {"bins", bin_list},
              {"classes", class_list},
              {"bad_files", 1},
              {"stages",
               {{{"name", "read"}, {"seconds", 0.4}, {"peak_rss_bytes", 180'000'000}},
                {{"name", "features"}, {"seconds", 30.6}, {"peak_rss_bytes", 612'000'000}},
                {{"name", "bins"}, {"seconds", 9.1}, {"peak_rss_bytes", 520'000'000}},
                {{"name", "sample"}, {"seconds", 0.02}, {"peak_rss_bytes", 520'000'000}},
                {{"name", "write"}, {"seconds", 1.3}, {"peak_rss_bytes", 530'000'000}},
                {{"name", "report"}, {"seconds", 1.8}, {"peak_rss_bytes", 540'000'000}}}}};
  fake.evidence = measured({0.7312, 0.7280, 0.7345}, {0.7104, 0.7065, 0.7133}, {0.8410, 0.8377, 0.8432});
  return fake;
}

std::string page_of(const FakeRun& fake) {
  return render(fake.input(), {});
}

// ------------------------------------------------------------------------------------------------ text into
// HTML

TEST(Escape, ClosesEveryDoor) {
  EXPECT_EQ(escape("<script>alert('x & \"y\"')</script>"), "&lt;script&gt;alert(&#39;x &amp; &quot;y&quot;&#39;)&lt;/script&gt;");
}

TEST(Escape, ReplacesWhatIsNotUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(clean("na\xC3\xAFve \xF0\x9F\x90\x88"), "na\xC3\xAFve \xF0\x9F\x90\x88");
  EXPECT_EQ(clean("a\xFFz"), "a" + bad + "z");
  EXPECT_EQ(clean("a\xC3"), "a" + bad);
  EXPECT_EQ(clean("\xC0\xAF"), bad + bad);                      // overlong "/"
  EXPECT_EQ(clean("\xED\xA0\x80"), bad + bad + bad);            // surrogate
  EXPECT_EQ(clean("\xF4\x90\x80\x80"), bad + bad + bad + bad);  // beyond U+10FFFF
  EXPECT_EQ(clean(std::string("a\0b\x1B", 4)), "a" + bad + "b" + bad);
}

TEST(Escape, JsonBlockCannotBeClosedFromInside) {
  const std::string block = json_block("x", Json::array({"</script><!--", "\xFF"}));
  EXPECT_EQ(block.find("</script>"), block.size() - 10);
  EXPECT_THAT(block, Not(HasSubstr("<!--")));
}

TEST(Text, Base64) {
  EXPECT_EQ(base64(as_bytes("")), "");
  EXPECT_EQ(base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Text, PercentRoundsButNeverToAllOrNothing) {
  EXPECT_EQ(percent(10000, 50000), "20 %");
  EXPECT_EQ(percent(1, 8), "12.5 %");
  EXPECT_EQ(percent(99999, 100000), "99.99 %");
  EXPECT_EQ(percent(1, 1000000), "<0.01 %");
  EXPECT_EQ(percent(0, 5), "0 %");
  EXPECT_EQ(percent(5, 5), "100 %");
  EXPECT_EQ(percent(0, 0), "0 %");
}

TEST(Text, ShellQuote) {
  EXPECT_EQ(shell_quote("photos/"), "photos/");
  EXPECT_EQ(shell_quote("it's mine"), "'it'\\''s mine'");
}

TEST(Page, SaysThatAGainIsOfAShortTrainingWhereMuchIsKept) {
  FakeRun fake = fake_run(200, 4, 2);
  fake.run["rows"] = 200, fake.run["kept"] = 50;
  EXPECT_THAT(page_of(fake), HasSubstr("may not last in a longer one"));
  fake.run["kept"] = 40;
  EXPECT_THAT(page_of(fake), Not(HasSubstr("may not last in a longer one")));
}

TEST(Page, WithoutEvidenceGivesTheCommand) {
  FakeRun fake = fake_run(200, 4, 2);
  fake.run["input"]["path"] = "my photos";
  ReportInput input = fake.input();
  input.evidence = nullptr;
  const std::string page = render(input, {});
  EXPECT_THAT(page, HasSubstr("Not measured yet"));
  EXPECT_THAT(page, HasSubstr("decant evaluate &#39;my photos&#39; cifar10-20 --seeds 3"));
  EXPECT_THAT(page, Not(HasSubstr("Better than random")));
}

// ------------------------------------------------------------------------------------------------ charts

TEST(Charts, LengthsAreProportional) {
  EXPECT_EQ(length(1, 4), "25.00%");
  EXPECT_EQ(length(9, 4), "100.00%");
  EXPECT_EQ(length(1, 0), "0.00%");
  const std::vector<Part> bins = {{"0", 200, 50}, {"1", 100, 30}};
  const std::string chart = bins_chart(bins);
  EXPECT_THAT(chart, HasSubstr("class=\"before\" width=\"100.00%\""));
  EXPECT_THAT(chart, HasSubstr("class=\"kept\" width=\"25.00%\""));
  EXPECT_THAT(chart, HasSubstr("class=\"before\" width=\"50.00%\""));
  EXPECT_THAT(chart, HasSubstr("class=\"kept\" width=\"15.00%\""));
}

TEST(Charts, StagesAgainstTheLargest) {
  const std::vector<StageCost> stages = {{"read", 1, 50}, {"bins", 4, 200}};
  const std::string chart = stage_chart(stages);
  EXPECT_THAT(chart, HasSubstr("class=\"time\" width=\"25.00%\""));
  EXPECT_THAT(chart, HasSubstr("class=\"memory\" width=\"25.00%\""));
}

TEST(Charts, BalanceComparesShares) {
  // Shares 60 % and 40 % become 50 % and 50 %.
  const std::string chart = balance_chart(std::vector<Part>{{"cat", 600, 50}, {"dog", 400, 50}});
  EXPECT_THAT(chart, HasSubstr("class=\"before\" width=\"100.00%\""));
  EXPECT_THAT(chart, HasSubstr("60&nbsp;% → <b>50&nbsp;%</b>"));
  EXPECT_THAT(chart, HasSubstr("width=\"83.33%\""));
}

TEST(Charts, ManyClassesShowTheMostChanged) {
  std::vector<Part> classes;
  for (int c = 0; c < 1000; ++c) classes.push_back({fmt::format("c{}", c), 100, 20});
  classes[400].kept = 0;
  classes[500].kept = 40;
  const std::vector<Part> changed = most_changed(classes, 2);
  EXPECT_EQ(changed[0].name, "c400");
  EXPECT_EQ(changed[1].name, "c500");
  const std::string chart = balance_chart(classes);
  EXPECT_THAT(chart, HasSubstr("How many of the 1,000 classes"));
  EXPECT_THAT(chart, HasSubstr(">c400<"));
  EXPECT_LT(chart.size(), 30000u);
}

TEST(Charts, AnAxisThatDoesNotStartAtZeroSaysSo) {
  EXPECT_THAT(ticks(0.69, 0.86, 5),
              ElementsAre(DoubleNear(0.70, 1e-12), DoubleNear(0.75, 1e-12), DoubleNear(0.80, 1e-12), DoubleNear(0.85, 1e-12)));
  EXPECT_THAT(evidence_chart(measured({0.73, 0.74}, {0.71, 0.72}), 0), HasSubstr("not at 0"));
  EXPECT_THAT(evidence_chart(measured({0.01, 0.9}, {0.0, 0.8}), 0), Not(HasSubstr("not at 0")));
}

// ------------------------------------------------------------------------------------------------ map and
// pictures

TEST(Map, SampleKeepsTheShareOfTheKept) {
  const FakeRun fake = fake_run(20000, 10, 10);
  const RowFacts rows = gather_rows(fake.input());
  const std::vector<int64_t> sample = sample_rows(rows, fake.map.view(), 1000, 0);
  ASSERT_EQ(sample.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(sample.begin(), sample.end()));
  EXPECT_EQ(std::set<int64_t>(sample.begin(), sample.end()).size(), 1000u);
  const auto kept = std::count_if(sample.begin(), sample.end(), [&](int64_t row) { return rows.kept[static_cast<size_t>(row)] == 1; });
  EXPECT_NEAR(static_cast<double>(kept), 1000.0 * static_cast<double>(fake.kept.size()) / 20000, 1.0);
}

TEST(Map, LeavesOutBadRowsAndThoseWithoutAPlace) {
  FakeRun fake = fake_run(100, 4, 2);
  fake.map[3][1] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<int64_t> sample = sample_rows(gather_rows(fake.input()), fake.map.view(), 1000, 0);
  EXPECT_EQ(sample.size(), 98u);
  EXPECT_EQ(std::count(sample.begin(), sample.end(), 3), 0);
  EXPECT_EQ(std::count(sample.begin(), sample.end(), 17), 0);
}

TEST(Map, PacksExtremesToTheBorders) {
  FakeRun fake = fake_run(2, 2, 1);
  fake.bad.clear();
  fake.map[0][0] = -1, fake.map[0][1] = 0, fake.map[1][0] = 1, fake.map[1][1] = 2;
  const std::vector<int64_t> sample = {0, 1};
  const Json packed = pack_map(fake.input(), gather_rows(fake.input()), sample);
  EXPECT_EQ(packed["xy"], base64(as_bytes(std::string_view("\0\0\0\0\xFF\xFF\xFF\xFF", 8))));
  EXPECT_EQ(packed["aspect"], 1.0);
}

TEST(Sheets, NeverMoreThanThereIsRoomFor) {
  for (const int bins : {0, 1, 10, 25, 26, 75, 76, 5000}) {
    const SheetPlan plan = plan_sheets(bins);
    EXPECT_LE(plan.sheets * plan.pictures * 2, kThumbnails) << bins;
    EXPECT_GE(plan.pictures, 4u) << bins;
  }
  EXPECT_EQ(plan_sheets(10).pictures, 12u);
}

TEST(Sheets, ShowReadablePicturesOfTheRightKind) {
  const FakeRun fake = fake_run(3000, 10, 4);
  const RowFacts rows = gather_rows(fake.input());
  const std::vector<Sheet> sheets = make_sheets(fake.source, rows, 0, {});
  ASSERT_EQ(sheets.size(), 4u);
  for (const Sheet& sheet : sheets) {
    EXPECT_GE(sheet.kept.size(), 10u);
    for (const Thumbnail& t : sheet.kept) {
      EXPECT_EQ(rows.kept[static_cast<size_t>(t.row)], 1);
      EXPECT_EQ(rows.bins[static_cast<size_t>(t.row)], sheet.bin);
      EXPECT_NE(t.row % 97, 5);
      EXPECT_EQ(t.size.width, 32);
    }
    for (const Thumbnail& t : sheet.left_out) EXPECT_EQ(rows.kept[static_cast<size_t>(t.row)], 0);
  }
}

TEST(Sheets, OfARankingShowItsEndsAndTheCutFromEveryPoolInTurn) {
  FakeRun fake = fake_run(60, 3, 1);
  Selection& made = fake.selection;
  made.ranked = true;
  made.order.clear();
  made.pools.resize(60);
  for (int64_t row = 0; row < 60; ++row) made.pools[static_cast<size_t>(row)] = static_cast<int32_t>(row % 3);
  for (int64_t pool = 0; pool < 3; ++pool) {
    for (int64_t i = 19; i >= 0; --i) made.order.push_back(3 * i + pool);  // every pool from its largest row down
  }
  fake.kept.clear();
  for (int64_t row = 30; row < 60; ++row) fake.kept.push_back(row);
  fake.bad.clear();
  const std::vector<Sheet> sheets = make_sheets(fake.source, gather_rows(fake.input()), 0, {});
  ASSERT_EQ(sheets.size(), 2u);
  const auto first_rows = [](const std::vector<Thumbnail>& thumbnails) {
    std::vector<int64_t> rows;
    for (size_t i = 0; i < 6; ++i) rows.push_back(thumbnails[i].row);
    return rows;
  };
  EXPECT_THAT(first_rows(sheets[0].kept), ElementsAre(57, 58, 59, 54, 55, 56));
  EXPECT_THAT(first_rows(sheets[0].left_out), ElementsAre(0, 1, 2, 3, 4, 6)) << "row 5 does not decode";
  EXPECT_THAT(first_rows(sheets[1].kept), ElementsAre(30, 31, 32, 33, 34, 35));
  EXPECT_THAT(first_rows(sheets[1].left_out), ElementsAre(27, 28, 29, 24, 25, 26));
  const std::string page = render(fake.input(), {});
  EXPECT_THAT(page, HasSubstr("How these rows were chosen"));
  EXPECT_THAT(page, HasSubstr("left out last"));
}

TEST(Sheets, SayWhyThereAreNone) {
  FakeRun fake = fake_run(50, 2, 2);
  ReportInput input = fake.input();
  input.source = nullptr;
  EXPECT_THAT(render(input, {}), HasSubstr("the source data set was not at hand"));
}

// ------------------------------------------------------------------------------------------------ the page

TEST(Page, IsRepeatableWhateverTheThreads) {
  const FakeRun fake = fake_run(2000, 10, 10);
  Context one, four;
  one.threads = 1, four.threads = 4;
  EXPECT_EQ(render(fake.input(), one), render(fake.input(), four));
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
  fake.run["classes"][1]["name"] = "<script>alert(1)</script>";
  fake.run["command"] = "decant compress '</script><img src=x onerror=alert(1)>'";
  fake.run["input"]["path"] = "\"><script>alert(2)</script>";
  fake.run["stages"][0]["name"] = "</div><script>";
  fake.run["options"]["<b>"] = Json::array({"</script>"});
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
  const Json nothing = Json::object();
  const std::string page = render({.run = nothing}, {});
  EXPECT_THAT(page, HasSubstr("Not measured yet"));
  EXPECT_THAT(page, HasSubstr("0 of 0 rows kept"));
  const Json wrong = {{"rows", "many"}, {"kept", -3}, {"bins", 7}, {"stages", {1, "x", nullptr}}, {"input", 5}, {"options", Json::array()}};
  EXPECT_THAT(render({.run = wrong}, {}), HasSubstr("0 of 0 rows kept"));
}

TEST(Page, SaysTheMainThingFirst) {
  FakeRun fake = fake_run(500, 10, 10);
  fake.run["rows"] = 50000, fake.run["kept"] = 10000, fake.run["bytes_before"] = 153'700'000, fake.run["bytes_after"] = 30'700'000;
  EXPECT_EQ(headline_of(read_run(fake.run)), "10,000 of 50,000 pictures kept (20 %), 30.7 MB of 154 MB.");
}

TEST(Page, WrapsTheLongColumnsOfTheEvidence) {
  EXPECT_THAT(page_of(fake_run(100, 4, 2)), HasSubstr("<td class=\"wrap\">73.12, 72.80, 73.45</td>"));
}

TEST(Page, ContradictionsAreOurBug) {
  FakeRun fake = fake_run(100, 4, 2);
  fake.selection.bins.pop_back();
  EXPECT_THROW(page_of(fake), BugError);
}

/// A large run stays small and quick. With DECANT_REPORT_PREVIEW=/tmp/x.html the page is written there, for a
/// look.
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
