#include "decant/formats/imagefolder/split_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/imagefolder/imagefolder.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// "train: 2, validation: 1" of a folder with these files.
std::string splits_of(const std::string& name, const std::vector<std::string>& files) {
  const ScratchFolder folder(name);
  for (const std::string& file : files) folder.add(file);
  std::string text;
  for (const auto& [split, rows] : open_imagefolder(folder.path, {}).splits)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", name_of(split), rows->size());
  return text;
}

TEST(SplitLayout, KnowsTheNamesPeopleUseInAnyCase) {
  EXPECT_EQ(splits_of("capitals", {"Train/cat/1.jpg", "Train/dog/1.jpg", "Test/cat/1.jpg"}), "train: 2, test: 1");
  EXPECT_EQ(splits_of("words", {"training/cat/1.jpg", "testing/cat/1.jpg", "DEV/cat/1.jpg"}), "train: 1, validation: 1, test: 1");
  EXPECT_EQ(splits_of("coco", {"annotations/a.json", "train2017/1.jpg", "val2017/2.jpg"}), "train: 1, validation: 1");
  EXPECT_EQ(splits_of("eval", {"train/1.jpg", "train/2.jpg", "eval/1.jpg"}), "train: 2, validation: 1");
  EXPECT_EQ(splits_of("alone", {"Train/cat/1.jpg", "Train/dog/1.jpg"}), "train: 2");
  EXPECT_EQ(splits_of("third", {"train/1.jpg", "test/1.jpg", "extra/1.jpg", "extra/2.jpg"}), "train: 1, test: 1");
}

TEST(SplitLayout, LeavesAClassOfTrainsAClass) {
  EXPECT_EQ(splits_of("vehicles", {"car/1.jpg", "Train/1.jpg", "plane/1.jpg"}), "train: 3");
  EXPECT_EQ(splits_of("deep", {"car/a/1.jpg", "training/a/1.jpg"}), "train: 2") << "only the plain name counts by its folders";
}

TEST(SplitLayout, PrefersThePlainName) {
  const ScratchFolder folder("plain");
  for (const char* file : {"Train/cat/1.jpg", "train/cat/2.jpg", "Validation/cat/3.jpg", "val2017/cat/4.jpg"}) folder.add(file);
  const Dataset dataset = open_imagefolder(folder.path, {});
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("train/cat/2.jpg"));
  EXPECT_THAT(keys_of(*dataset.splits.at(Split::validation)), ElementsAre("Validation/cat/3.jpg"));
  EXPECT_THAT(oddities_of(dataset), ElementsAre(HasSubstr("plain: 'Validation' is read as the validation split"),
                                                HasSubstr("Train: is a second training split and is ignored"),
                                                HasSubstr("val2017: is a second validation split")));
}

TEST(SplitLayout, NamesWhatIsReadAsASplit) {
  const ScratchFolder folder("said");
  for (const char* file : {"Train/cat/1.jpg", "test/cat/2.jpg", "valid/cat/3.jpg"}) folder.add(file);
  EXPECT_THAT(oddities_of(open_imagefolder(folder.path, {})), ElementsAre(HasSubstr("said: 'Train' is read as the training split")));
  const ScratchFolder plain("silent");
  for (const char* file : {"train/cat/1.jpg", "test/cat/2.jpg", "val/cat/3.jpg"}) plain.add(file);
  EXPECT_THAT(oddities_of(open_imagefolder(plain.path, {})), IsEmpty());
}

TEST(SplitLayout, RefusesTestRowsAlone) {
  const ScratchFolder folder("held_out");
  folder.add("Test/cat/1.jpg");
  folder.add("dev/cat/1.jpg");
  EXPECT_THAT(message_of([&] { open_imagefolder(folder.path, {}); }), HasSubstr("holds Test/ but no train/"));
}

}  // namespace
}  // namespace decant
