#include "decant/formats/imagefolder/imagefolder.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <sys/stat.h>
#include <sys/wait.h>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
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
  // Ascending in Python: 'B' < 'a' < 'é' < U+D7FF < escaped bytes (U+DC80…) < U+E000 < U+FFFD <
  // U+1F600.
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
  EXPECT_EQ(dataset.train().known_fault(1), "is a broken link");
  EXPECT_EQ(dataset.train().known_fault(3), "");
  EXPECT_EQ(dataset.train().known_fault(4), "");
  EXPECT_THAT(oddities_of(dataset),
              ElementsAre(HasSubstr(".git: looks like a tool's folder"), HasSubstr("2 files do not have a picture extension")));
}

/// Classes and samples of ImageFolder(folder), by torchvision itself or by its find_classes and
/// make_dataset in plain Python.
constexpr const char* kLister = R"(
import os, sys
folder, who = sys.argv[1:]
if who == "torchvision":
    try:
        from torchvision.datasets import ImageFolder
    except Exception:  # a torch whose libraries are not all there raises all sorts
        sys.exit(77)
    listed = ImageFolder(folder)
    classes, samples = listed.classes, listed.samples
    assert listed.targets == [label for _, label in samples]
else:
    ends = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
    classes = sorted(e.name for e in os.scandir(folder) if e.is_dir())
    samples = []
    for label, name in enumerate(classes):
        for place, _, files in sorted(os.walk(os.path.join(folder, name), followlinks=True)):
            samples += [(os.path.join(place, f), label) for f in sorted(files) if os.path.join(place, f).lower().endswith(ends)]
lines = classes + [""] + ["%d %s" % (label, path[len(folder) + 1:]) for path, label in samples]
sys.stdout.buffer.write(b"".join(os.fsencode(line) + b"\0" for line in lines))
)";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size(); begin = text.find('\0', begin) + 1) lines.emplace_back(text.c_str() + begin);
  return lines;
}

/// What the lister says of a folder, or nothing where the Python in DECANT_PYTHON (else python3 on
/// the PATH) is missing or cannot say. Any other failure fails the test.
std::optional<std::vector<std::string>> listed_by(const std::string& who, const fs::path& folder) {
  const Tree place("lister");
  write_file(place.path / "list.py", kLister);
  const std::string at = "'" + place.path.string() + "/";
  const std::string command = "PYTHONUTF8=1 \"${DECANT_PYTHON:-python3}\" " + at + "list.py' '" + folder.string() + "' " + who + " > " +
                              at + "listed' 2> " + at + "errors'";
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 0) return lines_of(read_text(place.path / "listed"));
  EXPECT_THAT(code, testing::AnyOf(77, 126, 127)) << read_text(place.path / "errors");  // no torchvision; no Python
  return std::nullopt;
}

/// The same in our words; `prefix` is what keys have before the class.
std::vector<std::string> listed_by_us(const Dataset& dataset, const std::string& prefix) {
  std::vector<std::string> ours = dataset.classes;
  ours.emplace_back();
  const Rows& rows = dataset.train();
  for (int64_t row = 0; row < rows.size(); ++row)
    ours.push_back(std::to_string(rows.label(row)) + " " + rows.key(row).substr(prefix.size()));
  return ours;
}

/// Names that sort, end or decode in unexpected ways, made from these pieces: marks around the
/// letters, the two sides of the surrogates, characters whose lower case is ASCII or longer than
/// they are, and bytes that are no UTF-8.
// clang-format off
constexpr std::array<std::string_view, 40> kPieces = {
    "a", "A", "b", "1", "10", "2", "_", "-", " ", ".", "~", "\n", "\t", "'", "\"", "\\", "$(x)", "\x01", "\x7f", "é", "e\xcc\x81", "ß",
    "ſ", "İ", "ı", "\xe2\x84\xaa", "ﬀ", "中", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xf0\x9f\x98\x80", "\xf0\x90\x80\x80",
    "\xf4\x8f\xbf\xbf", "\x80", "\xff", "\xc3", "\xed\xa0\x80", "\xf0\x9f\x98", "\xc0\xaf"};
constexpr std::array<std::string_view, 22> kEndings = {
    ".jpg", ".JPG", ".JpEg", ".jpeg", ".png", ".PNG", ".webp", ".ppm", ".PGM", ".bmp", ".tif", ".TIFF", ".gif", ".txt", "", ".jp2",
    ".jpg ", ".jpg.gz", ".tİf", ".jpg.", "jpg", ".jpg\n"};
// clang-format on

std::string awkward_name(Random& random) {
  std::string name;
  const uint64_t pieces = 1 + random.below(3);
  for (uint64_t i = 0; i < pieces; ++i) name += kPieces[random.below(kPieces.size())];
  return name == "." || name == ".." ? "dots" : name;
}

/// `files` of them in a dozen classes, up to four folders deep, with links among them, some to the
/// folder `elsewhere`.
void add_awkward_files(const fs::path& top, const fs::path& elsewhere, uint64_t seed, int files) {
  Random random(seed, "names");
  std::vector<std::pair<fs::path, int>> folders;  // and how deep they are
  for (int i = 0; i < 12; ++i) {
    folders.emplace_back(top / awkward_name(random), 0);
    fs::create_directories(folders.back().first);
    write_file(folders.back().first / "0.jpg", "x");
  }
  for (int i = 0; i < files; ++i) {
    const auto [folder, depth] = folders[random.below(folders.size())];
    const fs::path path = folder / (awkward_name(random) + std::string(kEndings[random.below(kEndings.size())]));
    const uint64_t kind = random.below(20);
    if (fs::exists(fs::symlink_status(path))) continue;
    if (kind == 0) {
      fs::create_symlink(random.below(2) == 0 ? "0.jpg" : "nowhere", path);
    } else if (kind == 1) {
      fs::create_directory_symlink(elsewhere, path);
    } else if (kind < 5 && depth < 4) {
      fs::create_directory(path);
      folders.emplace_back(path, depth + 1);
    } else {
      write_file(path, "x");
    }
  }
}

class AwkwardNames : public testing::Test {
 protected:
  /// Compares both orders on some hundred names, in both layouts.
  static void compare_with(const std::string& who) {
    for (const std::string below : {"", "train"}) {
      const Tree tree("awkward");
      const fs::path top = below.empty() ? tree.path : tree.path / below;
      add_awkward_files(top, tree.path / "elsewhere", 1, 800);
      for (const char* file : {"elsewhere/b/1.jpg", "elsewhere/a.PNG", "elsewhere/\xff.tif"}) tree.add(file);
      const auto theirs = listed_by(who, top);
      if (!theirs) GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON" << (who == "rule" ? "" : ", with torchvision");
      const auto ours = listed_by_us(tree.open(), below.empty() ? "" : below + "/");
      EXPECT_GT(ours.size(), 400U);
      EXPECT_EQ(ours.size(), theirs->size());
      for (size_t i = 0; i < std::min(ours.size(), theirs->size()); ++i) ASSERT_EQ(ours[i], (*theirs)[i]) << "at " << i;
    }
  }
};

TEST_F(AwkwardNames, AreOrderedByTorchvisionsRule) {
  compare_with("rule");
}

TEST_F(AwkwardNames, AreOrderedAsTorchvisionOrdersThem) {
  compare_with("torchvision");
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
  EXPECT_THAT(
      oddities_of(dataset),
      ElementsAre(HasSubstr("train/empty: is a class without pictures"), HasSubstr("train: 1 file does not have a picture extension"),
                  HasSubstr("other: is neither train, val nor test"), HasSubstr("valid/emu: is not a class of the training split")));
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
  dataset.train().pictures()->decode(0, read);
  EXPECT_EQ(read.size, image.size);
  EXPECT_EQ(dataset.train().stored_bytes(), static_cast<int64_t>(png.size()) + 14);
  EXPECT_THAT(message_of([&] { dataset.train().pictures()->decode(1, read); }),
              HasSubstr("train/a/2.jpg: is no picture of a known format (starts with 'just some text')"));
}

TEST(ImageFolder, TellsWhichCellsOfAPictureWereDropped) {
  Image image;
  image.resize({64, 48, 3});
  std::vector<std::byte> whole;
  std::vector<std::byte> partial;
  encode_jpeg(image.view(), 90, whole);
  PatchMask mask = PatchMask::whole(patch_grid_of(whole, "", 4));
  mask.kept[5] = false;
  recode(whole, "", {.mask = &mask}, partial);
  const Tree tree("masks");
  tree.add("a/1.jpg", as_text(whole));
  tree.add("a/2.jpg", as_text(partial));
  const Dataset dataset = tree.open();
  EXPECT_EQ(dataset.train().pictures()->mask(0), std::nullopt);
  EXPECT_EQ(dataset.train().pictures()->mask(1), mask);
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

/// Presses Ctrl-C after so many files.
struct StopAfter final : ProgressSink {
  explicit StopAfter(int64_t files) : left(files) {}
  void begin(std::string_view, int64_t, std::string_view) override {}
  void advance(int64_t done) override {
    if ((left -= done) <= 0) flag = true;
  }
  void end() override {}
  std::atomic<int64_t> left;
  std::atomic<bool> flag{false};
};

TEST(ImageFolder, RewriterKeepsNamesAndTakesOtherBytes) {
  const Tree tree("rewrite");
  tree.add("train/a/1.jpg", "one");
  tree.add("train/b/2.jpg", "two");
  const Dataset dataset = tree.open();
  const Tree out("rewritten");
  const OtherBytes content(dataset.splits.at(Split::train), 70000);
  EXPECT_EQ(dataset.writer->rewrite(std::vector<int64_t>{1}, content, out.path), 70000);
  EXPECT_THAT(keys_of(out.open().train()), ElementsAre("train/b/2.jpg"));
  EXPECT_EQ(read_text(out.path / "train/b/2.jpg"), std::string(70000, '1'));
}

TEST(ImageFolder, WriterStopsBetweenFilesAndLeavesOnlyWholeOnes) {
  const Tree tree("stop");
  std::vector<int64_t> all(50);  // fewer than a thread takes at once
  for (size_t i = 0; i < all.size(); ++i) {
    all[i] = static_cast<int64_t>(i);
    tree.add("cat/" + std::to_string(100 + i) + ".jpg", std::string(5000, 'z'));
  }
  const Dataset dataset = tree.open();
  const Tree out("stopped");
  StopAfter stop(7);
  EXPECT_THROW(dataset.writer->write(all, out.path, {.threads = 1, .progress = &stop, .cancel = &stop.flag}), Cancelled);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(out.path / "cat")) {
    EXPECT_EQ(entry.file_size(), 5000U) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 8);  // the press is noticed after the next file

  tree.add("cat/100.jpg", "changed");
  const Tree failed("failed");
  EXPECT_THROW(dataset.writer->write(std::vector<int64_t>{0}, failed.path), IoError);
  EXPECT_TRUE(fs::is_empty(failed.path / "cat"));
}

}  // namespace
}  // namespace decant
