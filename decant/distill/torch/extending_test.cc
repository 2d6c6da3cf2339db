// A method that is added in one file: matching the mean picture of each class, through no network.
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "decant/data/memory_rows.h"
#include "decant/data/subset.h"
#include "decant/distill/torch/method.h"
#include "decant/distill/torch/run.h"

namespace decant::distill {
namespace {

class MeanPicture final : public Objective {
 public:
  bool class_by_class(const Step&) const override { return true; }
  Tensor loss(const Step&, const Fetched&, const Sides& sides) const override {
    return (sides.synthetic.pictures.mean(0) - sides.real.pictures.mean(0)).square().sum();
  }
};

const Method& mean_picture = add_method({
    .facts = {"mean-picture", "distribution matching", "the mean picture of each class", "this file"},
    .usual = [](const DistillOptions&) { return Usual{.steps = 50, .rate = 0.1}; },
    .make =
        [](const Setting& setting, nn::SpecText& own) {
          return Parts{setting.synthetic(own), nullptr, sample_per_class(setting.real, setting.options.real_batch),
                       std::make_unique<MeanPicture>()};
        },
});

/// Two classes: dark pictures, and bright ones.
MemoryRows dark_and_bright() {
  std::vector<Image> pictures(20);
  std::vector<int32_t> labels;
  for (size_t i = 0; i < pictures.size(); ++i) {
    pictures[i].resize({4, 4, 1});
    labels.push_back(static_cast<int32_t>(i % 2));
    std::ranges::fill(pictures[i].pixels, static_cast<uint8_t>(10 * i + 50));
    if (i % 2 == 0) std::ranges::fill(pictures[i].pixels, static_cast<uint8_t>(2 * i));
  }
  return {std::move(pictures), std::move(labels)};
}

TEST(AMethod, IsOneFile) {
  const MemoryRows rows = dark_and_bright();
  const Subset all = Subset::all(rows.size());
  const DistillOptions options{.method = mean_picture.facts.name, .net = "mlp"};
  const Distilled made = distill({.options = options, .rows = &rows, .subset = all, .classes = 2}, {.threads = 1});
  EXPECT_EQ(made.steps, 50);
  EXPECT_NEAR(made.set.pixels.front() * 255, 18, 0.5);  // the mean of 0, 4, … 36
  EXPECT_NEAR(made.set.pixels.back() * 255, 150, 0.5);  // and of 60, 80, … 240
}

}  // namespace
}  // namespace decant::distill
