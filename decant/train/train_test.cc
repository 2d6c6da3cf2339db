#include "decant/train/train.h"

#include <gmock/gmock.h>

#include "decant/base/options_for_tests.h"
#include "decant/base/test_support.h"
#include "decant/train/label_schedule.h"
#include "decant/train/pixel_statistics.h"

namespace decant::train {
namespace {

TEST(TrainOptions, EveryFieldIsInTheKey) {
  expect_every_field_decides<TrainOptions>();
}

// What was trained before options joined is still found in caches.
TEST(TrainOptions, WithDefaultsHaveTheKeyTheyAlwaysHad) {
  EXPECT_EQ(result_key(TrainOptions{}),
            R"({"net":"quick","steps":2500,"epochs":0,"batch":64,"optimizer":"sgd","learning-rate":0.1,"momentum":0.9,)"
            R"("weight-decay":0.0005,"schedule":"linear","warmup":0.2,"label-smoothing":0.1,"crop":4,"no-flip":false,)"
            R"("image-size":0,"seed":0,"device":"cpu"})");
}

TEST(TrainOptions, ABatchMayBeCapped) {
  TrainOptions options;
  EXPECT_EQ(batch_of(options, 10), 64);
  options.cap_batch = true;
  options.epochs = 300;
  EXPECT_EQ(batch_of(options, 10), 10);
  EXPECT_EQ(steps_of(options, 10), 300);
  EXPECT_EQ(batch_of(options, 100), 64);
  EXPECT_EQ(steps_of(options, 100), 468) << "300 · 100 / 64";
}

TEST(TrainOptions, SayWhatIsDoneToABatch) {
  TrainOptions options;
  EXPECT_FALSE(siamese_of(options));
  options.augment = "none";
  EXPECT_FALSE(siamese_of(options));
  options.augment = "crop_flip";
  EXPECT_EQ(siamese_of(options)->operations.size(), 2U);
  options.flip = false;
  EXPECT_EQ(siamese_of(options)->operations, std::vector{SiameseOperation::crop});
}

TEST(TrainOptions, TellWhatIsDoneToPictures) {
  TrainOptions options;
  EXPECT_EQ(augmentation_in_words(options), "crop 4 and flip");
  options.resized_crop = 0.35;
  EXPECT_EQ(augmentation_in_words(options), "resized crops of 35 % or more and flip");
  EXPECT_EQ(as_options(cuts_of(options)), "--resized-crop 0.35");
  options.resized_crop = 0;
  options.flip = false;
  options.cutmix = 0.5;
  EXPECT_EQ(augmentation_in_words(options), "crop 4, CutMix in 50 % of the batches");
  options.augment = "dsa";
  EXPECT_EQ(augmentation_in_words(options), "dsa, CutMix in 50 % of the batches");
}

TEST(TrainOptions, NormaliseByWhatTheySay) {
  TrainOptions options;
  EXPECT_FALSE(pixel_statistics_from(options.normalise));
  options.normalise = "0.125/0.5";
  EXPECT_EQ(pixel_statistics_from(options.normalise)->channels, 1);
  options.normalise = "0.491,0.482,0.447/0.247,0.243,0.262";
  const nn::PixelStatistics pixels = *pixel_statistics_from(options.normalise);
  EXPECT_EQ(pixels.deviation[1], 0.243F);
  EXPECT_EQ(normalise_text(pixels), options.normalise);
}

TEST(TrainOptions, EpochsReplaceSteps) {
  TrainOptions options;
  EXPECT_EQ(steps_of(options, 1000), 2500);
  options.epochs = 3;
  EXPECT_EQ(steps_of(options, 1000), 46) << "3 · 1000 / 64";
  EXPECT_EQ(steps_of(options, 5), 1);
}

TEST(LabelSchedules, AreWhatTheirPapersSay) {
  const auto at = [](const char* name, double progress) { return label_schedule_named(name).at(progress, 20); };
  EXPECT_TRUE(at("soft", 0.99).soft);
  EXPECT_EQ(at("soft", 0.5).own_temperature, 20);
  EXPECT_TRUE(at("hald", 0).soft);
  EXPECT_TRUE(at("hald", 0.2499).soft);
  EXPECT_FALSE(at("hald", 0.25).soft);
  EXPECT_FALSE(at("hald", 0.7499).soft);
  EXPECT_EQ(at("hald", 0.5).smoothing, 0.8);
  EXPECT_TRUE(at("hald", 0.75).soft);
  EXPECT_EQ(at("lpqld", 0).given_temperature, 20);
  EXPECT_DOUBLE_EQ(at("lpqld", 0.1).given_temperature, 14) << "epoch 30 of 300";
  EXPECT_DOUBLE_EQ(at("lpqld", 0.35).given_temperature, 20 * 0.343);
  EXPECT_EQ(at("lpqld", 0.99).given_temperature, 2);
  EXPECT_EQ(at("lpqld", 0.99).own_temperature, 1);
  EXPECT_EQ(label_schedule_named("lpqld").at(0.9, 1).given_temperature, 1) << "a temperature below 2 stays";
}

TEST(LabelSchedules, ThatNobodyKnowsAreRefused) {
  TrainOptions options;
  options.label_schedule = "halt";
  expect_says(message_of([&] { check(options); }), {"label-schedule", "'halt'", "hald", "Use soft or hald or lpqld"});
}

}  // namespace
}  // namespace decant::train
