#include <cmath>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/sections.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A run that made noise.
struct FakeMaking {
  RunRecord run;
  std::vector<MadePictures> stages;
  std::vector<float> objective;
  std::vector<std::string> names;
  MadeSet made;

  ReportInput input() {
    made.stages = stages, made.objective = objective, made.names = names;
    return {.run = run, .made = &made};
  }
};

FakeMaking fake_making(int classes, int across, ImageSize size) {
  FakeMaking fake;
  fake.made.size = size;
  Image image;
  image.resize(size);
  for (const char* stage : {"before", "half-way", "after"}) {
    fake.stages.push_back({stage, across, {}});
    for (int i = 0; i < classes * across; ++i) {
      Random random(1, stage, static_cast<uint64_t>(i));
      for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
      fake.stages.back().pictures.push_back(image);
    }
  }
  for (int step = 0; step < 1000; ++step) fake.objective.push_back(static_cast<float>(90 * std::exp(-step / 200.0) + 3 + step % 7));
  for (int label = 0; label < classes; ++label) fake.names.push_back(fmt::format("class <{}>", label));
  fake.run = {.rows = 60'000,
              .kept = 0,
              .bytes_before = 47'000'000,
              .bytes_after = 8400,
              .version = "0.1.0",
              .command = "decant distill mnist -o syn",
              .method = "dm",
              .method_note = "dm: the mean embedding of each class, 1,000 steps",
              .input = InputRecord{.path = "data/mnist", .format = "idx", .modality = "pictures", .classes = fake.names},
              .options = {{"out", "syn"}},
              .training = {{"augment", "flip<>"}, {"epochs", "300"}},
              .synthetic = SyntheticRecord{.pictures = classes * across,
                                           .stored_per_class = across,
                                           .bytes_pictures = 8000,
                                           .bytes_labels = 400,
                                           .bytes_real_jpeg = 420,
                                           .steps = 1000,
                                           .objective_first = 93,
                                           .objective_last = 4,
                                           .real = {0.13, 0.30, 0, 1},
                                           .synthetic = {0.19, 0.27, 0, 1},
                                           .measures = {{"krr", 0.884}}}};
  return fake;
}

std::string section_named(const std::string& page, const std::string& id) {
  const size_t begin = page.find(fmt::format("<section id=\"{}\">", id));
  return begin == std::string::npos ? "" : page.substr(begin, page.find("<section", begin + 1) - begin);
}

size_t times(const std::string& part, const std::string& in) {
  size_t count = 0;
  for (size_t at = in.find(part); at != std::string::npos; at = in.find(part, at + 1)) ++count;
  return count;
}

TEST(MadeSection, ShowsEveryStageAndSaysHowToTrain) {
  FakeMaking fake = fake_making(10, 1, {28, 28, 1});
  const std::string page = render(fake.input(), {});
  EXPECT_THAT(page, HasSubstr("10 synthetic pictures in place of 60,000: 8.4 kB, not 47.0 MB."));
  EXPECT_EQ(times("src=\"data:image/png;base64,", section_named(page, "made")), 30u);
  EXPECT_EQ(times("class=\"made\"", page), 1u) << "three columns stand side by side";
  EXPECT_THAT(section_named(page, "made"), AllOf(HasSubstr(">before</h4>"), HasSubstr(">half-way</h4>"), HasSubstr(">after</h4>")));
  EXPECT_THAT(section_named(page, "pixels"), HasSubstr("<b>0.190</b>&nbsp;±&nbsp;0.270"));
  EXPECT_THAT(section_named(page, "objective"), AllOf(HasSubstr("<path d=\"M"), HasSubstr("step 1,000"), HasSubstr("krr 0.884")));
  EXPECT_THAT(section_named(page, "bytes"), AllOf(HasSubstr("as float32"), HasSubstr("20 real pictures would fit")));
  EXPECT_THAT(section_named(page, "training"), AllOf(HasSubstr("<dt>epochs</dt><dd>300</dd>"), HasSubstr("decant train syn -o")));
  EXPECT_THAT(page, HasSubstr("decant evaluate data/mnist syn --protocol distillation --seeds 3"));
  const std::string text = page.substr(page.find("<main>"), page.find("<script>") - page.find("<main>"));
  for (const char* of_rows : {"<section id=\"bins\"", "<section id=\"map\"", "<section id=\"rows\"", " kept "})
    EXPECT_THAT(text, Not(HasSubstr(of_rows)));
}

TEST(MadeSection, ReachesForNothingAndKeepsHostileNamesText) {
  FakeMaking fake = fake_making(3, 2, {8, 8, 3});
  const std::string page = render(fake.input(), {});
  EXPECT_THAT(page, AllOf(HasSubstr("class &lt;0&gt;"), Not(HasSubstr("class <0>")), Not(HasSubstr("flip<>"))));
  EXPECT_EQ(times("src=\"", page), times("src=\"data:", page));
  for (const char* reach : {"//cdn", "href=", "url(", "<link"}) EXPECT_THAT(page, Not(HasSubstr(reach)));
  EXPECT_EQ(page, render(fake.input(), {.threads = 3}));
}

TEST(MadeSection, CallsTheSmallSetSynthetic) {
  FakeMaking fake = fake_making(3, 1, {8, 8, 3});
  const Evidence evidence = measured({0.84, 0.85, 0.845}, {0.60, 0.61, 0.605}, {0.99, 0.99, 0.991});
  ReportInput input = fake.input();
  input.evidence = &evidence;
  const std::string page = render(input, {});
  EXPECT_THAT(page,
              AllOf(HasSubstr("Better than random"), HasSubstr("<span class=\"name\">synthetic</span>"), Not(HasSubstr("the kept set"))));
}

TEST(MadeSection, WarnsAtTheTop) {
  FakeMaking fake = fake_making(3, 1, {8, 8, 3});
  fake.run.synthetic->synthetic = {0.4, 0.9, -3, 4};
  const std::string page = render(fake.input(), {});
  EXPECT_THAT(page.substr(0, page.find("<section")), HasSubstr("The pixels deviate 3.0 times as much as real ones."));
}

TEST(MadeSection, StandsWithoutAnythingToShow) {
  FakeMaking fake = fake_making(3, 1, {8, 8, 3});
  const std::string page = render({.run = fake.run}, {});
  EXPECT_THAT(page, AllOf(HasSubstr("None are shown"), HasSubstr("solved without steps")));
}

/// Noise compresses worst. With DECANT_REPORT_PREVIEW=/tmp/x.html the page is written there.
TEST(MadeSection, OfTheLargestSheetsStaysSmall) {
  for (const auto& [classes, across, size] : {std::tuple(10, 10, ImageSize{32, 32, 3}), {10, 10, {64, 64, 3}}, {200, 1, {40, 40, 3}}}) {
    FakeMaking fake = fake_making(classes, across, size);
    const std::string page = render(fake.input(), {});
    EXPECT_LT(page.size(), 4'000'000u) << classes << " x " << across;
    if (const char* path = std::getenv("DECANT_REPORT_PREVIEW"))
      write_file(fmt::format("{}.made-{}-{}.html", path, classes, size.width), page);
  }
}

TEST(ObjectiveChart, OfOneStepAndOfEqualStepsIsALine) {
  for (const std::vector<float>& values : {std::vector<float>{2}, {3, 3, 3}})
    EXPECT_THAT(objective_chart(values), AllOf(HasSubstr("<path d=\"M"), Not(HasSubstr("nan")), Not(HasSubstr("spread"))));
  EXPECT_EQ(objective_chart({}), "");
}

TEST(PixelChart, StretchesToPixelsOutsideTheRange) {
  const std::string chart = pixel_chart({0.5, 0.1, 0, 1}, {0.5, 0.5, -1, 1});
  EXPECT_THAT(chart, HasSubstr("x1=\"50.00%\" x2=\"100.00%\" y1=\"19\"")) << "real: 0 is in the middle";
  EXPECT_THAT(chart, HasSubstr("x1=\"0.00%\" x2=\"100.00%\" y1=\"19\""));
}

}  // namespace
}  // namespace decant::report
