#include "decant/formats/imagefolder/layout_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/imagefolder/imagefolder.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A folder with these files, opened as a user's data set; its oddities that warn.
std::vector<std::string> layout_warnings(const std::string& name, const std::vector<std::string>& files, const std::string& text = "x") {
  const ScratchFolder folder(name);
  for (const std::string& file : files) folder.add(file, text);
  std::vector<std::string> warnings;
  for (const Oddity& oddity : open_dataset(folder.path.string(), {}, {}).oddities) {
    if (oddity.warns) warnings.push_back(oddity.place + ": " + oddity.what);
  }
  return warnings;
}

TEST(LayoutNotes, AreSilentOnOrdinarySets) {
  EXPECT_THAT(
      layout_warnings("splits", {"train/cat/1.jpg", "train/dog/1.jpg", "val/cat/1.jpg", "test/dog/1.jpg", "README.txt", "labels.csv"}),
      IsEmpty());
  EXPECT_THAT(layout_warnings("classes", {"cat/1.jpg", "dog/1.jpg", "dog/1.txt", "classes.txt", "index.json"}), IsEmpty());
  EXPECT_THAT(layout_warnings("vehicles", {"car/1.jpg", "plane/1.jpg", "train/1.jpg"}), IsEmpty());
  EXPECT_THAT(layout_warnings("flat", {"1.jpg", "2.jpg", "1.txt", "2.txt", "LICENSE.txt"}), IsEmpty()) << "captions";
  EXPECT_THAT(layout_warnings("one", {"cat/1.jpg"}), IsEmpty());
}

TEST(LayoutNotes, NameSplitsThatAreReadAsClasses) {
  EXPECT_THAT(layout_warnings("inside", {"train/train2017/1.jpg", "train/val2017/2.jpg"}),
              ElementsAre(HasSubstr("'train2017' and 'val2017' are read as classes")));
  EXPECT_THAT(layout_warnings("left", {"cat/1.jpg", "dog/1.jpg", "Test/1.jpg"}),
              ElementsAre(HasSubstr("'Test' is read as a class, since classes are next to it")));
  EXPECT_THAT(layout_warnings("second", {"train/cat/1.jpg", "train/dog/1.jpg", "Train/cat/1.jpg"}),
              ElementsAre(AllOf(HasSubstr("second/Train"), HasSubstr("is a second training split and is ignored"))));
}

TEST(LayoutNotes, NameAFolderTooMany) {
  EXPECT_THAT(layout_warnings("wrapper", {"set/train/cat/1.jpg", "set/train/dog/1.jpg", "set/val/cat/1.jpg"}),
              ElementsAre(AllOf(HasSubstr("wrapper/set: is read as the only class, and holds a folder for training"),
                                HasSubstr("Give it as the data set"))));
  const ScratchFolder folder("animals");
  for (const char* file : {"animals/cat/1.jpg", "animals/dog/1.jpg"}) folder.add(file);
  const Dataset dataset = open_imagefolder(folder.path, {});
  EXPECT_THAT(oddities_of(dataset), ElementsAre(HasSubstr("animals: is read as the only class, and holds 2 folders")));
  EXPECT_FALSE(dataset.oddities.front().warns) << "one class may have folders";
}

TEST(LayoutNotes, NameFoldersThatToolsMake) {
  EXPECT_THAT(layout_warnings("notebook", {"cat/1.jpg", "dog/1.jpg", ".ipynb_checkpoints/1-checkpoint.jpg"}),
              ElementsAre(AllOf(HasSubstr(".ipynb_checkpoints"), HasSubstr("is read as a class (rows: 1)"))));
}

TEST(LayoutNotes, NameFilesThatMayHoldLabels) {
  const auto unlabelled =
      AllOf(HasSubstr("may hold labels and is not read"), HasSubstr("count as unlabelled"), HasSubstr("named after its class"));
  EXPECT_THAT(layout_warnings("hf", {"train/1.jpg", "train/2.jpg", "train/metadata.jsonl"}),
              ElementsAre(AllOf(HasSubstr("train/metadata.jsonl"), unlabelled)));
  EXPECT_THAT(layout_warnings("kaggle", {"train/1.jpg", "test/2.jpg", "train.csv"}),
              ElementsAre(AllOf(HasSubstr("train.csv"), unlabelled)));
  EXPECT_THAT(layout_warnings("parquet", {"1.jpg", "metadata.parquet"}), ElementsAre(unlabelled));
  EXPECT_THAT(layout_warnings("list", {"001.jpg", "002.jpg", "labels.txt", "notes.txt"}, "first 001.jpg: a cat\n"),
              ElementsAre(AllOf(HasSubstr("labels.txt"), HasSubstr("(is no list of pictures and classes)")), HasSubstr("notes.txt")))
      << "texts that name a picture";
  EXPECT_THAT(layout_warnings("one_folder", {"images/1.jpg", "images/2.jpg", "labels.csv"}),
              ElementsAre(AllOf(HasSubstr("labels.csv"), HasSubstr("all pictures count as the class 'images'"))));
}

TEST(LayoutNotes, MentionMetadataOfLabelledPicturesAsANote) {
  const ScratchFolder folder("labelled");
  for (const char* file : {"train/cat/1.jpg", "train/dog/1.jpg", "train/metadata.csv"}) folder.add(file);
  const Dataset dataset = open_imagefolder(folder.path, {});
  EXPECT_THAT(oddities_of(dataset),
              testing::Contains(HasSubstr("metadata.csv: gives no labels, since the names of folders do; --label-field FIELD")));
  for (const Oddity& oddity : dataset.oddities) EXPECT_FALSE(oddity.warns);
}

TEST(LayoutNotes, SayThatASplitHasNoLabels) {
  EXPECT_THAT(layout_warnings("test", {"train/cat/1.jpg", "train/dog/1.jpg", "val/cat/1.jpg", "test/1.jpg"}),
              ElementsAre(AllOf(HasSubstr("the test rows have no labels"), HasSubstr("evaluate tests on the validation rows"))));
  EXPECT_THAT(layout_warnings("only_test", {"train/cat/1.jpg", "train/dog/1.jpg", "test/1.jpg"}),
              ElementsAre(HasSubstr("evaluate reserves training rows for testing")));
}

/// Nobody else, for the life of the object: root may read every folder.
struct AsNobody {
  AsNobody() {
    if (::geteuid() == 0) {
      EXPECT_EQ(::seteuid(65534), 0);
    }
  }
  ~AsNobody() {
    if (::getuid() == 0) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }
};

TEST(ImageFolder, PassesOverAFolderOfTheVolumeThatItMayNotRead) {
  const ScratchFolder folder("volume");
  for (const char* file : {"train/cat/1.jpg", "train/dog/1.jpg", "val/cat/1.jpg", "lost+found/x"}) folder.add(file);
  fs::permissions(folder.path / "lost+found", fs::perms::none);
  {
    const AsNobody nobody;
    const Dataset dataset = open_dataset(folder.path.string(), {}, {});
    EXPECT_EQ(dataset.train().size(), 2);
    EXPECT_THAT(oddities_of(dataset), ElementsAre(HasSubstr("lost+found: is neither train, val nor test and is ignored")));
  }
  fs::permissions(folder.path / "lost+found", fs::perms::owner_all);
}

}  // namespace
}  // namespace decant
