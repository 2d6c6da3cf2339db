#include "decant/pipeline/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/test_support.h"
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

}  // namespace
}  // namespace decant
