#include "decant/pipeline/verify_synthetic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/inspect.h"
#include "decant/pipeline/report.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/synthetic_run_for_tests.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SyntheticRun : public testing::Test {
 protected:
  /// What verify says of the folder after `change`, which gets a fresh one.
  template <class Change>
  std::string after(bool soft, const Change& change) {
    folder_ = fresh_folder("run");
    synthetic_run(folder_, soft);
    change();
    return message_of([&] { verify({.run = folder_}, {}); });
  }

  void replace(const fs::path& file, const std::string& from, const std::string& to) const {
    std::string text = read_text(folder_ / file);
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write_file(folder_ / file, text.replace(at, from.size(), to));
  }

  void set_value(const fs::path& file, size_t place, float value) const {
    std::string text = read_text(folder_ / file);
    const size_t header = text.size() - (file == "images.npy" ? 6 * 16 : 6 * 3) * sizeof(float);
    std::copy_n(reinterpret_cast<const char*>(&value), sizeof value, text.begin() + static_cast<ptrdiff_t>(header + place * sizeof value));
    write_file(folder_ / file, text);
  }

  fs::path folder_;
};

TEST_F(SyntheticRun, IsVerified) {
  for (const bool soft : {false, true}) {
    EXPECT_EQ(after(soft, [] {}), "no error");
    const Verified found = verify({.run = folder_}, {});
    EXPECT_EQ(found.rows, 600);
    EXPECT_EQ(found.kept, 6);
    EXPECT_EQ(found.checked_against, soft ? "hashes, images.npy and labels.npy" : "hashes and images.npy");
  }
}

TEST_F(SyntheticRun, WithADamagedManifestIsNamed) {
  const fs::path file = "manifest.jsonl";
  const auto cut = [&](size_t by) {
    return [this, file, by] {
      const std::string text = read_text(folder_ / file);
      write_file(folder_ / file, text.substr(0, text.size() - by));
    };
  };
  EXPECT_THAT(after(false, cut(20)), HasSubstr("manifest.jsonl: line 6: is not a manifest line"));
  EXPECT_THAT(after(false, [&] { write_file(folder_ / file, ""); }), HasSubstr("manifest.jsonl: lists 0 pictures, and run.json records 6"));
  EXPECT_THAT(after(false, [&] { replace(file, "\"row\":1", "\"row\":2"); }), HasSubstr("row 1: is not the row that is named here"));
  EXPECT_THAT(after(false, [&] { replace(file, "train/a/00001", "train/a/00007"); }),
              HasSubstr("data/train/a/00001.png: row 1: is train/a/00007.png in the manifest"));
  EXPECT_THAT(after(false, [&] { replace(file, "\"label\":2", "\"label\":1"); }), HasSubstr("row 4: has class 2, and 1 in the manifest"));
  EXPECT_THAT(after(false, [&] { replace(file, "\"label\":2", "\"label\":null"); }), HasSubstr("line 5.label: is missing"));
  EXPECT_THAT(after(false, [&] { replace(file, "\"label\":2", "\"label\":9e99"); }), HasSubstr("line 5.label"));
  EXPECT_THAT(after(false, [&] { replace(file, "\"sha256\":\"", "\"sha256\":\"0"); }), HasSubstr("row 0: has bytes that differ"));
  EXPECT_THAT(message_of<IoError>([&] { after(false, [&] { fs::remove(folder_ / file); }); }), HasSubstr("manifest.jsonl"));
}

TEST_F(SyntheticRun, WithOtherPicturesIsNamed) {
  EXPECT_THAT(after(false,
                    [&] {
                      fs::copy_file(folder_ / "data/train/a/00000.png", folder_ / "data/train/a/00001.png",
                                    fs::copy_options::overwrite_existing);
                    }),
              HasSubstr("data/train/a/00001.png: row 1: has bytes that differ from the manifest"));
  EXPECT_THAT(after(false, [&] { fs::remove(folder_ / "data/train/c/00001.png"); }),
              HasSubstr("data: holds 5 pictures, and the manifest lists 6"));
}

TEST_F(SyntheticRun, WhoseFloatsAreNotThePicturesIsNamed) {
  EXPECT_THAT(after(false, [&] { set_value("images.npy", 17, 0.9F); }), HasSubstr("row 1: is not the picture in images.npy, rounded"));
  EXPECT_EQ(after(false, [&] { set_value("images.npy", 17, 17.2F / 255); }), "no error") << "the same after rounding";
  EXPECT_THAT(after(false, [&] { set_value("images.npy", 17, std::numeric_limits<float>::quiet_NaN()); }),
              HasSubstr("images.npy: value 17: is not a finite number"));
  EXPECT_THAT(after(false, [&] { fs::remove(folder_ / "images.npy"); }), HasSubstr("images.npy: is missing"));
  const auto shaped = [&](std::vector<int64_t> shape) {
    return after(false, [&] { write_npy<float>(folder_ / "images.npy", std::vector<float>(96), shape); });
  };
  EXPECT_THAT(shaped({6, 16}), HasSubstr("is not float32 of the shape (pictures, height, width, 1 or 3)"));
  EXPECT_THAT(shaped({6, 4, 2, 2}), HasSubstr("is not float32 of the shape"));
  EXPECT_THAT(shaped({3, 8, 4, 1}), HasSubstr("holds 3 pictures, and run.json records 6"));
  EXPECT_THAT(shaped({6, 2, 8, 1}), HasSubstr("is not the picture in images.npy"));
}

TEST(SyntheticRunOfJpegs, IsComparedWithItsFloatsAsJpegs) {
  const fs::path folder = fresh_folder("synthetic-jpegs");
  const RunRecord run = synthetic_run(folder, false, 60);
  EXPECT_EQ(run.synthetic->quality, 60);
  EXPECT_EQ(verify({.run = folder}, {}).kept, 6);
  std::vector<float> pixels = read_floats(folder / "images.npy", 4).values;
  std::fill(pixels.begin() + 16, pixels.begin() + 32, 0.9F);
  write_npy<float>(folder / "images.npy", pixels, std::vector<int64_t>{6, 4, 4, 1});
  EXPECT_THAT(message_of([&] { verify({.run = folder}, {}); }), HasSubstr("row 1: is not the picture in images.npy, as a JPEG"));
}

TEST_F(SyntheticRun, WithWrongLabelsIsNamed) {
  const fs::path file = "data/labels.npy";
  EXPECT_THAT(after(true, [&] { fs::remove(folder_ / file); }),
              HasSubstr("labels.npy: is missing, and run.json says that labels are soft"));
  EXPECT_THAT(after(true, [&] { set_value(file, 4, std::numeric_limits<float>::infinity()); }),
              HasSubstr("labels.npy: value 4: is not a finite"));
  const auto shaped = [&](std::vector<int64_t> shape) {
    return after(true, [&] { write_npy<float>(folder_ / file, std::vector<float>(18), shape); });
  };
  EXPECT_THAT(shaped({3, 6}), HasSubstr("has the shape (3, 6) instead of (6, 3)"));
  EXPECT_THAT(shaped({18}), HasSubstr("has 1 axes instead of 2"));
  EXPECT_THAT(after(false, [&] { write_npy<float>(folder_ / file, std::vector<float>(18)); }), HasSubstr("run.json records hard labels"));
}

TEST_F(SyntheticRun, WhoseRecordDoesNotAgreeIsNamed) {
  EXPECT_THAT(after(false, [&] { replace("run.json", "\"bytes_factors\": 0", "\"bytes_factors\": 24"); }),
              HasSubstr("run.json: synthetic.bytes_factors: records 24 bytes, and 0 are there"));
  EXPECT_THAT(after(false, [&] { replace("run.json", "\"pictures\": 6", "\"pictures\": -6"); }), HasSubstr("synthetic.pictures"));
}

TEST_F(SyntheticRun, HasNoOrder) {
  synthetic_run(folder_ = fresh_folder("run"), false);
  EXPECT_THAT(message_of([&] { sample_run({.run = folder_, .out = fresh_path("s.npy"), .keep = "2"}, {}); }),
              HasSubstr("holds synthetic pictures, which are no rows of a data set and have no order"));
}

TEST_F(SyntheticRun, IsInspected) {
  synthetic_run(folder_ = fresh_folder("run"), true);
  const Inspection found = inspect({.path = folder_.string()}, {});
  EXPECT_EQ(found.rows, 6);
  EXPECT_THAT(inspect_text(found), HasSubstr("made      6 synthetic pictures for 600 rows of /in\n          made up for a test\n"
                                             "training  epochs 300, soft-labels true (run.json)\n"));
  EXPECT_EQ(to_json(found)["synthetic"]["pictures"], 6);
  EXPECT_EQ(to_json(found)["training"]["epochs"], "300");
  EXPECT_FALSE(to_json(inspect({.path = (folder_ / "data").string()}, {})).contains("synthetic"))
      << "of the pictures alone nothing is known";
}

TEST_F(SyntheticRun, HasAReportThatIsMadeAgain) {
  synthetic_run(folder_ = fresh_folder("run"), true);
  const fs::path page = folder_ / "report.html";
  const std::string written = read_text(page);
  EXPECT_THAT(written, HasSubstr("6 synthetic pictures in place of 600"));
  fs::remove(page);
  make_report({.run = folder_}, {.threads = 2});
  EXPECT_EQ(read_text(page), written);
  write_file(folder_ / kSheetsFolder / "last.png", "no picture");
  EXPECT_THAT(message_of([&] { make_report({.run = folder_}, {}); }), HasSubstr("last.png"));
  fs::remove_all(folder_ / kSheetsFolder);
  make_report({.run = folder_}, {});
  EXPECT_THAT(read_text(page), HasSubstr("None are shown"));
  write_file(page, "the user's own");
  EXPECT_THAT(message_of([&] { make_report({.run = folder_}, {}); }), HasSubstr("was not made by decant"));
}

}  // namespace
}  // namespace decant
