// Small data sets that tests write for themselves.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"

namespace decant::testing_sets {

namespace fs = std::filesystem;

/// CIFAR-10 binary files: `batches` of `per_batch` records, and a test batch of a fifth of that.
/// Class k is a noisy ramp of its own slope and colour, so that features and networks have
/// something to see.
inline fs::path cifar_set(const std::string& name, int batches, int per_batch, int classes = 4) {
  const fs::path folder = fresh_folder(name);
  const auto write_batch = [&](const std::string& file, int count, uint64_t stream) {
    Random random(7, "cifar_set", stream);
    std::string bytes;
    for (int i = 0; i < count; ++i) {
      const int label = i % classes;
      bytes += static_cast<char>(label);
      for (int c = 0; c < 3; ++c) {
        for (int y = 0; y < 32; ++y) {
          for (int x = 0; x < 32; ++x) {
            const int ramp = (label % 2 == 0 ? x : y) * (2 + label);
            const int tint = c == label % 3 ? 60 : 0;
            bytes += static_cast<char>((ramp + tint + static_cast<int>(random.below(48))) & 255);
          }
        }
      }
    }
    write_file(folder / file, bytes);
  };
  for (int b = 1; b <= batches; ++b) write_batch("data_batch_" + std::to_string(b) + ".bin", per_batch, static_cast<uint64_t>(b));
  write_batch("test_batch.bin", per_batch / 5, 99);
  return folder;
}

/// Every regular file below `folder`, by relative path, with its content.
inline std::vector<std::pair<std::string, std::string>> contents(const fs::path& folder) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.emplace_back(fs::relative(entry.path(), folder).string(), read_text(entry.path()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace decant::testing_sets
