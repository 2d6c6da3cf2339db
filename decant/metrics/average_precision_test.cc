// COCO's numbers: known answers of pycocotools, its constants, and cases that are plain to see.
#include "decant/metrics/average_precision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

std::vector<double> twelve(const CocoScores& scores) {
  const AveragePrecision& p = scores.precision;
  const AverageRecall& r = scores.recall;
  return {p.all, p.at_50, p.at_75, p.small, p.medium, p.large, r.of_1, r.of_10, r.of_100, r.small, r.medium, r.large};
}

/// Numbers that any language draws alike.
class Draws {
 public:
  explicit Draws(uint64_t seed) : state_(seed) {}
  int below(uint64_t n) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<int>((state_ >> 33) % n);
  }

 private:
  uint64_t state_;
};

constexpr int64_t kHeight = 160;
constexpr int64_t kWidth = 200;

/// A triangle in a box.
Outline triangle(const Rectangle& box) {
  const double top = static_cast<double>(static_cast<int>(box.width) / 2);
  return {.polygons = {{box.x, box.y, box.x + box.width, box.y, box.x + top, box.y + box.height}}, .runs = {}};
}

/// Eight pictures, three classes, crowds, ties of scores, and detections a few pixels off or of
/// another class.
Detections drawn(uint64_t seed, bool masks) {
  Draws draws(seed);
  Detections all{.pictures = 8, .classes = 3, .masks = masks, .sizes = std::vector<MaskSize>(8, {kHeight, kWidth})};
  for (int64_t picture = 0; picture < all.pictures; ++picture) {
    for (int n = draws.below(7); n > 0; --n) {
      TrueObject object{.picture = picture, .label = draws.below(3)};
      object.box.x = draws.below(120);
      object.box.y = draws.below(80);
      object.box.width = 1 + draws.below(150);
      object.box.height = 1 + draws.below(150);
      object.crowd = draws.below(8) == 0;
      object.area = object.box.width * object.box.height / (masks ? 2 : 1);
      if (masks) all.truth_outlines.push_back(triangle(object.box));
      for (int found = draws.below(4); found > 0; --found) {
        DetectedObject one{.picture = picture};
        one.box.x = object.box.x + draws.below(9) - 4;
        one.box.y = object.box.y + draws.below(9) - 4;
        one.box.width = std::max(1.0, object.box.width + draws.below(9) - 4);
        one.box.height = std::max(1.0, object.box.height + draws.below(9) - 4);
        one.label = draws.below(5) != 0 ? object.label : draws.below(3);
        one.score = draws.below(10) / 10.0;
        if (masks) all.found_outlines.push_back(triangle(one.box));
        all.found.push_back(one);
      }
      all.truth.push_back(object);
    }
  }
  return all;
}

/// The figures are pycocotools 2.0.11's for the same sets, made in Python.
TEST(CocoScores, AreThoseOfPycocotoolsForBoxes) {
  EXPECT_THAT(twelve(coco_scores(drawn(1, false), {})),
              Pointwise(DoubleNear(1e-12),
                        {0.5532193576500507, 0.6854721186404354, 0.5918416841684169, 0.28787128712871285, 0.5593692702603593,
                         0.7848184818481847, 0.45694444444444443, 0.6125, 0.6125, 0.325, 0.6277777777777779, 0.7833333333333333}));
  EXPECT_THAT(twelve(coco_scores(drawn(2, false), {})),
              Pointwise(DoubleNear(1e-12), {0.41959807702381957, 0.6662979484761663, 0.46855821113246854, 0.15099009900990099,
                                            0.5311771177117712, 0.5609900990099009, 0.3066666666666667, 0.5733333333333334,
                                            0.5733333333333334, 0.19166666666666665, 0.6333333333333333, 0.7083333333333334}));
}

TEST(CocoScores, AreThoseOfPycocotoolsForMasks) {
  EXPECT_THAT(twelve(coco_scores(drawn(1, true), {})),
              Pointwise(DoubleNear(1e-12), {0.5021267602950771, 0.6854721186404354, 0.5315731573157315, 0.29389438943894386,
                                            0.6023377337733773, 0.9999999999999998, 0.41666666666666663, 0.5833333333333334,
                                            0.5833333333333334, 0.39444444444444443, 0.6611111111111111, 1.0}));
  EXPECT_THAT(twelve(coco_scores(drawn(2, true), {})),
              Pointwise(DoubleNear(1e-12), {0.2982310895924757, 0.4722252445024721, 0.3092649008490593, 0.0533003300330033,
                                            0.40076968411126823, 0.8999999999999999, 0.23999999999999996, 0.4566666666666666,
                                            0.4566666666666666, 0.10555555555555554, 0.5566666666666666, 0.9}));
}

Rectangle square(double x) {
  return {x, 0, 10, 10};
}
TrueObject truth_at(double x, int64_t picture = 0) {
  return {.picture = picture, .box = square(x), .area = 100};
}
DetectedObject found_at(double x, double score, int64_t picture = 0) {
  return {.picture = picture, .box = square(x), .area = 100, .score = score};
}
CocoScores scores_of(std::vector<TrueObject> truth, std::vector<DetectedObject> found, int64_t pictures = 1) {
  return coco_scores({.pictures = pictures, .classes = 1, .truth = std::move(truth), .found = std::move(found)}, {});
}

TEST(CocoScores, AllFoundIsOneAndNothingFoundIsNone) {
  EXPECT_THAT(twelve(scores_of({truth_at(0), truth_at(50)}, {found_at(50, .9), found_at(0, .8)})),
              ElementsAre(1, 1, 1, 1, -1, -1, .5, 1, 1, 1, -1, -1));
  EXPECT_THAT(twelve(scores_of({truth_at(0)}, {})), ElementsAre(0, 0, 0, 0, -1, -1, 0, 0, 0, 0, -1, -1));
  EXPECT_THAT(twelve(scores_of({}, {found_at(0, 1)})), ElementsAre(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
}

/// The ninth threshold is just below 0.9, so an overlap of 0.9 reaches it, and not the tenth.
TEST(CocoScores, ThresholdsAreNumPysProducts) {
  const TrueObject truth{.box = {0, 0, 10, 10}, .area = 100};
  const DetectedObject found{.box = {0, 0, 9, 10}, .area = 90, .score = 1};
  EXPECT_DOUBLE_EQ(scores_of({truth}, {found}).recall.of_100, 0.9);
}

/// 7 of 20 are found: recall 0.35, and the recall that is asked for is 35 · 0.01 > 0.35.
TEST(CocoScores, RecallsAreProductsToo) {
  std::vector<TrueObject> truth;
  std::vector<DetectedObject> found;
  for (int i = 0; i < 20; ++i) truth.push_back(truth_at(50.0 * i));
  for (int i = 0; i < 7; ++i) found.push_back(found_at(50.0 * i, 1));
  EXPECT_NEAR(scores_of(truth, found).precision.all, 35.0 / 101, 1e-12);
}

TEST(CocoScores, SecondDetectionOfOneObjectIsAnError) {
  EXPECT_NEAR(scores_of({truth_at(0), truth_at(50)}, {found_at(0, .9), found_at(0, .8), found_at(50, .7)}).precision.at_50,
              (51 + 50 * 2.0 / 3) / 101, 1e-12);
}

TEST(CocoScores, CrowdTakesAnyNumberAndIsNeverMissed) {
  TrueObject crowd = truth_at(100);
  crowd.crowd = true;
  EXPECT_DOUBLE_EQ(scores_of({truth_at(0), crowd}, {found_at(100, .9), found_at(100, .8), found_at(0, .7)}).precision.all, 1);
}

TEST(CocoScores, AnIgnoredObjectIsNeitherMissedNorAnError) {
  TrueObject difficult = truth_at(100);
  difficult.ignored = true;
  EXPECT_DOUBLE_EQ(scores_of({truth_at(0), difficult}, {found_at(100, .9), found_at(0, .7)}).precision.all, 1);
  EXPECT_DOUBLE_EQ(scores_of({truth_at(0), difficult}, {found_at(0, .7)}).precision.all, 1);
  EXPECT_LT(scores_of({truth_at(0), difficult}, {found_at(100, .9), found_at(100, .8), found_at(0, .7)}).precision.all, 1) << "one match";
}

TEST(CocoScores, ObjectOfIdZeroLooksUnmatched) {
  TrueObject zero = truth_at(0);
  zero.id_is_zero = true;
  EXPECT_EQ(scores_of({zero}, {found_at(0, 1)}).precision.all, 0);
}

/// A false one beyond the best hundred of a picture does not count, and the hundredth does.
TEST(CocoScores, HundredOfAPictureCount) {
  std::vector<DetectedObject> found;
  for (int i = 0; i < 99; ++i) found.push_back(found_at(500, .9));
  found.push_back(found_at(0, .1));
  EXPECT_NEAR(scores_of({truth_at(0)}, found).precision.at_50, .01, 1e-12);
  found.insert(found.begin(), found_at(500, .9));
  EXPECT_EQ(scores_of({truth_at(0)}, found).precision.at_50, 0);
}

/// Both ends of a range belong to it.
TEST(CocoScores, AnAreaOfExactly1024IsSmallAndMedium) {
  const TrueObject truth{.box = {0, 0, 32, 32}, .area = 1024};
  const DetectedObject found{.box = {0, 0, 32, 32}, .area = 1024, .score = 1};
  const CocoScores scores = scores_of({truth}, {found});
  EXPECT_DOUBLE_EQ(scores.precision.small, 1);
  EXPECT_DOUBLE_EQ(scores.precision.medium, 1);
  EXPECT_EQ(scores.precision.large, -1);
}

/// Of two objects that overlap a result alike the last is taken; then the first is there for
/// another result, of its left side.
TEST(CocoScores, OfEqualOverlapsTheLastObjectIsTaken) {
  const std::vector<TrueObject> truth = {truth_at(0), truth_at(4)};
  EXPECT_DOUBLE_EQ(scores_of(truth, {found_at(2, .9), found_at(0, .8)}).precision.at_50, 1);
  EXPECT_LT(scores_of(truth, {found_at(2, .9), found_at(5, .8)}).precision.at_50, 1);
}

/// Pictures in their order, whatever the order of the results.
TEST(CocoScores, OfEqualScoresTheFirstPictureComesFirst) {
  const std::vector<TrueObject> truth = {truth_at(0, 0)};
  const std::vector<TrueObject> later = {truth_at(0, 1)};
  const std::vector<DetectedObject> found = {found_at(0, .5, 1), found_at(0, .5, 0)};
  EXPECT_DOUBLE_EQ(scores_of(truth, found, 2).precision.at_50, 1);
  EXPECT_DOUBLE_EQ(scores_of(later, found, 2).precision.at_50, .5);
}

TEST(CocoScores, DoNotDependOnThreads) {
  const Detections all = drawn(3, false);
  EXPECT_EQ(twelve(coco_scores(all, {.threads = 1})), twelve(coco_scores(all, {.threads = 4})));
}

}  // namespace
}  // namespace decant
