#include "decant/draw/pictures.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

DrawOptions few() {
  DrawOptions o;
  o.per_class = 13;
  o.test_per_class = 6;
  o.classes = 3;
  o.side = 32;
  o.wrong_labels = 0.1;
  return o;
}

/// Of every file's name and bytes, in order of the names.
std::string digest_of(const fs::path& folder) {
  std::set<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.insert(entry.path());
  }
  Digest digest;
  for (const fs::path& file : files) digest.add(fs::relative(file, folder).string()).add(read_text(file));
  return digest.hex();
}

std::map<std::pair<int, int>, int> count_modes(const DrawnTruth& truth, Split split) {
  std::map<std::pair<int, int>, int> counts;
  for (const DrawnPicture& p : truth.pictures) {
    if (p.split == split) ++counts[{p.scene.object_class, p.scene.mode}];
  }
  return counts;
}

TEST(PicturePlan, TrainingModesHaveALongTailAndHalfTheTestIsEven) {
  const DrawnTruth truth = plan_picture_set({});
  const auto train = count_modes(truth, Split::train);
  const auto test = count_modes(truth, Split::test);
  ASSERT_EQ(train.size(), 72U);
  const int train_expected[] = {270, 150, 90, 48, 30, 12};
  const int test_expected[] = {93, 63, 47, 37, 32, 28};
  for (const auto& [key, count] : train) EXPECT_EQ(count, train_expected[key.second]);
  for (const auto& [key, count] : test) EXPECT_EQ(count, test_expected[key.second]);
}

TEST(PicturePlan, TheShareOfWrongLabelsIsExactAndTheTestSplitHasNone) {
  const DrawnTruth truth = plan_picture_set({});
  int wrong = 0;
  for (const DrawnPicture& p : truth.pictures) {
    if (!p.wrong_label()) continue;
    ++wrong;
    EXPECT_EQ(p.split, Split::train) << p.file;
  }
  EXPECT_EQ(wrong, 216);  // 3 % of 7,200
}

TEST(PicturePlan, NearDuplicatesRepeatTheirOriginalsSceneInAnotherSnapshot) {
  const DrawnTruth truth = plan_picture_set({});
  int copies = 0;
  std::set<std::pair<uint64_t, int>> exposures;
  for (const DrawnPicture& p : truth.pictures) {
    EXPECT_TRUE(exposures.emplace(p.scene.number, p.snapshot).second) << p.file << " is drawn twice";
    if (p.original < 0) continue;
    ++copies;
    const DrawnPicture& original = truth.pictures[static_cast<size_t>(p.original)];
    EXPECT_EQ(p.split, Split::train);
    EXPECT_EQ(original.original, -1);
    EXPECT_EQ(original.snapshot, 0);
    EXPECT_GT(p.snapshot, 0);
    EXPECT_EQ(p.scene.number, original.scene.number);
  }
  EXPECT_EQ(copies, 1800);  // 25 % of 7,200
}

TEST(PicturePlan, EveryModeKeepsASceneHoweverManyAreRepeated) {
  DrawOptions o;
  o.per_class = 50;
  o.near_duplicates = 0.9;
  std::set<std::pair<int, int>> with_scene;
  for (const DrawnPicture& p : plan_picture_set(o).pictures) {
    if (p.split == Split::train && p.original < 0) with_scene.emplace(p.scene.object_class, p.scene.mode);
  }
  EXPECT_EQ(with_scene.size(), 72U);
}

TEST(PicturePlan, FileNamesAreDistinctAndInTheFolderFiledUnder) {
  const DrawnTruth truth = plan_picture_set({});
  std::set<std::string> names;
  for (const DrawnPicture& p : truth.pictures) {
    EXPECT_TRUE(names.insert(p.file).second) << p.file;
    EXPECT_THAT(p.file, testing::HasSubstr("/" + truth.classes[static_cast<size_t>(p.filed_under)] + "/"));
  }
  EXPECT_TRUE(std::is_sorted(truth.classes.begin(), truth.classes.end()));
}

TEST(PicturePlan, RefusesOptionsOutOfRangeByName) {
  const auto with = [](auto change) {
    DrawOptions o;
    change(o);
    return message_of([&] { plan_picture_set(o); });
  };
  EXPECT_THAT(with([](DrawOptions& o) { o.classes = 13; }), testing::HasSubstr("classes 13: is out of range. Give 1 to 12"));
  EXPECT_THAT(with([](DrawOptions& o) { o.classes = 0; }), testing::HasSubstr("classes 0"));
  EXPECT_THAT(with([](DrawOptions& o) { o.per_class = -1; }), testing::HasSubstr("per-class -1"));
  EXPECT_THAT(with([](DrawOptions& o) { o.test_per_class = -1; }), testing::HasSubstr("test-per-class -1"));
  EXPECT_THAT(with([](DrawOptions& o) { o.side = 8; }), testing::HasSubstr("side 8"));
  EXPECT_THAT(with([](DrawOptions& o) { o.wrong_labels = -0.01; }), testing::HasSubstr("wrong-labels -0.01"));
  EXPECT_THAT(with([](DrawOptions& o) { o.near_duplicates = 1; }), testing::HasSubstr("near-duplicates 1"));
  EXPECT_THAT(with([](DrawOptions& o) { o.classes = 1; }), testing::HasSubstr("two classes or more"));
}

TEST(PictureSet, IsTheSameBytesForAnyThreadCountAndEveryTime) {
  const fs::path one = fresh_path("one");
  const fs::path three = fresh_path("three");
  Context context;
  context.threads = 1;
  draw_picture_set(one, few(), context);
  context.threads = 3;
  draw_picture_set(three, few(), context);
  EXPECT_EQ(digest_of(one), digest_of(three));
}

TEST(PictureSet, AnotherSeedDrawsOtherPictures) {
  Image a;
  Image b;
  draw::draw_scene({1, 7, 0, 0, 1}, 0, 32, a);
  draw::draw_scene({2, 7, 0, 0, 1}, 0, 32, b);
  EXPECT_NE(a.pixels, b.pixels);
}

/// The pixels of all 72 modes, on this and every other machine. After a wanted change of the
/// drawings, put the new digest here.
TEST(PictureSet, ThePixelsAreThoseOfEveryOtherMachine) {
  Digest digest;
  Image image;
  for (int c = 0; c < draw::kClassCount; ++c) {
    for (int mode = 0; mode < draw::kModeCount; ++mode) {
      draw::draw_scene({0, static_cast<uint64_t>(mode), c, mode, mode % draw::kClutterLevels}, mode % 2, 32, image);
      digest.add(std::as_bytes(std::span(image.pixels)));
    }
  }
  EXPECT_EQ(digest.hex(), "87410ce2eb5bd4ea4d99de2517fb8d68");
}

/// Mean absolute difference of two pictures, in grey levels.
double distance(const Image& a, const Image& b) {
  double sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(int{a.pixels[i]} - int{b.pixels[i]});
  return sum / static_cast<double>(a.pixels.size());
}

TEST(PictureSet, ASnapshotIsNearToItsSceneAndAnotherSceneIsNot) {
  double near = 0;
  double far = 0;
  Image scene;
  Image snapshot;
  Image stranger;
  for (uint64_t number = 0; number < 12; ++number) {
    const int c = static_cast<int>(number);
    draw::draw_scene({0, number, c, 0, 1}, 0, 32, scene);
    draw::draw_scene({0, number, c, 0, 1}, 1, 32, snapshot);
    draw::draw_scene({0, number + 100, c, 0, 1}, 0, 32, stranger);
    EXPECT_NE(scene.pixels, snapshot.pixels);
    near += distance(scene, snapshot) / 12;
    far += distance(scene, stranger) / 12;
  }
  EXPECT_LT(near, 0.5 * far);
}

TEST(PictureSet, EveryFileDecodesAndHasItsLineInTheTruth) {
  const fs::path folder = fresh_path("decodes");
  const DrawnTruth truth = draw_picture_set(folder, few());
  Image image;
  std::vector<std::byte> buffer;
  for (const DrawnPicture& p : truth.pictures) {
    decode_image(read_file(folder / p.file, buffer), p.file, image);
    EXPECT_EQ(image.size, (ImageSize{32, 32, 3})) << p.file;
  }
  const std::string lines = read_text(folder / "truth.jsonl");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), std::ssize(truth.pictures));
  const Json first = parse_json(lines.substr(0, lines.find('\n')));
  EXPECT_EQ(first["file"], truth.pictures[0].file);
  EXPECT_EQ(first["class"], truth.classes[static_cast<size_t>(truth.pictures[0].scene.object_class)]);
  for (const char* key : {"filed_under", "mode", "mode_name", "near_duplicate_of", "clutter"}) EXPECT_TRUE(first.contains(key)) << key;
}

TEST(PictureSet, RefusesAFolderThatExistsAndLeavesItAlone) {
  const fs::path folder = fresh_path("exists");
  fs::create_directories(folder);
  EXPECT_THROW(draw_picture_set(folder, few()), InputError);
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST(PictureSet, ReplacesOnlyWhatItDrew) {
  const fs::path folder = fresh_path("again");
  draw_picture_set(folder, few());
  draw_picture_set(folder, few(), {}, /*overwrite=*/true);
  write_file(folder / "mine.jpg", "x");
  EXPECT_THROW(draw_picture_set(folder, few(), {}, /*overwrite=*/true), InputError);
  EXPECT_EQ(read_text(folder / "mine.jpg"), "x");
}

TEST(PictureSet, StopsWhenCancelledWithoutAFinalFolder) {
  const fs::path folder = fresh_path("cancelled");
  const std::atomic<bool> cancel{true};
  Context context;
  context.cancel = &cancel;
  EXPECT_THROW(draw_picture_set(folder, few(), context), Cancelled);
  EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace decant
