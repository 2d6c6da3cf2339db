// JPEGs that tests draw to drop cells from, and the options by which they do.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"
#include "decant/pipeline/compress.h"

namespace decant::testing_sets {

/// Two classes of `each` JPEGs, ramps with a noisy corner.
inline fs::path jpeg_set(const std::string& name, int each = 6) {
  const fs::path folder = fresh_folder(name);
  for (int i = 0; i < 2 * each; ++i) {
    Image image;
    image.resize({96 + 8 * (i % 3), 80, 3});
    Random random(5, "jpeg_set", static_cast<uint64_t>(i));
    for (int y = 0; y < image.size.height; ++y) {
      for (int x = 0; x < 3 * image.size.width; ++x)
        image.row(y)[x] = static_cast<uint8_t>(x / 3 + y + (y > 40 && x > 120 ? static_cast<int>(random.below(60)) : 0));
    }
    std::vector<std::byte> bytes;
    encode_jpeg(image.view(), 90, bytes);
    const fs::path parent = folder / "train" / (i % 2 == 0 ? "cat" : "dog");
    fs::create_directories(parent);
    write_file(parent / (std::to_string(100 + i) + ".jpg"), as_text(bytes));
  }
  return folder;
}

inline CompressOptions dropping(const fs::path& in, const fs::path& out) {
  CompressOptions options{.input = {.path = in.string()}, .out = out, .keep = "50%"};
  options.select.method = "random";
  options.reducing.drop = "25%";
  options.reducing.importance.importance = "gradient-energy";
  options.reducing.importance.grid = 5;
  options.features.cache = out.parent_path() / "cache";
  return options;
}

}  // namespace decant::testing_sets
