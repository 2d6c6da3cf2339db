// Crops and rows that a teacher finds easy, against plain restatements.
#include "decant/distill/torch/realism.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <map>

#include "decant/base/test_support.h"
#include "decant/distill/torch/distill_for_tests.h"
#include "decant/distill/torch/run.h"
#include "decant/nn/state_values.h"

namespace decant::distill {
namespace {

FrozenTeacher taught_by(const SmallWorld& world) {
  return make_teachers({.net = "quick", .epochs = 40}, world.real, 1, fresh_folder("cache"), false, "rded", world.context).front();
}

/// −log softmax of one picture, written out.
double cross_entropy(const FrozenTeacher& teacher, const Tensor& picture, int64_t label) {
  const Tensor logits = teacher.logits(picture).to(at::kDouble).flatten().contiguous();
  double sum = 0;
  for (int64_t c = 0; c < logits.numel(); ++c) sum += std::exp(logits.data_ptr<double>()[c]);
  return std::log(sum) - logits.data_ptr<double>()[label];
}

TEST(SearchCrops, ScoresEachCropInTheMiddleOfAnEmptyPicture) {
  const SmallWorld world(3);
  const FrozenTeacher teacher = taught_by(world);
  const CropSearch search{.rows = 6, .crops = 4, .side = 5};
  const std::vector<FoundCrop> found = search_crops(world.real, teacher, 1, search, 7, world.context);
  ASSERT_EQ(found.size(), 6U);
  // Every crop again, one at a time, drawn by the same stream.
  Random random(7, "crops", 1);
  const std::span<const int64_t> own = world.real.of_class(1);
  const std::vector<int64_t> order = random.permutation(std::ssize(own));
  std::map<int64_t, std::pair<double, CropBox>> best;
  for (int64_t i = 0; i < 6; ++i) {
    const int64_t number = own[static_cast<size_t>(order[static_cast<size_t>(i)])];
    best[number].first = 1e9;
    for (int k = 0; k < 4; ++k) {
      const CropBox box = drawn_crop(8, 8, {.ratio = 1}, random);
      EXPECT_EQ(box.height, box.width);
      Tensor empty = at::zeros({1, 3, 8, 8});
      empty.narrow(2, 1, 5).narrow(3, 1, 5).copy_(resampled(world.real.batch(std::span(&number, 1)).pictures, box, 5, 5));
      const double loss = cross_entropy(teacher, empty, 1);
      if (loss < best[number].first) best[number] = {loss, box};
    }
  }
  double last = 0;
  for (const FoundCrop& crop : found) {
    ASSERT_TRUE(best.contains(crop.number));
    EXPECT_NEAR(crop.loss, best[crop.number].first, 1e-4);
    EXPECT_EQ(crop.box, best[crop.number].second);
    EXPECT_GE(crop.loss, last) << "by falling ease";
    last = crop.loss;
  }
}

TEST(EasiestRows, AreThoseOfTheLeastErrors) {
  const SmallWorld world(3);
  const FrozenTeacher teacher = taught_by(world);
  const Tensor errors = errors_of(world.real, teacher, world.context);
  std::vector<std::pair<double, int64_t>> plain;
  for (const int64_t number : world.real.of_class(2)) {
    const Tensor logits = teacher.logits(world.real.batch(std::span(&number, 1)).pictures).to(at::kDouble).flatten().contiguous();
    const double* const z = logits.data_ptr<double>();
    const double sum = std::exp(z[0]) + std::exp(z[1]) + std::exp(z[2]);
    double squares = 0;
    for (int c = 0; c < 3; ++c) squares += std::pow(std::exp(z[c]) / sum - (c == 2 ? 1 : 0), 2);
    EXPECT_NEAR(errors.data_ptr<double>()[number], std::sqrt(squares), 1e-5);
    plain.emplace_back(errors.data_ptr<double>()[number], number);
  }
  std::ranges::sort(plain);
  const std::vector<int64_t> rows = easiest_rows(world.real, errors, 2, 4);
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], plain[i].second);
  expect_says(message_of([&] { easiest_rows(world.real, errors, 2, 11); }), {"class 2", "10 rows", "11", "--per-class"});
}

struct Made {
  explicit Made(const std::string& method, int per_class = 2) {
    const DistillOptions options{
        .method = method, .per_class = per_class, .net = "convnet+width=4+depth=2", .seed = 3, .teacher = {.net = "quick", .epochs = 40}};
    result = distill({.options = options, .rows = &world.rows, .subset = world.subset, .classes = 3, .cache = fresh_folder("made")},
                     world.context);
  }
  SmallWorld world{3};
  Distilled result;
};

/// Picture k has the crops k, k + n, … of the order; nothing is learnt.
TEST(Rded, PutsTheEasiestCropsIntoCells) {
  const Made made("rded+factor=2+rows=9+crops=3");
  EXPECT_EQ(made.result.steps, 0);
  EXPECT_EQ(made.result.set.per_class, 8);
  ASSERT_EQ(made.result.set.factors.size(), 1U);
  EXPECT_EQ(made.result.set.factors[0].shape, (std::vector<int64_t>{6, 3, 8, 8}));
  const Teachers teachers =
      make_teachers({.net = "quick", .epochs = 40}, made.world.real, 3, fresh_folder("again"), false, "rded", made.world.context);
  const std::vector<FoundCrop> found =
      search_crops(made.world.real, teachers[0], 0, {.rows = 9, .crops = 3, .side = 4}, 3, made.world.context);
  const Tensor crops = crops_of(made.world.real, found, 4);
  const float* const stored = made.result.set.factors[0].values.data();  // of class 0: (2, 3, 8, 8)
  for (int64_t k = 0; k < 2; ++k) {
    for (int64_t cell = 0; cell < 4; ++cell) {
      const Tensor crop = crops[k + cell * 2].contiguous();
      for (int64_t y = 0; y < 4; ++y)
        EXPECT_EQ(stored[((k * 3) * 8 + y + 4 * (cell / 2)) * 8 + 4 * (cell % 2)], crop.data_ptr<float>()[y * 4])
            << "picture " << k << ", cell " << cell;
    }
  }
}

TEST(Pca, StoresTheEasiestRowsShrunk) {
  const Made made("pca");
  EXPECT_EQ(made.result.steps, 0);
  EXPECT_EQ(made.result.set.per_class, 8);
  EXPECT_EQ(made.result.set.factors[0].shape, (std::vector<int64_t>{6, 3, 8, 8}));
  const Made whole("pca+factor=1", 3);
  EXPECT_EQ(whole.result.set.per_class, 3);
  // As they are: each picture is one of the class's rows.
  for (int64_t i = 0; i < 9; ++i) {
    bool found = false;
    for (const int64_t number : whole.world.real.of_class(i / 3)) {
      const Tensor pixels = whole.world.real.in_pixels(whole.world.real.batch(std::span(&number, 1)).pictures).flatten().contiguous();
      found = found || std::equal(pixels.data_ptr<float>(), pixels.data_ptr<float>() + 192, whole.result.set.pixels.data() + i * 192);
    }
    EXPECT_TRUE(found) << i;
  }
  expect_says(message_of([] { Made("pca", 3); }), {"has 10 rows, fewer than the 12"});
}

}  // namespace
}  // namespace decant::distill
