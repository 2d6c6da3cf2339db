// Runs that are stopped and go on: the same bytes in the end, and nothing believed that was not
// checked.
#include "decant/pipeline/run/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/run/stopping_for_tests.h"
#include "decant/select/bins/bin_file.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// Presses Ctrl-C after so many picks, and keeps its messages.
class StopAfterPicks final : public StopWithin, public LogSink {
 public:
  explicit StopAfterPicks(int64_t picks) : StopWithin("bins", picks) {}
  void log(LogLevel level, std::string_view message) override {
    (level == LogLevel::warning ? warnings : infos) += std::string(message) + "\n";
  }
  Context context(int threads = 1) { return {.threads = threads, .progress = this, .log = this, .cancel = &flag}; }

  std::string infos, warnings;
};

/// A matrix of 1,600 rows of two classes, and a run over it that can be stopped.
class InterruptedBins : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fresh_folder("bins");
    Random random(3, "interrupted");
    for (int i = 0; i < 1600 * 5; ++i) values_.push_back(static_cast<float>(0.3 + random.normal()));
    for (int i = 0; i < 1600; ++i) labels_.push_back(i % 2);
    store();
    make_bins(options("whole"), {});
  }

  void store() const {
    const int64_t shape[] = {1600, 5};
    write_npy<float>(folder_ / "f.npy", values_, shape);
    write_npy<int32_t>(folder_ / "y.npy", labels_);
  }

  BinsOptions options(const std::string& out) const {
    return {
        .features = folder_ / "f.npy", .labels = folder_ / "y.npy", .out = folder_ / out, .select = {.method = "bins", .own = {.bins = 4}}};
  }

  /// Stops a run to "out" after so many picks.
  void stop(int64_t picks = 1100, int threads = 1) const {
    fs::remove_all(folder_ / "out");
    StopAfterPicks run(picks);
    BinsOptions asked = options("out");
    asked.overwrite = true;
    EXPECT_THROW(make_bins(asked, run.context(threads)), Cancelled);
    EXPECT_FALSE(fs::exists(folder_ / "out"));
  }

  std::vector<fs::path> files_of_bins() const {
    std::vector<fs::path> files;
    if (!fs::exists(kept())) return files;
    for (const auto& entry : fs::directory_iterator(kept())) {
      if (entry.path().extension() == ".bins") files.push_back(entry.path());
    }
    return files;
  }

  fs::path kept() const { return folder_ / "out.partial" / Checkpoint::kFolder; }

  void expect_whole() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ / "out")) {
      const std::string name = entry.path().filename();
      names.insert(name);
      if (!name.ends_with(".npy")) continue;
      EXPECT_EQ(read_text(entry.path()), read_text(folder_ / "whole" / name)) << name;
    }
    std::set<std::string> wanted;
    for (const auto& entry : fs::directory_iterator(folder_ / "whole")) wanted.insert(entry.path().filename());
    EXPECT_EQ(names, wanted) << "no trace of the checkpoint";
    EXPECT_FALSE(fs::exists(folder_ / "out.partial"));
  }

  std::string complaint(const BinsOptions& asked) const {
    return message_of([&] { make_bins(asked, {}); });
  }

  fs::path folder_;
  std::vector<float> values_;
  std::vector<int32_t> labels_;
};

TEST_F(InterruptedBins, GoOnToTheSameBytes) {
  for (const int64_t picks : {100, 300, 900, 1500}) {
    stop(picks, picks == 900 ? 3 : 1);
    EXPECT_EQ(files_of_bins().empty(), picks < 200) << picks;
    StopAfterPicks run(kNever);
    make_bins(options("out"), run.context());
    EXPECT_EQ(run.infos.find("resuming an interrupted run") != std::string::npos, picks > 200) << run.infos;
    EXPECT_EQ(run.skipped > 0, picks > 200);
    EXPECT_EQ(run.warnings, "");
    expect_whole();
  }
}

TEST_F(InterruptedBins, MayBeInterruptedAgain) {
  stop(300);
  StopAfterPicks again(500);
  EXPECT_THROW(make_bins(options("out"), again.context()), Cancelled);
  EXPECT_EQ(files_of_bins().size(), 2u);
  make_bins(options("out"), {});
  expect_whole();
}

TEST_F(InterruptedBins, DamagedFilesAreDroppedWithAWarning) {
  const auto damaged = [&](auto damage) {
    stop();
    ASSERT_EQ(files_of_bins().size(), 1u);
    std::string text = read_text(files_of_bins()[0]);
    damage(text);
    write_file(files_of_bins()[0], text);
    StopAfterPicks run(kNever);
    make_bins(options("out"), run.context());
    EXPECT_THAT(run.warnings, HasSubstr("000001.bins"));
    EXPECT_EQ(run.skipped, 0);
    expect_whole();
  };
  damaged([](std::string& text) { text.clear(); });
  damaged([](std::string& text) { text.resize(text.size() / 2); });
  damaged([](std::string& text) { text.back() = static_cast<char>(text.back() + 1); });
  damaged([](std::string& text) { text[20] = 'x'; });
}

TEST_F(InterruptedBins, ADamagedRecordOfTheRunStartsAnew) {
  for (const char* text : {"", "{", "[]", "{\"format\":1}", "{\"format\":1,\"version\":1,\"options\":2,\"sources\":3}"}) {
    stop();
    write_file(kept() / "begun.json", text);
    StopAfterPicks run(kNever);
    make_bins(options("out"), run.context());
    EXPECT_THAT(run.warnings, HasSubstr("begun.json"));
    EXPECT_EQ(run.skipped, 0);
    expect_whole();
  }
}

TEST_F(InterruptedBins, SoundFilesWithForgedRowsAreRefused) {
  stop();
  const std::string sound = read_text(files_of_bins()[0]);
  std::vector<std::byte> forged;
  const std::vector<int64_t> rows(200, 1);
  append_bin(0, 0, rows, std::vector<double>(200), forged);
  write_file(files_of_bins()[0], bin_file_header(sound.substr(16, 32), forged) + std::string(as_text(forged)));
  EXPECT_THAT(complaint(options("out")),
              AllOf(HasSubstr("pool 0, bin 0"), HasSubstr("row 1 is not in this pool"), HasSubstr("OUT.partial")));
}

TEST_F(InterruptedBins, ChangedDataIsRefusedByName) {
  stop();
  const auto values = values_;
  values_[777] += 1;
  store();
  expect_says(complaint(options("out")), {"f.npy", "holds rows that differ", "out.partial", "--overwrite"});
  labels_[3] = 0;
  store();
  expect_says(complaint(options("out")), {"y.npy", "holds labels that differ"});
  EXPECT_FALSE(files_of_bins().empty()) << "nothing is thrown away unasked";
  values_ = values;
  labels_[3] = 1;
  store();
  StopAfterPicks run(kNever);
  make_bins(options("out"), run.context());
  EXPECT_GT(run.skipped, 0) << "the file is as it was";
  expect_whole();
}

TEST_F(InterruptedBins, AnotherFileWithTheSameRowsGoesOn) {
  stop();
  fs::copy_file(folder_ / "f.npy", folder_ / "g.npy");
  BinsOptions asked = options("out");
  asked.features = folder_ / "g.npy";
  StopAfterPicks run(kNever);
  make_bins(asked, run.context());
  EXPECT_GT(run.skipped, 0);
  expect_whole();
}

TEST_F(InterruptedBins, OtherOptionsAreRefusedByName) {
  stop();
  const auto with = [&](auto change) {
    BinsOptions asked = options("out");
    change(asked.select);
    return complaint(asked);
  };
  expect_says(with([](ChoosingOptions& select) { select.own.lambda = 0.5; }),
              {"out.partial", "lambda = 1.0", "this run has 0.5", "--overwrite"});
  expect_says(with([](ChoosingOptions& select) { select.own.bins = 5; }), {"bins = 4", "this run has 5"});
  expect_says(with([](ChoosingOptions& select) { select.pool = true; }), {"pool = false"});
  expect_says(with([](ChoosingOptions& select) { select.own.function = BinFunction::herding; }), {"function = graph-cut", "herding"});
  expect_says(with([](ChoosingOptions& select) { select.method = "random"; }), {"method = bins", "random"});
  EXPECT_FALSE(files_of_bins().empty());
}

TEST_F(InterruptedBins, OverwriteGoesOnWhereItCanAndStartsAnewWhereItCannot) {
  BinsOptions asked = options("out");
  asked.overwrite = true;
  stop();
  StopAfterPicks same(kNever);
  make_bins(asked, same.context());
  EXPECT_GT(same.skipped, 0);
  expect_whole();
  fs::remove_all(folder_ / "out");
  stop();
  asked.select.own.lambda = 0.5;
  StopAfterPicks other(kNever);
  make_bins(asked, other.context());
  EXPECT_EQ(other.skipped, 0);
  stop();
  values_[5] += 1;
  store();
  asked.select.own.lambda = 1;
  StopAfterPicks changed(kNever);
  make_bins(asked, changed.context());
  EXPECT_EQ(changed.skipped, 0);
}

TEST(DigestOfRows, IsTheSameForAnyThreadsAndAnotherForAnyBit) {
  std::vector<float> values(10000 * 3, 1.5F);
  const Features features{MatrixView<const float>(values.data(), 10000, 3), nullptr};
  const std::string digest = digest_of_rows(features, {.threads = 1});
  EXPECT_EQ(digest_of_rows(features, {.threads = 4}), digest);
  values[29999] = 1.5000001F;
  EXPECT_NE(digest_of_rows(features, {.threads = 4}), digest);
  EXPECT_NE(digest_of_rows({MatrixView<const float>(values.data(), 5000, 6), nullptr}, {}), digest);
}

}  // namespace
}  // namespace decant
