// Losses against plain sums; trainings on soft labels, with Siamese augmentation and by given
// normalisation.
#include "decant/train/torch/classification.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <atomic>
#include <cmath>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/test_rows.h"
#include "decant/train/cutmix.h"
#include "decant/train/label_schedule.h"
#include "decant/train/pixel_statistics.h"

namespace decant::train {
namespace {

constexpr int kClasses = 4;

/// Quarter c of a picture of class c is bright, on noise. What rows teach softly is another class:
/// the next one, or what `soft` says of it.
class QuarterRows final : public MemoryRows {
 public:
  QuarterRows(int count, float own, float others) : MemoryRows(quarters(count), numbered(count)) {
    for (int i = 0; i < count; ++i) {
      for (int c = 0; c < kClasses; ++c) soft_.push_back(c == (i + 1) % kClasses ? own : others);
    }
  }
  std::span<const float> soft(int64_t row) const override {
    return std::span(soft_).subspan(static_cast<size_t>(row) * kClasses, kClasses);
  }

 private:
  static std::vector<Image> quarters(int count) {
    std::vector<Image> pictures(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      Image& image = pictures[static_cast<size_t>(i)];
      image.resize({8, 8, 1});
      Random random(5, "quarter noise", static_cast<uint64_t>(i));
      for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 8; ++x)
          image.row(y)[x] = static_cast<uint8_t>(random.below(60) + (y / 4 * 2 + x / 4 == i % kClasses ? 150 : 0));
      }
    }
    return pictures;
  }
  static std::vector<int32_t> numbered(int count) {
    std::vector<int32_t> labels;
    for (int i = 0; i < count; ++i) labels.push_back(i % kClasses);
    return labels;
  }

  std::vector<float> soft_;
};

/// As the field trains a synthesised set.
TrainOptions distillation_options() {
  TrainOptions options{.net = "mlp", .epochs = 60, .batch = 256, .cap_batch = true, .optimizer = "momentum", .learning_rate = 0.05};
  options.decay_all = true;
  options.schedule = "half";
  options.warmup = 0;
  options.label_smoothing = 0;
  options.augment = "none";
  return options;
}

TrainResult trained_on(const Rows& rows, const TrainOptions& options) {
  const auto subset = all_rows_of(rows);
  return train({.options = options, .rows = &rows, .subset = subset, .classes = kClasses, .test = &rows}, {.threads = 1});
}

std::string training_fault(const Rows& rows, const TrainOptions& options) {
  return message_of([&] { trained_on(rows, options); });
}

TEST(Losses, AreTheirFormulas) {
  const std::vector<double> z{0.5, -1, 2, 0, 3, 1};
  const std::vector<double> q{0.2, 0.5, 0.3, 1, 0, 0};
  const at::Tensor logits = at::tensor(z).view({2, 3});
  const at::Tensor soft = at::tensor(q).view({2, 3});
  double entropy = 0;
  double squares = 0;
  for (size_t b = 0; b < 2; ++b) {
    const double norm = std::exp(z[3 * b]) + std::exp(z[3 * b + 1]) + std::exp(z[3 * b + 2]);
    for (size_t c = 3 * b; c < 3 * b + 3; ++c) {
      entropy -= (0.9 * q[c] + 0.1 / 3) * std::log(std::exp(z[c]) / norm) / 2;
      squares += (z[c] - q[c]) * (z[c] - q[c]) / 2 / 2;
    }
  }
  EXPECT_NEAR(soft_cross_entropy(logits, soft, 0.1).item<double>(), entropy, 1e-12);
  EXPECT_NEAR(squared_error(logits, soft).item<double>(), squares, 1e-12);
}

TEST(SoftLabels, AreWhatIsTaught) {
  const QuarterRows rows(40, 1, 0);
  for (const char* loss : {"cross-entropy", "mse"}) {
    TrainOptions options = distillation_options();
    options.loss = loss;
    EXPECT_EQ(trained_on(rows, options).value, 1) << loss;
    EXPECT_EQ(trained_on(rows, options).steps, 60) << "an epoch is a batch";
    options.soft_labels = true;
    EXPECT_EQ(trained_on(rows, options).value, 0) << loss << ": every row teaches the next class";
  }
}

TEST(SoftLabels, OfTheOwnClassTeachAsMuchAsTheClass) {
  class OwnRows final : public WrappedRows, public Targets {
   public:
    using WrappedRows::WrappedRows;
    const Targets* targets() const override { return this; }
    int32_t label(int64_t row) const override { return below().label(row); }
    std::span<const float> soft(int64_t row) const override {
      return std::span(centred_).subspan(static_cast<size_t>(kClasses - 1 - label(row)), kClasses);
    }

   private:
    std::vector<float> centred_{-0.25F, -0.25F, -0.25F, 0.75F, -0.25F, -0.25F, -0.25F};
  };
  const OwnRows rows(std::make_shared<QuarterRows>(12, 1.F, 0.F));
  TrainOptions options = distillation_options();
  options.loss = "mse";
  options.label_scale = 8;
  options.learning_rate = 0.01;
  const TrainResult hard = trained_on(rows, options);
  options.soft_labels = true;
  EXPECT_EQ(trained_on(rows, options).losses, hard.losses);
  options.label_scale = 1;
  EXPECT_NE(trained_on(rows, options).losses, hard.losses);
}

TEST(SoftLabels, ThatCannotBeTaughtAreRefused) {
  TrainOptions options = distillation_options();
  options.soft_labels = true;
  const QuarterRows centred(8, 0.75F, -0.25F);
  expect_says(training_fault(centred, options),
              {"0: has a soft label that is no distribution: its sum is 0.000, its least number -0.250", "Train with --loss mse"});
  const MemoryRows hard({Image{{8, 8, 1}, std::vector<uint8_t>(64)}}, {0});
  expect_says(training_fault(hard, options), {"0: has no soft label", "Omit --soft-labels"});
  const QuarterRows rows(8, 1, 0);
  const auto subset = all_rows_of(rows);
  const TrainJob job{.options = options, .rows = &rows, .subset = subset, .classes = 5};
  expect_says(message_of([&] { train(job, {.threads = 1}); }), {"has a soft label of 4 classes, but 5 are taught"});
}

TEST(Training, AugmentsBatchesByTheSeed) {
  const QuarterRows rows(8, 1, 0);
  TrainOptions options = distillation_options();
  options.augment = "color_crop_cutout";
  const TrainResult first = trained_on(rows, options);
  EXPECT_EQ(trained_on(rows, options).losses, first.losses);
  options.augment = "none";
  EXPECT_NE(trained_on(rows, options).losses, first.losses);
  options.crop = 2;
  options.flip = true;
  const std::vector<float> plain = trained_on(rows, options).losses;
  options.crop = 0;
  options.flip = false;
  EXPECT_EQ(trained_on(rows, options).losses, plain) << "crop and flip are no part of it";
}

TEST(Training, NormalisesByWhatIsGiven) {
  const QuarterRows rows(8, 1, 0);
  TrainOptions options = distillation_options();
  const TrainResult own = trained_on(rows, options);
  const auto subset = all_rows_of(rows);
  const Classification task({.options = options, .rows = &rows, .subset = subset, .classes = kClasses}, {});
  options.normalise = normalise_text(task.pictures().statistics());
  EXPECT_EQ(trained_on(rows, options).losses, own.losses);
  options.normalise = "0.1/0.2";
  EXPECT_NE(trained_on(rows, options).losses, own.losses);
  options.normalise = "0.1,0.1,0.1/0.2,0.2,0.2";
  expect_says(training_fault(rows, options), {"normalise: has numbers for 3 channels, but the pictures have 1"});
}

/// A net for quarters that learns what their views were labelled with.
TrainOptions view_options() {
  TrainOptions options{.net = "mlp", .steps = 150, .batch = 16, .learning_rate = 0.05};
  options.soft_labels = true;
  options.crop = 1;
  options.flip = false;
  return options;
}

TEST(CutMix, ShowsPartnersInABoxAndTeachesBoth) {
  const QuarterRows rows(40, 1, 0);
  const auto subset = all_rows_of(rows);
  TrainOptions options = view_options();
  options.soft_labels = false;
  const TrainJob plain{.options = options, .rows = &rows, .subset = subset, .classes = kClasses};
  TrainJob mixed = plain;
  mixed.options.cutmix = 1;
  const Classification task(plain, {.threads = 1});
  const Classification mixing(mixed, {.threads = 1});
  nn::State state = nn::initial_state(task.module(), Random(1, "weights"));
  const nn::Pass pass{state.parameters, state.buffers, /*training=*/false};
  const auto source = task.batches(0, 64, {.threads = 1});
  const auto mixing_source = mixing.batches(0, 64, {.threads = 1});
  int boxes = 0;
  while (const Batch* batch = source->next()) {
    const Batch& both = *mixing_source->next();
    const CutMixDraw draw = draw_cutmix(1, {8, 8, 1}, batch->count, Random(options.seed, "cutmix", static_cast<uint64_t>(batch->number)));
    ASSERT_EQ(both.partners.own_share, draw.own_share);
    for (int64_t i = 0; i < batch->count; ++i) {
      const int64_t partner = draw.partners[static_cast<size_t>(i)];
      ASSERT_EQ(both.partners.rows[static_cast<size_t>(i)], batch->rows[static_cast<size_t>(partner)]);
      ASSERT_EQ(both.partners.targets[i].item<int64_t>(), batch->targets[partner].item<int64_t>());
      at::Tensor expected = batch->inputs[i].clone();
      for (int y = draw.top; y < draw.bottom; ++y) {
        for (int x = draw.left; x < draw.right; ++x) expected[0][y][x] = batch->inputs[partner][0][y][x];
      }
      ASSERT_TRUE(both.inputs[i].equal(expected));
    }
    Outputs seen;
    const double got = mixing.loss(pass, both, &seen).item<double>();
    const double loss =
        draw.own_share * smoothed_cross_entropy(seen.logits, batch->targets, options.label_smoothing).item<double>() +
        (1 - draw.own_share) * smoothed_cross_entropy(seen.logits, both.partners.targets, options.label_smoothing).item<double>();
    EXPECT_NEAR(got, loss, 1e-6);
    boxes += draw.own_share < 1 ? 1 : 0;
  }
  EXPECT_EQ(boxes, 4);
}

TEST(CutMix, IsAPartOfTheTraining) {
  const QuarterRows rows(40, 1, 0);
  TrainOptions options = distillation_options();
  const TrainResult plain = trained_on(rows, options);
  options.cutmix = 0.5;
  const TrainResult mixed = trained_on(rows, options);
  EXPECT_NE(mixed.losses, plain.losses);
  EXPECT_EQ(trained_on(rows, options).losses, mixed.losses);
  EXPECT_EQ(mixed.value, 1);
  options.cutmix = 1.5;
  expect_says(training_fault(rows, options), {"cutmix: 1.5 is out of range"});
}

/// Quarters whose views a teacher has labelled, sure that each shows the class after its own.
class ViewedQuarters final : public WrappedRows, public Targets, public ViewLabels {
 public:
  explicit ViewedQuarters(ViewRecipe recipe, float sure = 5)
      : WrappedRows(std::make_shared<QuarterRows>(80, 1.0F, 0.0F)), recipe_(recipe), sure_(sure) {}
  const Targets* targets() const override { return this; }
  int32_t label(int64_t row) const override { return below().label(row); }
  ViewsOfRow views(int64_t row) const override { return {this, row}; }
  const ViewRecipe& recipe() const override { return recipe_; }
  int64_t classes() const override { return kClasses; }
  void logits(int64_t row, int64_t view, std::span<float> out) const override {
    std::ranges::fill(out, -sure_);
    out[static_cast<size_t>(row + 1) % kClasses] = 0;
    if (view != 0) ++asked_;
  }
  std::string digest() const override { return "next"; }
  int64_t asked() const { return asked_; }  ///< labels of views but the first

 private:
  ViewRecipe recipe_;
  float sure_;
  mutable std::atomic<int64_t> asked_{0};
};

TEST(LabelsOfViews, AreLearntInPlaceOfClasses) {
  const ViewedQuarters rows({.seed = 1, .views = 5, .cuts = {.crop = 1, .flip = false}});
  EXPECT_LT(trained_on(rows, view_options()).value, 0.05) << "every row was said to show another class";
  EXPECT_EQ(rows.asked(), 150 * 16 * 4 / 5);
}

TEST(LabelsOfViews, OfOneViewAreThoseOfEveryCut) {
  const ViewedQuarters rows({.seed = 1, .views = 1, .cuts = {.crop = 1, .flip = false}});
  TrainOptions options = view_options();
  options.crop = 2;
  EXPECT_LT(trained_on(rows, options).value, 0.05);
  EXPECT_EQ(rows.asked(), 0);
}

TEST(LabelsOfViews, AreTaughtWhenTheScheduleSaysSo) {
  const ViewedQuarters rows({.seed = 1, .views = 5, .cuts = {.crop = 1, .flip = false}});
  TrainOptions options = view_options();
  options.label_schedule = "hald";
  trained_on(rows, options);
  EXPECT_NEAR(static_cast<double>(rows.asked()), 150 * 16 * 4 / 5 / 2, 16 * 3) << "in half of the updates";
}

TEST(LabelsOfViews, AScheduleOfTheCallersIsTaught) {
  add_label_schedule({"never", "the classes", [](double, double) { return LabelMoment{.soft = false}; }});
  const ViewedQuarters rows({.seed = 1, .views = 5, .cuts = {.crop = 1, .flip = false}});
  TrainOptions options = view_options();
  options.label_schedule = "never";
  EXPECT_GT(trained_on(rows, options).value, 0.9);
  EXPECT_EQ(rows.asked(), 0);
}

TEST(LabelsOfViews, TheirLossIsADivergence) {
  const ViewedQuarters rows({.seed = 1, .views = 1, .cuts = {.crop = 1, .flip = false}}, 3);
  const auto subset = all_rows_of(rows);
  TrainOptions options = view_options();
  options.temperature = 2;
  options.batch = 2;
  const TrainJob job{.options = options, .rows = &rows, .subset = subset, .classes = kClasses};
  const Classification task(job, {.threads = 1});
  nn::State state = nn::initial_state(task.module(), Random(1, "weights"));
  const nn::Pass pass{state.parameters, state.buffers, /*training=*/false};
  const auto source = task.batches(0, 2, {.threads = 1});
  const Batch& batch = *source->next();
  Outputs seen;
  const double loss = task.loss(pass, batch, &seen).item<double>();
  double expected = 0;
  for (int64_t i = 0; i < 2; ++i) {
    std::vector<double> taught(kClasses, std::exp(-1.5));
    taught[static_cast<size_t>(batch.rows[static_cast<size_t>(i)] + 1) % kClasses] = 1;
    double sum = 0;
    double own = 0;
    for (int c = 0; c < kClasses; ++c) own += std::exp(seen.logits[i][c].item<double>() / 2);
    for (const double p : taught) sum += p;
    for (int c = 0; c < kClasses; ++c)
      expected += taught[static_cast<size_t>(c)] / sum *
                  (std::log(taught[static_cast<size_t>(c)] / sum) - seen.logits[i][c].item<double>() / 2 + std::log(own)) / 2;
  }
  EXPECT_NEAR(loss, 2 * expected, 1e-5);
}

TEST(LabelsOfViews, ThatCannotBeTaughtAreRefused) {
  const ViewedQuarters rows({.seed = 1, .views = 5, .cuts = {.crop = 2, .flip = true}});
  expect_says(training_fault(rows, view_options()),
              {"soft-labels", "views by crop 2 and flip, and the training cuts pictures otherwise", "Give --crop 2"});
  TrainOptions dsa = view_options();
  dsa.augment = "dsa";
  expect_says(training_fault(rows, dsa), {"cuts pictures otherwise"});
  const ViewedQuarters sound({.seed = 1, .views = 5, .cuts = {.crop = 1, .flip = false}});
  TrainOptions squared = view_options();
  squared.loss = "mse";
  expect_says(training_fault(sound, squared), {"mse cannot learn what a teacher said of views"});
  TrainOptions mixed = view_options();
  mixed.cutmix = 0.5;
  expect_says(training_fault(sound, mixed), {"cutmix", "Omit --cutmix"});
}

}  // namespace
}  // namespace decant::train
