// Rows of sets with objects stand where the loaders that people use have them: torchvision's
// CocoDetection and VOCDetection, and pycocotools, asked where they are installed.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <optional>
#include <sys/wait.h>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/objects.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStockLoaders = R"(
import os, sys
who, folder = sys.argv[1:]
try:
    if who == "pycocotools":
        from pycocotools.coco import COCO
    else:
        from torchvision.datasets import CocoDetection, VOCDetection
        import pycocotools
except Exception:  # a torch whose libraries are not all there raises all sorts
    sys.exit(77)
out, sys.stdout = sys.stdout, sys.stderr  # pycocotools prints how it gets on
if who == "voc":
    rows = []
    for path, xml in zip(*[getattr(VOCDetection(folder, year="2012", image_set="train"), name) for name in ("images", "annotations")]):
        rows.append((os.path.basename(path), len(__import__("xml.etree.ElementTree").etree.ElementTree.parse(xml).findall("object"))))
else:
    file = os.path.join(folder, "annotations.json")
    if who == "pycocotools":
        coco = COCO(file)
        ids = sorted(coco.imgs)
    else:
        loader = CocoDetection(os.path.join(folder, "images"), file)
        coco, ids = loader.coco, loader.ids
    rows = [(coco.imgs[i]["file_name"], len(coco.getAnnIds(imgIds=[i]))) for i in ids]
out.write("".join("%s %d\n" % row for row in rows))
)";

/// A line for each row, the picture's name and the number of its objects; nothing where the Python
/// in DECANT_PYTHON (else python3 on the PATH) has no such loader. Any other failure fails the
/// test.
std::optional<std::string> rows_by(const std::string& who, const fs::path& folder) {
  const ScratchFolder place("loaders");
  const std::string script = place.add("rows.py", kStockLoaders);
  const std::string at = "'" + place.path.string() + "/";
  const std::string command = "PYTHONUTF8=1 \"${DECANT_PYTHON:-python3}\" '" + script + "' " + who + " '" + folder.string() + "' > " + at +
                              "rows' 2> " + at + "errors'";
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 0) return read_text(place.path / "rows");
  EXPECT_TRUE(code == 77 || code == 126 || code == 127) << read_text(place.path / "errors");
  return std::nullopt;
}

std::string rows_by_us(const fs::path& path) {
  const Dataset dataset = open_dataset(path.string(), {}, {});
  std::string lines;
  for (int64_t row = 0; row < dataset.train().size(); ++row)
    lines += fmt::format("{} {}\n", fs::path(dataset.train().key(row)).filename().string(), dataset.train().targets()->objects(row).size());
  return lines;
}

std::string small_picture() {
  Image image;
  image.resize({20, 10, 3});
  std::vector<std::byte> bytes;
  encode_png(image.view(), bytes);
  return std::string(as_text(bytes));
}

/// Ids and names in no order, some pictures without an annotation.
ScratchFolder drawn_coco(uint64_t seed) {
  ScratchFolder folder("coco");
  Random random(seed, "coco");
  std::string images, annotations;
  int64_t object = 0;
  for (const int64_t number : random.permutation(30)) {
    const auto id = static_cast<int64_t>(random.below(1000000)) * 30 + number - 500000;
    const std::string name = fmt::format("{}.png", random.below(1000000) * 30 + static_cast<uint64_t>(number));
    folder.add("images/" + name, small_picture());
    images += fmt::format(R"({}{{"id": {}, "file_name": "{}", "width": 20, "height": 10}})", images.empty() ? "" : ", ", id, name);
    for (uint64_t i = random.below(4); i > 0; --i)
      annotations += fmt::format(R"({}{{"id": {}, "image_id": {}, "category_id": 1, "bbox": [1, 1, 5, 5], "area": 25, "iscrowd": 0}})",
                                 annotations.empty() ? "" : ", ", ++object, id);
  }
  folder.add("annotations.json",
             fmt::format(R"({{"images": [{}], "annotations": [{}], "categories": [{{"id": 1, "name": "x"}}]}})", images, annotations));
  return folder;
}

TEST(StockLoaders, HaveCocosRowsInOurOrder) {
  const ScratchFolder folder = drawn_coco(1);
  const std::string ours = rows_by_us(folder.path / "annotations.json");
  EXPECT_EQ(std::ranges::count(ours, '\n'), 30);
  bool asked = false;
  for (const char* who : {"pycocotools", "coco"}) {
    const auto theirs = rows_by(who, folder.path);
    if (!theirs) continue;
    asked = true;
    EXPECT_EQ(ours, *theirs) << who;
  }
  if (!asked) GTEST_SKIP() << "neither pycocotools nor torchvision is installed (DECANT_PYTHON names another Python)";
}

TEST(StockLoaders, HaveVocsRowsInOurOrder) {
  ScratchFolder folder("voc");
  Random random(2, "voc");
  std::string list;
  for (const int64_t number : random.permutation(20)) {
    const std::string name = fmt::format("2008_{:06}", number * 7919 % 1000);
    std::string objects;
    for (uint64_t i = random.below(3); i > 0; --i)
      objects += "<object><name>x</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object>";
    folder.add("VOCdevkit/VOC2012/JPEGImages/" + name + ".jpg", small_picture());
    folder.add("VOCdevkit/VOC2012/Annotations/" + name + ".xml",
               "<annotation><size><width>20</width><height>10</height></size>" + objects + "</annotation>");
    list += name + "\n";
  }
  folder.add("VOCdevkit/VOC2012/ImageSets/Main/train.txt", list);
  const std::string ours = rows_by_us(folder.path / "VOCdevkit/VOC2012");
  EXPECT_EQ(std::ranges::count(ours, '\n'), 20);
  const auto theirs = rows_by("voc", folder.path);
  if (!theirs) GTEST_SKIP() << "torchvision is not installed (DECANT_PYTHON names another Python)";
  EXPECT_EQ(ours, *theirs);
}

}  // namespace
}  // namespace decant
