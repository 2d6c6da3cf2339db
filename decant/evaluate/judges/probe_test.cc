#include "decant/evaluate/judges/probe.h"

#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/evaluate/evaluation_for_tests.h"
#include "decant/evaluate/judges/list.h"

namespace decant::evaluate {
namespace {

constexpr int64_t kBroken = 3;

/// Grey pictures: of class 0 the left half is bright, of class 1 the right one. One cannot be read.
class Halves final : public Rows, Pictures, Targets {
 public:
  explicit Halves(int64_t size) : size_(size) {}
  int64_t size() const override { return size_; }
  std::string key(int64_t row) const override { return std::to_string(row); }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  int64_t stored_bytes() const override { return 0; }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }

 private:
  int32_t label(int64_t row) const override { return static_cast<int32_t>(row % 2); }
  void decode(int64_t row, Image& image) const override {
    if (row == kBroken) throw InputError({"", key(row), "is broken", ""});
    image.resize({32, 32, 1});
    Random random(7, "halves", static_cast<uint64_t>(row));
    for (int y = 0; y < 32; ++y) {
      for (int x = 0; x < 32; ++x) image.row(y)[x] = static_cast<uint8_t>(random.below(120) + (x / 16 == row % 2 ? 100 : 0));
    }
  }
  std::optional<ImageSize> fixed_size() const override { return ImageSize{32, 32, 1}; }

  int64_t size_;
};

std::unique_ptr<Judge> settled(const Rows& rows, std::span<const int64_t> some) {
  std::unique_ptr<Judge> judge = make_pictures({});
  judge->settle({.rows = &rows, .some = some, .trainable = std::ssize(some), .test_rows = 40, .classes = 2, .digest = "halves"}, {});
  return judge;
}

TEST(Probe, LearnsFromPicturesAndReadsThoseAloneThatAreAskedFor) {
  const Halves rows(60);
  const Halves test(3);
  const Subset usable = Subset::all(60).without({kBroken});
  const auto judge = settled(rows, usable.rows());
  judge->prepare(std::vector<Wanted>{{&rows, usable}}, test, {.threads = 2});
  const Subset few = Subset::all(20).without({kBroken});
  const Result result = judge->judge({.net = "conv-kmeans-linear", .rows = &rows, .subset = few.rows(), .test = &test}, {.threads = 1});
  EXPECT_EQ(result.values, std::vector<double>{1.0});
  EXPECT_FALSE(judge->has_chance());
  EXPECT_TRUE(judge->converges());
}

TEST(Probe, IsNamedByItsFeaturesAndWhatTheyWereFittedTo) {
  const Halves rows(10);
  const auto judge = settled(rows, {});
  std::unique_ptr<Judge> other = make_pictures({});
  other->settle({.rows = &rows, .classes = 2, .digest = "another"}, {});
  EXPECT_NE(judge->identity("conv-kmeans-linear"), other->identity("conv-kmeans-linear"));
  EXPECT_NE(judge->identity("conv-kmeans-linear").find("centroids"), std::string::npos);
}

}  // namespace
}  // namespace decant::evaluate
