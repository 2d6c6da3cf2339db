#include "decant/formats/imagefolder/imagefolder.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/imagefolder/python_order.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Tree : ScratchFolder {
  using ScratchFolder::ScratchFolder;
  Dataset open() const { return open_imagefolder(path, {}); }
};

TEST(PythonOrder, ComparesCodePointsAndEscapesInvalidBytes) {
  // Ascending in Python: 'B' < 'a' < 'é' < U+D7FF < escaped bytes (U+DC80…) < U+E000 < U+FFFD < U+1F600.
  const std::vector<std::string> ascending = {"",
                                              "10.png",
                                              "2.png",
                                              "B",
                                              "a",
                                              "a-b",
                                              "a/c",
                                              "é",
                                              "\xed\x9f\xbf",
                                              "\x80",
                                              "\xc3",
                                              "\xed\xa0\x80",
                                              "\xf4\x90",
                                              "\xff",
                                              "\xff"
                                              "a",
                                              "\xee\x80\x80",
                                              "\xef\xbf\xbd",
                                              "\xf0\x9f\x98\x80"};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j)
      EXPECT_EQ(python_less(ascending[i], ascending[j]), i < j) << ascending[i] << " and " << ascending[j];
  }
  EXPECT_TRUE(python_less("\xc3\xa9", "\xc3")) << "é is U+E9; the lone byte is U+DCC3";
}

TEST(ImageFolder, RowsComeInTorchvisionsOrder) {
  const Tree tree("order");
  for (const char* file :
       {"b/10.png", "b/2.png", "b/1.JPG", "b/.hidden.jpg", "b/x y.Jpeg", "b/notes.txt", "a/c/1.jpg", "a/z.webp", "a-b/1.jpg", "a/a-b/1.jpg",
        "a/a/b/1.jpg", "a/a/1.jpg", "\xf0\x9f\x98\x80/1.jpg", "\xee\x80\x80/1.jpg", "\xff/1.jpg", ".git/1.png", "a/scan.TIFF", "b/.jpg"})
    tree.add(file);
  fs::create_directory_symlink("b", tree.path / "linked");
  fs::create_symlink("z.webp", tree.path / "a/link.jpg");
  fs::create_symlink("nowhere", tree.path / "a/broken.png");
  const Dataset dataset = tree.open();
  EXPECT_THAT(dataset.classes, ElementsAre(".git", "a", "a-b", "b", "linked", "\xff", "\xee\x80\x80", "\xf0\x9f\x98\x80"));
  EXPECT_THAT(keys_of(dataset.train()),
              ElementsAre(".git/1.png", "a/broken.png", "a/link.jpg", "a/scan.TIFF", "a/z.webp", "a/a/1.jpg", "a/a-b/1.jpg", "a/a/b/1.jpg",
                          "a/c/1.jpg", "a-b/1.jpg", "b/.hidden.jpg", "b/.jpg", "b/1.JPG", "b/10.png", "b/2.png", "b/x y.Jpeg",
                          "linked/.hidden.jpg", "linked/.jpg", "linked/1.JPG", "linked/10.png", "linked/2.png", "linked/x y.Jpeg",
                          "\xff/1.jpg", "\xee\x80\x80/1.jpg", "\xf0\x9f\x98\x80/1.jpg"));
  EXPECT_EQ(dataset.train().label(8), 1);
  EXPECT_EQ(dataset.train().label(9), 2);
  EXPECT_EQ(dataset.train().known_fault(1), "is a link to nothing");
  EXPECT_EQ(dataset.train().known_fault(3), "TIFF is not read; JPEG, PNG and WebP are");
  EXPECT_EQ(dataset.train().known_fault(4), "");
  EXPECT_THAT(oddities_of(dataset), ElementsAre(HasSubstr("2 files do not end as pictures do")));

  // The same, said by Python: torchvision's find_classes and make_dataset.
  write_file(tree.path / "list.py.txt", R"(
import os, sys
root = sys.argv[1]
ends = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
out = []
for name in sorted(e.name for e in os.scandir(root) if e.is_dir()):
    for folder, _, files in sorted(os.walk(os.path.join(root, name), followlinks=True)):
        out += [os.path.join(folder, f) for f in sorted(files) if os.path.join(folder, f).lower().endswith(ends)]
try:
    from torchvision.datasets import ImageFolder
    assert [p for p, _ in ImageFolder(root).samples] == out
except ImportError:
    pass
sys.stdout.buffer.write(b"".join(os.fsencode(os.path.relpath(p, root)) + b"\0" for p in out))
)");
  const std::string root = tree.path.string();
  const std::string command =
      "PYTHONUTF8=1 /usr/bin/python3 '" + root + "/list.py.txt' '" + root + "' > '" + root + "/listed.txt' 2>/dev/null";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "needs /usr/bin/python3";
  std::string ours;
  for (const std::string& key : keys_of(dataset.train())) ours += key + '\0';
  EXPECT_EQ(ours, read_text(tree.path / "listed.txt"));
}

TEST(ImageFolder, SplitsShareTheTrainingClasses) {
  const Tree tree("splits");
  for (const char* file : {"train/cat/1.jpg", "train/dog/2.jpg", "train/empty/readme.md", "valid/dog/3.jpg", "valid/emu/4.jpg",
                           "test/cat/5.jpg", "other/6.jpg"})
    tree.add(file);
  const Dataset dataset = tree.open();
  EXPECT_THAT(dataset.classes, ElementsAre("cat", "dog", "empty"));
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("train/cat/1.jpg", "train/dog/2.jpg"));
  const Rows& validation = *dataset.splits.at(Split::validation);
  EXPECT_THAT(keys_of(validation), ElementsAre("valid/dog/3.jpg", "valid/emu/4.jpg"));
  EXPECT_THAT(labels_of(validation), ElementsAre(1, kNoLabel));
  EXPECT_THAT(labels_of(*dataset.held_out()), ElementsAre(0));
  EXPECT_THAT(oddities_of(dataset),
              ElementsAre(HasSubstr("train/empty: is a class without pictures"), HasSubstr("train: 1 files do not end"),
                          HasSubstr("other: is neither train, val nor test"), HasSubstr("valid/emu: is no class of the training split")));
}

TEST(ImageFolder, TrainCanBeAClass) {
  const Tree vehicles("vehicles");
  vehicles.add("car/1.jpg");
  vehicles.add("train/1.jpg");
  EXPECT_THAT(vehicles.open().classes, ElementsAre("car", "train"));
}

TEST(ImageFolder, FlatFoldersHaveNoLabels) {
  const Tree flat("flat");
  flat.add("b.jpg");
  flat.add("a.png");
  const Dataset dataset = flat.open();
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("a.png", "b.jpg"));
  EXPECT_THAT(labels_of(dataset.train()), ElementsAre(kNoLabel, kNoLabel));
  EXPECT_THAT(dataset.classes, IsEmpty());
}

TEST(ImageFolder, RefusesWhatItCannotRead) {
  const Tree empty("empty");
  EXPECT_THAT(message_of([&] { empty.open(); }), HasSubstr("holds no pictures. Expected pictures"));
  empty.add("val/cat/1.jpg");
  EXPECT_THAT(message_of([&] { empty.open(); }), HasSubstr("holds val/ but no train/"));
  const Tree circle("circle");
  circle.add("a/b/1.jpg");
  fs::create_directory_symlink("../../a", circle.path / "a/b/up");
  EXPECT_THAT(message_of([&] { circle.open(); }), HasSubstr("a/b/up: is a link to a folder above it"));
  EXPECT_THAT(message_of([] { open_imagefolder("/nonexistent/x", {}); }), HasSubstr("is not a folder"));
}

TEST(ImageFolder, PipesAreNeverOpened) {
  const Tree tree("pipe");
  tree.add("a/1.jpg");
  ASSERT_EQ(::mkfifo((tree.path / "a/0.jpg").c_str(), 0600), 0);
  const Dataset dataset = tree.open();
  std::vector<std::byte> scratch;
  EXPECT_EQ(dataset.train().known_fault(0), "is a device or a pipe, not a file");
  EXPECT_THAT(message_of([&] { dataset.train().bytes(0, scratch); }), HasSubstr("a/0.jpg: is a device or a pipe"));
}

TEST(ImageFolder, DecodesAndNamesWhatIsDamaged) {
  const Tree tree("decode");
  Image image;
  image.resize({4, 3, 3});
  std::vector<std::byte> png;
  encode_png(image.view(), png);
  tree.add("train/a/1.jpg", as_text(png));
  tree.add("train/a/2.jpg", "just some text");
  const Dataset dataset = tree.open();
  Image read;
  dataset.train().decode(0, read);
  EXPECT_EQ(read.size, image.size);
  EXPECT_EQ(dataset.train().stored_bytes(), static_cast<int64_t>(png.size()) + 14);
  EXPECT_THAT(message_of([&] { dataset.train().decode(1, read); }),
              HasSubstr("train/a/2.jpg: is not a JPEG, PNG or WebP file (starts with 'just some text')"));
}

TEST(ImageFolder, WriterCopiesBytesUnderTheSameNames) {
  const Tree tree("write");
  const std::string odd = "train/\xff na\"me/1 '2'.jpg";
  tree.add("train/a/1.jpg", "one");
  tree.add("train/a/deep/2.jpg", std::string(300000, 'z'));
  tree.add(odd, "odd");
  tree.add("train/b/4.jpg", "four");
  fs::create_symlink("4.jpg", tree.path / "train/b/5.jpg");
  const Dataset dataset = tree.open();
  ASSERT_THAT(keys_of(dataset.train()), ElementsAre("train/a/1.jpg", "train/a/deep/2.jpg", "train/b/4.jpg", "train/b/5.jpg", odd));
  const Tree out("written");
  EXPECT_EQ(dataset.writer->write(std::vector<int64_t>{1, 3, 4}, out.path), 300000 + 4 + 3);
  const Dataset small = out.open();
  EXPECT_THAT(keys_of(small.train()), ElementsAre("train/a/deep/2.jpg", "train/b/5.jpg", odd));
  EXPECT_EQ(read_text(out.path / "train/a/deep/2.jpg"), std::string(300000, 'z'));
  EXPECT_TRUE(fs::symlink_status(out.path / "train/b/5.jpg").type() == fs::file_type::regular);
  EXPECT_EQ(read_text(out.path / odd), "odd");

  tree.add("train/a/1.jpg", "changed");
  const Tree second("written_second");
  EXPECT_THAT(message_of<IoError>([&] { dataset.writer->write(std::vector<int64_t>{0}, second.path); }),
              HasSubstr("has 7 bytes, had 3 when the run began"));
}

}  // namespace
}  // namespace decant
