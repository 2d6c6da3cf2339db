#include "decant/pipeline/labelling/labelling.h"

#include <gmock/gmock.h>

#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/pipeline/labelling/label_data.h"

namespace decant {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

std::string fault_of_spec(const std::string& text) {
  return message_of<UsageError>([&] { label_spec_from(text, "--teach"); });
}

TEST(LabelSpec, SaysWhatIsTaught) {
  EXPECT_FALSE(label_spec_from("hard", "--teach").soft);
  EXPECT_FALSE(label_spec_from("", "--teach").soft);
  const LabelSpec all = label_spec_from("soft:views=30,bits=3,top=7", "--teach");
  EXPECT_TRUE(all.soft);
  EXPECT_EQ(std::tuple(all.views, all.bits, all.top, all.bytes), std::tuple(30, 3, 7, 0));
  EXPECT_EQ(label_spec_from("soft:views=30:bits=3", "--teach").bits, 3) << "as in the name of an arm";
  EXPECT_EQ(label_spec_from("300kB", "--teach").bytes, 300'000);
  EXPECT_EQ(label_spec_from("300kB,bits=2", "--teach").bits, 2);
}

TEST(LabelSpec, ThatIsNoneIsRefused) {
  expect_says(fault_of_spec("smooth"), {"--teach 'smooth'", "give hard, soft:views=10,bits=4,top=10, or bytes such as 300kB"});
  expect_says(fault_of_spec("soft:view=3"), {"'view'", "views"});
  expect_says(fault_of_spec("soft:views=0"), {"views=0 is not a number from 1 to"});
  expect_says(fault_of_spec("soft:views=3x"), {"views=3x is not a number"});
  expect_says(fault_of_spec("soft:bits=17"), {"bits=17: give 1 to 16, or 32"});
  expect_says(fault_of_spec("0kB"), {"--teach: '0kB' is no number of bytes"});
}

std::vector<std::string> numbered(int classes) {
  std::vector<std::string> names;
  for (int c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return names;
}

TEST(LabelSpec, ABudgetHoldsTheTeachersWordsToo) {
  const LabelSpec spec = label_spec_from("8kB", "--teach");
  const std::vector<std::string> names = numbered(10);
  const StoredViewLabels plain = empty_labels(spec, 100, {}, names, "--teach");
  const StoredViewLabels signed_by = empty_labels(spec, 100, {}, names, "--teach", {std::string(700, 'w'), std::string(32, 'd')});
  EXPECT_EQ(signed_by.recipe().views, plain.recipe().views - 1) << "a view takes 700 bytes";
  EXPECT_LE(signed_by.file_bytes(), 8000);
}

ViewLabelsHeader labels_for(const std::string& text, int64_t rows, int classes) {
  const StoredViewLabels labels = empty_labels(label_spec_from(text, "--teach"), rows, {}, numbered(classes), "--teach");
  const LabelSpec spec = label_spec_from(text, "--teach");
  if (spec.bytes > 0) {
    EXPECT_LE(labels.file_bytes(), spec.bytes) << text;
  }
  return labels.header();
}

TEST(LabelSpec, StoresAllOfFewClassesAndTheLikeliestOfMany) {
  EXPECT_EQ(labels_for("soft", 5, 10).shape.top, 10);
  EXPECT_EQ(labels_for("soft", 5, 100).shape.top, 10);
  EXPECT_EQ(labels_for("soft:top=3", 5, 10).shape.top, 3);
  expect_says(message_of([] { labels_for("soft:top=11", 5, 10); }), {"--teach: top=11 of 10 classes"});
}

TEST(LabelSpec, ABudgetBuysViewsFirst) {
  const ViewLabelsHeader some = labels_for("8kB", 100, 10);
  EXPECT_EQ(some.shape.bits, 4);
  EXPECT_EQ(some.recipe.views, 11) << "of 7 bytes for each row";
  EXPECT_EQ(labels_for("80kB", 100, 10).recipe.views, 113);
  const ViewLabelsHeader coarse = labels_for("700B", 100, 10);
  EXPECT_EQ(std::tuple(coarse.recipe.views, coarse.shape.bits, coarse.shape.top), std::tuple(1, 4, 2)) << "fewer classes before fewer bits";
  EXPECT_EQ(labels_for("2kB,views=2", 100, 10).recipe.views, 2);
  expect_says(message_of([] { labels_for("300B", 100, 10); }), {"300 bytes hold no label of 100 rows; the least are", "Give more bytes"});
}

/// Four pictures of one bright place each, which a view moves.
std::shared_ptr<const Rows> dots() {
  std::vector<Image> pictures(4);
  for (int i = 0; i < 4; ++i) {
    pictures[static_cast<size_t>(i)].resize({8, 8, 1});
    pictures[static_cast<size_t>(i)].row(i)[i] = 255;
  }
  return std::make_shared<MemoryRows>(std::move(pictures), std::vector<int32_t>{0, 1, 2, 0});
}

/// A trainer that says of view v of row r: r of class 0, v of class 1, nothing of class 2, by the
/// rows' numbers in the set.
train::TeacherTrainer counting_trainer(std::vector<int64_t>& asked) {
  return {.train =
              [&asked](const train::TrainJob& job, const Context&) {
                EXPECT_EQ(job.first_step, job.last_step) << "nothing is to be learnt";
                asked.push_back(job.test_view);
                train::TrainResult result;
                for (int64_t row = 0; row < job.test->size(); ++row) {
                  const auto of_row = static_cast<float>(job.test->views(row).row);
                  result.logits.insert(result.logits.end(), {of_row, static_cast<float>(job.test_view), 0.0F});
                }
                return result;
              },
          .measure = nullptr,
          .numerics = "none"};
}

LabelJob dots_job(std::vector<int64_t> which, const std::string& spec) {
  return {.rows = dots(),
          .which = Subset(std::move(which)),
          .class_names = {"a", "b", "c"},
          .recipe = {.seed = 5, .cuts = {.crop = 2, .flip = false}},
          .spec = label_spec_from(spec, "--teach")};
}

const train::Teacher kTeacher{.net = "a net", .size = {8, 8, 1}, .classes = 3, .weights = {1}, .accuracy = 0.9, .digest = "t"};

/// What is said of a view, the largest 0.
std::vector<float> said_of(const LabelledRows& labelled, int64_t row, int64_t view) {
  const ViewsOfRow views = labelled.rows->views(row);
  std::vector<float> logits(3);
  views.labels->logits(views.row, view, logits);
  return logits;
}

TEST(LabelViews, AsksTheTeacherAboutEveryViewOfEveryRow) {
  std::vector<int64_t> asked;
  const LabelledRows labelled = label_views(dots_job({0, 1, 2, 3}, "soft:views=3,bits=32"), kTeacher, counting_trainer(asked), {});
  EXPECT_THAT(asked, ElementsAre(0, 1, 2));
  EXPECT_THAT(said_of(labelled, 3, 1), ElementsAre(0, -2, -3));
  EXPECT_THAT(said_of(labelled, 0, 2), ElementsAre(-2, 0, -2));
  EXPECT_EQ(labelled.labels->header().teacher, "a net, right on 90.0 % of a sample of its rows");
  EXPECT_EQ(labelled.rows->label(2), 2);
}

TEST(LabelViews, ARowKeepsItsViewsWhicheverRowsAreLabelled) {
  std::vector<int64_t> asked;
  const LabelledRows some = label_views(dots_job({1, 3}, "soft:views=3,bits=32"), kTeacher, counting_trainer(asked), {});
  EXPECT_EQ(some.labels->header().rows, 2);
  EXPECT_EQ(some.rows->views(3).row, 3) << "by which its views are drawn";
  EXPECT_THAT(said_of(some, 3, 1), ElementsAre(0, -2, -3));
  EXPECT_THAT(said_of(some, 1, 2), ElementsAre(-1, 0, -2));
}

TEST(LabelViews, FollowTheClassesOfTheSet) {
  std::vector<int64_t> asked;
  LabelJob job = dots_job({0, 1, 2, 3}, "soft:views=2,bits=32");
  job.class_of = {2, 0, 1};
  const LabelledRows labelled = label_views(job, kTeacher, counting_trainer(asked), {});
  EXPECT_THAT(said_of(labelled, 3, 1), ElementsAre(-3, 0, -2));
}

TEST(LabelViews, AreOfResizedCropsWhereTheSpecSaysSo) {
  std::vector<int64_t> asked;
  const LabelledRows labelled = label_views(dots_job({0, 1}, "soft:views=2,resized-crop=0.35"), kTeacher, counting_trainer(asked), {});
  EXPECT_EQ(labelled.labels->recipe().cuts, (Cuts{.flip = false, .resized_crop = 0.35})) << "and of no shifts";
  expect_says(message_of<UsageError>([] { label_spec_from("soft:resized-crop=1.5", "--teach"); }), {"resized-crop=1.5", "of 1 at most"});
  expect_says(message_of<UsageError>([] { label_spec_from("soft:resized-crop=", "--teach"); }), {"is not a share above 0"});
}

TEST(LabelViews, FourBitsLoseLittle) {
  std::vector<int64_t> asked;
  const LabelledRows labelled = label_views(dots_job({0, 1, 2, 3}, "soft:views=2"), kTeacher, counting_trainer(asked), {});
  EXPECT_THAT(said_of(labelled, 3, 1), Pointwise(FloatNear(0.11F), {0.0F, -2.0F, -3.0F})) << "half a step of 3/15";
}

Dataset of_classes(std::vector<std::string> names) {
  Dataset dataset{.format = "test", .root = "set"};
  dataset.classes = std::move(names);
  dataset.splits[Split::train] = dots();
  return dataset;
}

TEST(ClassesIn, AreFoundByNameOrFolder) {
  EXPECT_THAT(classes_of_source(of_classes({"dog", "a/b", "cat"}), of_classes({"a_b", "cat", "dog"})), ElementsAre(1, 2, 0));
  expect_says(message_of([] {
                classes_of_source(of_classes({"a", "b", "c"}), of_classes({"a", "b", "d"}));
              }),
              {"class 'd'", "is none of its source's"});
  expect_says(message_of([] {
                classes_of_source(of_classes({"a", "b", "c", "d"}), of_classes({"a", "b", "c"}));
              }),
              {"has 3 classes, and its source 4", "--min-per-class 1"});
}

TEST(LabelOptions, SayHowASetIsTrained) {
  LabelOptions options;
  options.temperature = 8;
  options.label_schedule = "hald";
  const std::map<std::string, std::string> asked = {{"soft-labels", "true"},  {"temperature", "8"}, {"label-schedule", "hald"},
                                                    {"augment", "crop-flip"}, {"crop", "2"},        {"no-flip", "true"}};
  EXPECT_EQ(training_of_labels({.views = 3, .cuts = {.crop = 2, .flip = false}}, options), asked);
  EXPECT_FALSE(training_of_labels({.views = 1, .cuts = {.crop = 2, .flip = false}}, options).contains("crop")) << "one label for every cut";
  const std::map<std::string, std::string> resized =
      training_of_labels({.views = 3, .cuts = {.flip = true, .resized_crop = 0.35}}, options);
  EXPECT_EQ(resized.at("resized-crop"), "0.35");
  EXPECT_FALSE(resized.contains("crop"));
}

TEST(LabelOptions, OfLabelsThatAreNoneAreRefused) {
  const auto without_labels = [] { require_sound(LabelOptions(), {{"teacher", "quick"}}); };
  expect_says(message_of<UsageError>(without_labels), {"--teacher is about soft labels; add --teach soft"});
  LabelOptions options;
  options.teach = "soft";
  require_sound(options, {{"teacher", "quick"}});
  options.label_schedule = "none";
  expect_says(message_of([&] { require_sound(options, {}); }), {"'none'"});
}

}  // namespace
}  // namespace decant
