#include "decant/loader/batches.h"

#include <atomic>
#include <gmock/gmock.h>
#include <map>
#include <memory>
#include <numeric>
#include <optional>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/test_rows.h"

namespace decant::loader {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

Image plain(ImageSize size, int value) {
  Image image;
  image.resize(size);
  std::ranges::fill(image.pixels, static_cast<uint8_t>(value));
  return image;
}

/// n pictures of 4×4 drawn pixels, label = row.
MemoryRows drawn_rows(int n) {
  std::vector<Image> pictures;
  std::vector<int32_t> labels;
  for (int i = 0; i < n; ++i) {
    pictures.push_back(plain({4, 4, 3}, 0));
    Random random(5, "pixels", static_cast<uint64_t>(i));
    for (uint8_t& value : pictures.back().pixels) value = static_cast<uint8_t>(random.below(256));
    labels.push_back(i);
  }
  return {std::move(pictures), std::move(labels)};
}

struct Stream {
  std::vector<int64_t> rows;
  std::vector<int64_t> labels;
  std::vector<float> images;
  std::vector<int64_t> counts;
  bool operator==(const Stream&) const = default;
};

Stream read(const ImageTable& table, std::span<const int64_t> subset, const BatchOptions& options) {
  Stream stream;
  Batches batches(table, subset, options, Context{});
  while (const Batch* batch = batches.next()) {
    stream.rows.insert(stream.rows.end(), batch->rows.begin(), batch->rows.end());
    stream.labels.insert(stream.labels.end(), batch->labels.begin(), batch->labels.end());
    stream.images.insert(stream.images.end(), batch->images.begin(), batch->images.end());
    stream.counts.push_back(batch->count);
  }
  return stream;
}

TEST(Batches, EveryRowOnceAnEpochAcrossBatches) {
  const MemoryRows rows = drawn_rows(20);
  const std::vector<int64_t> subset{1, 3, 4, 8, 10, 11, 19};
  const ImageTable table(rows, subset, {4, 4, 3}, 1 << 20, Context{});
  ASSERT_TRUE(table.kept());
  const Stream stream = read(table, subset, {.batch = 3, .samples = 21, .shuffle = true, .seed = 2});
  ASSERT_EQ(stream.rows.size(), 21U);
  EXPECT_THAT(stream.counts, Each(3));
  EXPECT_EQ(stream.labels, stream.rows);
  std::vector<std::vector<int64_t>> epochs;
  for (int e = 0; e < 3; ++e) epochs.emplace_back(stream.rows.begin() + 7 * e, stream.rows.begin() + 7 * e + 7);
  EXPECT_NE(epochs[0], epochs[1]);
  for (auto& epoch : epochs) {
    std::ranges::sort(epoch);
    EXPECT_EQ(epoch, subset);
  }
}

TEST(Batches, TheSameForAnyCountOfWorkersAndWithoutTheCache) {
  const MemoryRows rows = drawn_rows(30);
  const auto subset = all_rows_of(rows);
  const ImageTable kept(rows, subset, {4, 4, 3}, 1 << 20, Context{});
  const ImageTable decoding(rows, subset, {4, 4, 3}, 0, Context{});
  EXPECT_FALSE(decoding.kept());
  BatchOptions options{.batch = 4, .samples = 103, .shuffle = true, .seed = 9, .augmentation = {.crop = 1, .flip = true}};
  const Stream one = read(kept, subset, options);
  EXPECT_EQ(one.counts.back(), 3);
  EXPECT_EQ(one.images.size(), 103U * 48);
  options.workers = 5;
  EXPECT_TRUE(read(kept, subset, options) == one);
  EXPECT_TRUE(read(decoding, subset, options) == one);
  options.seed = 10;
  EXPECT_FALSE(read(kept, subset, options) == one);
}

TEST(Batches, TeachWhatTheyAreToldInPlaceOfTheClasses) {
  const MemoryRows rows = drawn_rows(6);
  const std::vector<int64_t> subset{1, 4, 5};
  const std::vector<int32_t> pools{-1, 7, -1, -1, 0, 2};
  const ImageTable table(rows, subset, {4, 4, 3}, 1 << 20, Context{});
  EXPECT_EQ(read(table, subset, {.batch = 3, .samples = 3, .labels = pools}).labels, (std::vector<int64_t>{7, 0, 2}));
  EXPECT_NO_THROW(require_labels(rows, subset, 8, pools));
  EXPECT_THROW(require_labels(rows, subset, 7, pools), InputError);
}

TEST(Batches, OnePictureRepeats) {
  const MemoryRows rows = drawn_rows(1);
  const ImageTable table(rows, all_rows_of(rows), {4, 4, 3}, 1 << 20, Context{});
  EXPECT_EQ(read(table, all_rows_of(rows), {.batch = 8, .samples = 16, .shuffle = true}).rows, std::vector<int64_t>(16, 0));
}

TEST(Batches, WithoutShuffleTheRowsComeInOrderAsTheyAre) {
  const MemoryRows rows = drawn_rows(5);
  const ImageTable table(rows, all_rows_of(rows), {4, 4, 3}, 1 << 20, Context{});
  const Stream stream = read(table, all_rows_of(rows), {.batch = 2, .samples = 5});
  EXPECT_EQ(stream.rows, all_rows_of(rows));
  Image image;
  rows.decode(4, image);
  EXPECT_FLOAT_EQ(stream.images[4 * 48 + 7], static_cast<float>(image.pixels[7]) / 255);
}

TEST(Batches, AWorkersErrorComesWhereItsBatchWouldBe) {
  std::vector<Image> pictures(10, plain({4, 4, 3}, 1));
  pictures[5].pixels.clear();
  const MemoryRows rows(std::move(pictures), std::vector<int32_t>(10, 0));
  const ImageTable table(rows, all_rows_of(rows), {4, 4, 3}, 0, Context{});
  Batches batches(table, all_rows_of(rows), {.batch = 2, .samples = 100, .workers = 3}, Context{});
  EXPECT_NE(batches.next(), nullptr);
  EXPECT_NE(batches.next(), nullptr);
  EXPECT_THAT(message_of([&] { batches.next(); }), HasSubstr("memory: 5: no picture"));
}

TEST(Batches, CancellationReachesTheConsumerAndTheDestructorDoesNotHang) {
  const MemoryRows rows = drawn_rows(4);
  const ImageTable table(rows, all_rows_of(rows), {4, 4, 3}, 0, Context{});
  std::atomic<bool> cancel{false};
  const Context context{.cancel = &cancel};
  Batches batches(table, all_rows_of(rows), {.batch = 2, .samples = 1'000'000, .workers = 2}, context);
  EXPECT_NE(batches.next(), nullptr);
  cancel = true;
  EXPECT_THROW(while (batches.next() != nullptr){}, Cancelled);
}

TEST(TrainingSize, OwnSizeOnlyIfAllAreAlikeAndSmall) {
  const auto size_of = [](std::vector<Image> pictures, int image_size) {
    const MemoryRows rows(std::move(pictures), {});
    return training_size(rows, all_rows_of(rows), image_size, Context{});
  };
  EXPECT_EQ(size_of({plain({28, 28, 1}, 0), plain({28, 28, 1}, 0)}, 0), (ImageSize{28, 28, 1}));
  EXPECT_EQ(size_of({plain({28, 28, 1}, 0), plain({28, 28, 3}, 0)}, 0), (ImageSize{28, 28, 3}));
  EXPECT_EQ(size_of({plain({28, 28, 3}, 0), plain({32, 32, 3}, 0)}, 0), (ImageSize{64, 64, 3}));
  EXPECT_EQ(size_of({plain({32, 28, 3}, 0)}, 0), (ImageSize{64, 64, 3}));
  EXPECT_EQ(size_of({plain({65, 65, 3}, 0)}, 0), (ImageSize{64, 64, 3}));
  EXPECT_EQ(size_of({plain({28, 28, 1}, 0)}, 32), (ImageSize{32, 32, 1}));
}

TEST(FitPicture, TakesTheCentreSquareAndConvertsChannels) {
  Image wide = plain({8, 4, 1}, 0);  // left and right quarter black, centre square 100
  for (int y = 0; y < 4; ++y) std::fill_n(wide.row(y) + 2, 4, uint8_t{100});
  std::vector<uint8_t> out(2 * 2 * 3);
  fit_picture(wide, {2, 2, 3}, out.data());
  EXPECT_THAT(out, Each(100));
  Image red = plain({4, 4, 3}, 0);
  for (size_t i = 0; i < red.pixels.size(); i += 3) red.pixels[i] = 255;
  out.assign(16, 0);
  fit_picture(red, {4, 4, 1}, out.data());
  EXPECT_THAT(out, Each((77 * 255 + 128) / 256));
}

TEST(ImageTable, ReportsAPictureThatDoesNotDecode) {
  std::vector<Image> pictures(3, plain({4, 4, 3}, 1));
  pictures[1].pixels.clear();
  const MemoryRows rows(std::move(pictures), {0, 0, 0});
  EXPECT_THROW(ImageTable(rows, all_rows_of(rows), {4, 4, 3}, 1 << 20, Context{}), InputError);
  EXPECT_NO_THROW(ImageTable(rows, std::vector<int64_t>{0, 2}, {4, 4, 3}, 1 << 20, Context{}));
}

TEST(ImageTable, KeepsWhatIsAttachedUntilItGoesAndForgetsWhatFailed) {
  const MemoryRows rows = drawn_rows(3);
  std::optional<ImageTable> table(std::in_place, rows, all_rows_of(rows), ImageSize{4, 4, 3}, 1 << 20, Context{});
  EXPECT_EQ(table->block().size(), 3U * 48);
  int made = 0;
  const auto make = [&]() -> std::any {
    if (++made == 1) throw InputError({"", "", "no room", ""});
    return std::make_shared<int>(made);
  };
  EXPECT_THROW(table->attached("a", make), InputError);
  const std::weak_ptr<int> first = std::any_cast<std::shared_ptr<int>>(table->attached("a", make));
  EXPECT_EQ(std::any_cast<std::shared_ptr<int>>(table->attached("a", make)), first.lock());
  EXPECT_NE(std::any_cast<std::shared_ptr<int>>(table->attached("b", make)), first.lock());
  EXPECT_EQ(made, 3);
  table.reset();
  EXPECT_TRUE(first.expired());
}

TEST(Batches, AStreamThatBeginsLaterIsTheRestOfTheWhole) {
  const MemoryRows rows = drawn_rows(9);
  const std::vector<int64_t> all = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  const ImageTable table(rows, all, {4, 4, 3}, 1 << 20, Context{});
  BatchOptions options{.batch = 1, .samples = 25, .shuffle = true, .seed = 3, .augmentation = {2, true}};
  const Stream whole = read(table, all, options);
  options.first = 13;
  options.samples = 12;
  const Stream rest = read(table, all, options);
  EXPECT_EQ(rest.rows, std::vector<int64_t>(whole.rows.begin() + 13, whole.rows.end()));
  EXPECT_EQ(rest.images, std::vector<float>(whole.images.begin() + 13 * 48, whole.images.end()));
}

/// The rows, with labels of views that say nothing.
class ViewedRows final : public MemoryRows, public ViewLabels {
 public:
  ViewedRows(MemoryRows rows, ViewRecipe recipe) : MemoryRows(std::move(rows)), recipe_(recipe) {}
  ViewsOfRow views(int64_t row) const override { return {this, row}; }
  const ViewRecipe& recipe() const override { return recipe_; }
  int64_t classes() const override { return 2; }
  void logits(int64_t, int64_t, std::span<float> out) const override { std::ranges::fill(out, 0.0F); }
  std::string digest() const override { return "nothing"; }

 private:
  ViewRecipe recipe_;
};

/// The pixels of every view of every row that a stream shows: view by row and pass.
std::map<std::pair<int64_t, int64_t>, std::vector<float>> views_in(const Stream& stream, int64_t rows, int64_t views, int64_t first = 0) {
  const size_t pixels = stream.images.size() / stream.rows.size();
  std::map<std::pair<int64_t, int64_t>, std::vector<float>> seen;
  for (size_t i = 0; i < stream.rows.size(); ++i) {
    const auto begin = stream.images.begin() + static_cast<ptrdiff_t>(i * pixels);
    const std::vector<float> shown(begin, begin + static_cast<ptrdiff_t>(pixels));
    const int64_t view = (first + static_cast<int64_t>(i)) / rows % views;
    const auto [at, fresh] = seen.emplace(std::pair(stream.rows[i], view), shown);
    EXPECT_TRUE(fresh || at->second == shown) << stream.rows[i] << " " << view;
  }
  return seen;
}

// What labels of views stand on: published stores are keyed by batch instead.
TEST(Batches, AViewOfARowIsTheSamePixelsInAnyBatchAndOrder) {
  const ViewedRows rows(drawn_rows(9), {.seed = 4, .views = 3, .cuts = {.crop = 2, .flip = true}});
  const std::vector<int64_t> subset = all_rows_of(rows);
  const ImageTable table(rows, subset, {4, 4, 3}, 1 << 20, Context{});
  BatchOptions options{.batch = 4, .samples = 54, .shuffle = true, .seed = 2, .augmentation = {2, true}};
  options.view = [](int64_t sample) { return sample / 9 % 3; };
  const auto once = views_in(read(table, subset, options), 9, 3);
  EXPECT_EQ(once.size(), 27U) << "every view of every row";
  options.batch = 7;
  options.seed = 99;
  EXPECT_EQ(views_in(read(table, subset, options), 9, 3), once);
  options.shuffle = false;
  options.workers = 3;
  EXPECT_EQ(views_in(read(table, subset, options), 9, 3), once);
  options.first = 13;
  options.samples = 54 - 13;
  EXPECT_EQ(views_in(read(table, subset, options), 9, 3, 13), once) << "gone on from the middle";
}

TEST(Batches, WhatIsNoViewIsCutAnew) {
  const ViewedRows rows(drawn_rows(5), {.seed = 4, .views = 3, .cuts = {.crop = 2, .flip = true}});
  const std::vector<int64_t> subset = all_rows_of(rows);
  const ImageTable table(rows, subset, {4, 4, 3}, 1 << 20, Context{});
  BatchOptions options{.batch = 5, .samples = 20, .shuffle = true, .seed = 2, .augmentation = {2, true}};
  const Stream anew = read(table, subset, options);
  options.view = [](int64_t) { return -1; };
  EXPECT_EQ(read(table, subset, options), anew);
}

}  // namespace
}  // namespace decant::loader
