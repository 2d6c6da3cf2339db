#include "decant/pipeline/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/image.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/compress.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(Report, IsMadeAgainFromTheRunAlone) {
  const fs::path folder = fresh_folder("report");
  const fs::path matrix = folder / "x.npy";
  const std::vector<float> values = {0, 1, 1, 0, 2, 1, 1, 2, 3, 1, 1, 3};
  const int64_t shape[] = {6, 2};
  write_npy<float>(matrix, values, shape);
  CompressOptions compressing{.input = {.path = matrix.string()}, .out = folder / "run", .keep = "3"};
  compressing.select.method = "random";
  compress(compressing, {});
  const ReportOptions options{.run = folder / "run", .no_pictures = true};

  fs::remove(options.run / "report.html");
  fs::rename(matrix, folder / "moved.npy");
  EXPECT_EQ(make_report(options, {}).page, options.run / "report.html");
  EXPECT_THAT(read_text(options.run / "report.html"), HasSubstr("3 of 6"));
  EXPECT_THAT(message_of([&] { make_report({.run = options.run}, {}); }), HasSubstr("no longer exists"));
  EXPECT_NO_THROW(make_report({.run = options.run, .source = (folder / "moved.npy").string()}, {}));
}

/// Class folders of noise.
fs::path noise_folders(const std::string& name, int pictures) {
  const fs::path folder = fresh_folder(name);
  Image image;
  image.resize({20, 16, 3});
  std::vector<std::byte> png;
  for (int i = 0; i < pictures; ++i) {
    Random random(1, "noise", static_cast<uint64_t>(i));
    for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
    encode_png(image.view(), png);
    const fs::path parent = folder / "train" / (i % 2 == 0 ? "cat" : "dog");
    fs::create_directories(parent);
    write_file(parent / fmt::format("{}.png", i), std::string(reinterpret_cast<const char*>(png.data()), png.size()));
  }
  return folder;
}

/// An IDX set of 40 noisy pictures of 4 classes.
fs::path noise_idx(const std::string& name) {
  const fs::path folder = fresh_folder(name);
  std::string pictures({0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 16, 0, 0, 0, 16});
  std::string labels({0, 0, 8, 1, 0, 0, 0, 40});
  Random random(2, "noise");
  for (int i = 0; i < 40 * 256; ++i) pictures += static_cast<char>(random.below(256));
  for (int i = 0; i < 40; ++i) labels += static_cast<char>(i % 4);
  write_file(folder / "train-images-idx3-ubyte", pictures);
  write_file(folder / "train-labels-idx1-ubyte", labels);
  return folder;
}

/// From the section with this id up to the next one.
std::string section_of(const fs::path& page, const std::string& id) {
  const std::string text = read_text(page);
  const size_t begin = text.find(fmt::format("<section id=\"{}\">", id));
  return begin == std::string::npos ? "" : text.substr(begin, text.find("<section", begin + 1) - begin);
}

TEST(Report, ShowsReducedPicturesAlikeWhenTheyAreWrittenAndWhenTheyAreReadBack) {
  const fs::path folder = fresh_folder("report_reduced");
  CompressOptions compressing{.input = {.path = noise_folders("report_noise", 12).string()}, .out = folder / "run", .keep = "50%"};
  compressing.select.method = "random";
  compressing.reducing.drop = "25%";
  compressing.reducing.importance.importance = "gradient-energy";
  compressing.reducing.importance.grid = 4;
  compressing.features.cache = folder / "cache";
  const RunRecord run = compress(compressing, {});
  const fs::path page = folder / "run" / "report.html";
  const std::string left = section_of(page, "left");
  const std::string bytes = section_of(page, "bytes");
  EXPECT_THAT(left, HasSubstr("12 of 16 cells kept"));
  EXPECT_THAT(bytes, HasSubstr("by dropping cells"));
  make_report({.run = folder / "run"}, {});
  EXPECT_EQ(section_of(page, "left"), left);
  EXPECT_EQ(section_of(page, "bytes"), bytes);

  int64_t stored = 0;
  for (const auto& file : fs::recursive_directory_iterator(folder / "run" / "data")) {
    if (!file.is_regular_file()) continue;
    stored += static_cast<int64_t>(fs::file_size(fs::path(compressing.input.path) / fs::relative(file.path(), folder / "run" / "data")));
  }
  EXPECT_EQ(run.patches->bytes_source, stored);

  fs::remove_all(folder / "run" / "data");
  make_report({.run = folder / "run"}, {});
  EXPECT_THAT(section_of(page, "left"), HasSubstr("the pictures in data/ were not available"));
}

TEST(Report, FindsReducedPicturesThatWereWrittenInAnotherOrder) {
  const fs::path folder = fresh_folder("report_reordered");
  CompressOptions compressing{.input = {.path = noise_idx("report_idx").string()}, .out = folder / "run", .keep = "50%"};
  compressing.select.method = "random";
  compressing.reducing.quality = 50;
  EXPECT_EQ(compress(compressing, {}).output_format, "imagefolder");
  const fs::path page = folder / "run" / "report.html";
  const std::string left = section_of(page, "left");
  EXPECT_THAT(left, HasSubstr("<h4>as stored</h4>"));
  make_report({.run = folder / "run"}, {});
  EXPECT_EQ(section_of(page, "left"), left);
}

}  // namespace
}  // namespace decant
