// Drawn sets with boxes and with masks, as files. Only tests include it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/file.h"
#include "decant/base/test_support.h"
#include "decant/data/scenes_for_tests.h"
#include "decant/formats/image/codec.h"

namespace decant {

inline void write_png(const std::filesystem::path& file, ImageView image) {
  std::vector<std::byte> png;
  encode_png(image, png);
  write_file(file, std::string(reinterpret_cast<const char*>(png.data()), png.size()));
}

/// Lines of YOLO labels.
inline std::string yolo_lines(ObjectRange objects) {
  std::string lines;
  for (int64_t i = objects.begin; i < objects.end; ++i) {
    const Box& box = objects.table->boxes[static_cast<size_t>(i)];
    lines +=
        fmt::format("{} {} {} {} {}\n", objects.table->labels[static_cast<size_t>(i)], (box.x0 + box.x1) / 2 / DrawnScenes::kWidth,
                    (box.y0 + box.y1) / 2 / DrawnScenes::kHeight, box.width() / DrawnScenes::kWidth, box.height() / DrawnScenes::kHeight);
  }
  return lines;
}

/// A YOLO set of 12 pictures to train on, 4 and 3 to test on.
inline std::filesystem::path yolo_set(const std::string& name, const std::string& names = "[red, blue]") {
  const std::filesystem::path folder = fresh_folder(name);
  uint64_t seed = 0;
  for (const auto& [split, count] : {std::pair("train", 12), std::pair("valid", 4), std::pair("test", 3)}) {
    const DrawnScenes scenes(count, CountedIn::objects, seed++);
    std::filesystem::create_directories(folder / split / "images");
    std::filesystem::create_directories(folder / split / "labels");
    Image picture;
    for (int64_t row = 0; row < count; ++row) {
      scenes.decode(row, picture);
      write_png(folder / split / "images" / fmt::format("{}.png", row), picture.view());
      write_file(folder / split / "labels" / fmt::format("{}.txt", row), yolo_lines(scenes.objects(row)));
    }
  }
  write_file(folder / "data.yaml", "train: train/images\nval: valid/images\ntest: test/images\nnames: " + names + "\n");
  return folder;
}

/// train/, trainannot/, test/ and testannot/ as CamVid's.
inline std::filesystem::path mask_set(const std::string& name) {
  const std::filesystem::path folder = fresh_folder(name);
  uint64_t seed = 0;
  for (const auto& [split, count] : {std::pair("train", 8), std::pair("test", 3)}) {
    const DrawnScenes scenes(count, CountedIn::pixels, seed++);
    std::filesystem::create_directories(folder / split);
    std::filesystem::create_directories(folder / (std::string(split) + "annot"));
    Image picture;
    ClassMask mask;
    for (int64_t row = 0; row < count; ++row) {
      const std::string file = fmt::format("{}.png", row);
      scenes.decode(row, picture);
      write_png(folder / split / file, picture.view());
      scenes.class_mask(row, mask);
      Image values;
      values.resize({mask.width, mask.height, 1});
      std::ranges::transform(mask.labels, values.pixels.begin(),
                             [](int32_t label) { return static_cast<uint8_t>(label < 0 ? 11 : label); });
      write_png(folder / (std::string(split) + "annot") / file, values.view());
    }
  }
  return folder;
}

}  // namespace decant
