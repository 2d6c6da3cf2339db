// Sets of pictures with objects, from inspect to verify.
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/data/image.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/open.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/duplicates.h"
#include "decant/pipeline/inspect.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/verify.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string picture(int shade) {
  Image image;
  image.resize({8, 6, 3});
  std::ranges::fill(image.pixels, static_cast<uint8_t>(shade));
  image.pixels[0] = static_cast<uint8_t>(255 - shade);
  std::vector<std::byte> png;
  encode_png(image.view(), png);
  return std::string(as_text(png));
}

/// Twenty pictures: a car in all but the last, and a bus in 3, 7 and 11. Picture 5 equals 4.
fs::path street(const std::string& name) {
  const ScratchFolder folder(name);
  std::string images;
  std::string annotations;
  const auto annotate = [&](int image, int category) {
    annotations += fmt::format(R"({}{{"id": {}, "image_id": {}, "category_id": {}, "bbox": [1, 1, 3, 2]}})",
                               annotations.empty() ? "" : ", ", annotations.size() + 1, image, category);
  };
  for (int i = 0; i < 20; ++i) {
    folder.add(fmt::format("pictures/{}.png", i), picture(10 * (i == 5 ? 4 : i)));
    images += fmt::format(R"({}{{"id": {}, "file_name": "{}.png", "width": 8, "height": 6}})", i == 0 ? "" : ", ", i, i);
    if (i < 19) annotate(i, 1);
    if (i == 3 || i == 7 || i == 11) annotate(i, 2);
  }
  folder.add("pictures/set.json", R"({"images": [)" + images + R"(], "annotations": [)" + annotations +
                                      R"(], "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "bus"}]})");
  return folder.path / "pictures";
}

CompressOptions compressing(const fs::path& input, const fs::path& out, const std::string& method, const std::string& pools = "") {
  CompressOptions options;
  options.input.path = input.string();
  options.out = out;
  options.keep = "4";
  options.select.method = method;
  options.select.pools = pools;
  return options;
}

TEST(ObjectSets, AreInspectedByTheirObjects) {
  const Inspection found = inspect({.path = street("inspected").string()}, {});
  ASSERT_TRUE(found.objects);
  EXPECT_EQ(found.objects->counted, 22);
  EXPECT_EQ(found.objects->background, 1);
  EXPECT_THAT(found.objects->of_class, ElementsAre(19, 3));
  EXPECT_THAT(inspect_text(found), AllOf(HasSubstr("classes   2, from 3 objects (bus) to 19 (car)"),
                                         HasSubstr("objects   22 in 19 rows; 1 without any"), HasSubstr("bus: 3 in 3 rows")));
  EXPECT_EQ(to_json(found)["objects"]["background_rows"], 1);
}

TEST(ObjectSets, AreChosenFromInTheirOwnFormat) {
  const fs::path input = street("chosen");
  for (const char* method : {"random", "objects", "k-means"}) {
    const fs::path out = fresh_path(std::string("out_") + method);
    compress(compressing(input, out, method), {});
    const Dataset small = open_dataset(out.string(), {}, {});
    EXPECT_EQ(small.format, "coco");
    EXPECT_EQ(small.train().size(), 4) << method;
    EXPECT_THAT(verify({.run = out, .source = input.string()}, {}).checked_against, HasSubstr("source"));
  }
}

TEST(ObjectSets, CoverageKeepsTheRareClass) {
  const fs::path out = fresh_path("out");
  compress(compressing(street("covered"), out, "objects"), {});
  const Inspection found = inspect({.path = out.string()}, {});
  EXPECT_THAT(found.objects->of_class, ElementsAre(4, 3)) << "each bus stands next to a car";
}

TEST(ObjectSets, PoolsByTheRarestClassAreSharedAlike) {
  const fs::path input = street("pooled");
  const fs::path out = fresh_path("out");
  CompressOptions options = compressing(input, out, "random", "rarest");
  options.keep = "10";
  compress(options, {});
  const Json run = read_json(out / "run.json");
  EXPECT_THAT(run["method_note"].get<std::string>(), HasSubstr("each of 3 pools (of 1 to 16 rows), a row's rarest class"));
}

TEST(ObjectSets, VerifyFindsObjectsThatWereChanged) {
  const fs::path out = fresh_path("out");
  compress(compressing(street("changed"), out, "random"), {});
  const fs::path json = out / "data" / "set.json";
  std::string text = read_text(json);
  text.replace(text.find("[1, 1, 3, 2]"), 12, "[1, 1, 3, 3]");
  write_file(json, text);
  expect_says(message_of([&] { verify({.run = out}, {}); }), {"has other objects than the manifest says"});
}

TEST(ObjectSets, AreNotWrittenWhereTheirBoxesWouldBeLostOrWrong) {
  CompressOptions options = compressing(street("refused"), fresh_path("out"), "random");
  options.to = "imagefolder";
  expect_says(message_of([&] { compress(options, {}); }), {"holds objects, and imagefolder has no place for them"});
  const Dataset dataset = open_dataset(options.input.path, {}, {});
  const std::vector<int64_t> rows = {0};
  expect_says(message_of([&] { dataset.writer->rewrite(rows, dataset.train(), fresh_folder("data"), {}); }),
              {"its pictures keep their bytes"});
}

TEST(ObjectSets, AreSampledAndSearchedForCopiesLikeOthers) {
  const fs::path input = street("sampled");
  const fs::path out = fresh_path("out");
  compress(compressing(input, out, "random"), {});
  const fs::path less = fresh_path("less");
  SampleOptions again;
  again.run = out;
  again.out = less;
  again.keep = "2";
  sample_run(again, {});
  EXPECT_EQ(open_dataset(less.string(), {}, {}).train().size(), 2);
  EXPECT_NO_THROW(verify({.run = less, .source = input.string()}, {}));
  const Inspection found = inspect({.path = input.string(), .duplicates = true}, {});
  ASSERT_TRUE(found.same_bytes);
  EXPECT_EQ(found.same_bytes->repeats, 1);
}

}  // namespace
}  // namespace decant
