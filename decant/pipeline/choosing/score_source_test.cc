// Scores from a column of the user's, from a record of training, and from a probe: what they serve,
// and what is refused.
#include "decant/pipeline/choosing/score_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "decant/base/json.h"
#include "decant/formats/npy/npy.h"
#include "decant/kernels/half.h"
#include "decant/pipeline/choosing/choosing_for_tests.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Scores of the user's.

TEST(ScoreColumns, BadOnesAreRefusedByRow) {
  DrawnSet set("columns", {12, 8});
  const Input input = set.stored();
  const auto said = [&](auto change) {
    std::vector<float> scores = set.scores;
    change(scores);
    write_npy<float>(set.folder / "s.npy", scores);
    return message_of([&] { rows_of(input, set.method("scores"), 4); });
  };
  EXPECT_EQ(said([](std::vector<float>&) {}), "no error");
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    expect_says(said([&](std::vector<float>& s) { s[13] = bad; }), {"s.npy", "row 13", fmt::format("{}", bad), "Give a finite number"});
  expect_says(said([](std::vector<float>& s) { s.pop_back(); }), {"s.npy", "(19,)", "20 rows"});
  expect_says(said([](std::vector<float>& s) { s.push_back(0); }), {"s.npy", "(21,)", "20 rows"});

  const int64_t wide[] = {10, 2};
  write_npy<float>(set.folder / "s.npy", set.scores, wide);
  expect_says(message_of([&] { rows_of(input, set.method("scores"), 4); }), {"s.npy", "(10, 2)", "20 rows", "one value"});
  const double huge[20] = {1e300};
  write_file(set.folder / "s.npy",
             npy_header(ElementType::f64, std::vector<int64_t>{20}) + std::string(as_text(std::as_bytes(std::span(huge)))));
  expect_says(message_of([&] { rows_of(input, set.method("scores"), 4); }), {"s.npy", "row 0", "1e+300", "float32"});
  const std::string sound = read_text(set.folder / "s.npy");
  write_file(set.folder / "s.npy", std::string_view(sound).substr(0, sound.size() - 3));
  expect_says(message_of([&] { rows_of(input, set.method("scores"), 4); }), {"s.npy", "truncated"});
  fs::remove(set.folder / "s.npy");
  expect_says(message_of<Error>([&] { rows_of(input, set.method("scores"), 4); }), {"s.npy"});
}

TEST(ScoreColumns, MayBeIntegersOrAColumnOfAMatrix) {
  DrawnSet set("integers", {12, 8});
  const Input input = set.stored();
  std::vector<int32_t> whole;
  for (size_t row = 0; row < 20; ++row) whole.push_back(static_cast<int32_t>((row * 7) % 20) - 10);
  const int64_t column[] = {20, 1};
  write_npy<int32_t>(set.folder / "s.npy", whole, column);
  ChoosingOptions select = set.method("scores");
  select.pool = true;
  std::vector<int64_t> largest;
  for (int64_t row = 0; row < 20; ++row) {
    if (whole[static_cast<size_t>(row)] >= 5) largest.push_back(row);
  }
  EXPECT_EQ(rows_of(input, select, 5), largest);
}

// Records of training, drawn by hand.

/// Writes a record of `epochs` × rows in which easy rows have high probabilities.
void write_record(const DrawnSet& set, const Input& input, const fs::path& folder, int64_t epochs = 4) {
  fs::create_directories(folder);
  for (const std::string_view name : kDynamicNames) {
    std::vector<uint16_t> halves;
    for (int64_t epoch = 0; epoch < epochs; ++epoch) {
      for (size_t row = 0; row < set.scores.size(); ++row) {
        const float ease = 1 - set.scores[row];
        const float value = name == "probability" ? ease * (0.5F + 0.1F * static_cast<float>(epoch))
                            : name == "margin"    ? ease - 0.3F
                                                  : 1.1F - ease;
        halves.push_back(float_to_half(value));
      }
    }
    const std::vector<int64_t> shape = {epochs, set.rows()};
    write_file(folder / fmt::format("{}.npy", name),
               npy_header(ElementType::f16, shape) + std::string(as_text(std::as_bytes(std::span(halves)))));
  }
  write_file(folder / "dynamics.json", json_text(Json{{"input", input.digest}, {"net", "drawn"}, {"accuracy", {0.5, 0.7}}}));
}

TEST(ScoreRecords, ServeEveryScore) {
  const DrawnSet set("record", {60, 41, 19});
  const Input input = set.stored();
  write_record(set, input, set.folder / "scores");
  int tried = 0;
  for (const Method& method : methods()) {
    if (method.scores != Scores::record && method.scores != Scores::any) continue;
    ++tried;
    ChoosingOptions select{.method = method.name, .scores = (set.folder / "scores").string()};
    for (const std::string rule : {"", "top", "band", "strata", "beta"}) {
      if (method.features && !rule.empty()) continue;
      select.own.rule = rule;
      for (const int64_t count : {1, 36, 120}) EXPECT_EQ(std::ssize(rows_of(input, select, count)), count) << method.name << " " << rule;
    }
    EXPECT_THAT(choose(input, select, 36).note, HasSubstr("4 epochs of drawn"));
  }
  EXPECT_GE(tried, 13) << "other tests may have added methods";
}

TEST(ScoreRecords, BetaByMarginsDrawsNegativeOnesToo) {
  const DrawnSet set("margins", {60, 60});
  const Input input = set.stored();
  write_record(set, input, set.folder / "scores");
  const ChoosingOptions select{.method = "aum", .own = {.rule = "beta"}, .scores = (set.folder / "scores").string()};
  const ChosenRows chosen = choose(input, select, 40);
  int easy = 0;
  for (const int64_t row : sample(chosen.selection, {}, 40, 0)) easy += chosen.selection.gains[static_cast<size_t>(row)] < 0;
  EXPECT_GT(easy, 10) << "rows of positive margin are most of the set, and near the mode";
}

TEST(ScoreRecords, BadFoldersAreRefusedByFile) {
  DrawnSet set("bad record", {30, 20});
  const Input input = set.stored();
  const fs::path folder = set.folder / "scores";
  const auto said = [&](auto damage, const Input& of) {
    fs::remove_all(folder);
    write_record(set, input, folder);
    damage();
    return message_of([&] { choose(of, {.method = "aum", .scores = folder.string()}, 10); });
  };
  const auto write = [&](const char* file, const std::string& text) { return [=, path = folder / file] { write_file(path, text); }; };
  EXPECT_EQ(said([] {}, input), "no error");
  expect_says(said([&] { fs::remove(folder / "dynamics.json"); }, input), {folder.string(), "no dynamics.json", "decant scores"});
  for (const char* text : {"", "{", "[]", "3", R"({"input":1,"net":"x","accuracy":[1]})", R"({"input":"x","net":"x","accuracy":[]})"})
    expect_says(said(write("dynamics.json", text), input), {"dynamics.json"});
  expect_says(said([&] { fs::remove(folder / "entropy.npy"); }, input), {"entropy.npy", "is not there", "decant scores"});
  expect_says(said([&] { fs::resize_file(folder / "margin.npy", fs::file_size(folder / "margin.npy") - 2); }, input),
              {"margin.npy", "truncated"});
  expect_says(said(write("loss.npy", "no array"), input), {"loss.npy", "not a .npy"});
  expect_says(said([&] { write_npy<float>(folder / "loss.npy", set.scores); }, input), {"loss.npy", "float16"});

  DrawnSet shorter("shorter", {20, 20});
  expect_says(said([] {}, shorter.stored()), {"probability.npy", "50 rows", "40"});
  DrawnSet other = set;
  other.folder = fresh_folder("other");
  other.labels[3] = 1 - other.labels[3];
  expect_says(said([] {}, other.stored()), {folder.string(), "rows or labels other than those", "other/x.npy"});

  const auto unseen = [&](float value) {
    std::string text = read_text(folder / "margin.npy");
    const uint16_t half = float_to_half(value);
    std::copy_n(reinterpret_cast<const char*>(&half), 2, text.end() - 2);
    write_file(folder / "margin.npy", text);
  };
  expect_says(said([&] { unseen(std::numeric_limits<float>::quiet_NaN()); }, input), {folder.string(), "row 49"});
  expect_says(said([&] { unseen(std::numeric_limits<float>::infinity()); }, input), {folder.string(), "row 49", "no finite score"});
}

TEST(ScoreRecords, TooShortOnesAreRefusedByTheScoresThatNeedMore) {
  const DrawnSet set("short record", {30, 20});
  const Input input = set.stored();
  write_record(set, input, set.folder / "scores", 1);
  const auto with = [&](const std::string& name) {
    return message_of([&] { choose(input, {.method = name, .scores = (set.folder / "scores").string()}, 10); });
  };
  EXPECT_EQ(with("el2n"), "no error");
  expect_says(with("dual"), {"score dual", "2 epochs", "this one has 1"});
}

TEST(ScoreRecords, AMatrixHasNoneAndAProbeScoresItInstead) {
  const DrawnSet set("no pictures", {30, 20});
  const Input input = set.stored();
  expect_says(message_of([&] { choose(input, {.method = "dual"}, 10); }), {"x.npy", "holds no pictures", "--scores FILE.npy"});
  EXPECT_THAT(choose(input, {.method = "facility-location", .hard_cut = 0.1}, 10).note,
              HasSubstr("the hardest 5 rows (10 % of each pool, by leave-one-out margins of a linear probe"));
  for (const char* method : {"ccs", "d2", "probe"})
    EXPECT_THAT(choose(input, {.method = method}, 10).note, HasSubstr("linear probe")) << method;
  const Input bare = read_input({.path = set.folder / "x.npy"}, {});
  expect_says(message_of([&] { choose(bare, {.method = "probe"}, 10); }), {"x.npy", "needs labels", "--method random"});
}

TEST(Probe, LeavesWrongLabelsOut) {
  DrawnSet set("wrong", {200, 200, 200});
  for (size_t i = 0; i < 600; i += 5) set.labels[i] = (set.labels[i] + 1) % 3;
  const Input input = set.stored();
  const ChosenRows chosen = choose(input, {.method = "probe"}, 60);
  EXPECT_THAT(chosen.note, HasSubstr("probe by the middle 60 %, leave-one-out margins of a linear probe ("));
  int wrong = 0;
  for (const int64_t row : sample(chosen.selection, {}, 60, 0)) wrong += row % 5 == 0;
  EXPECT_LT(wrong, 6) << "a fifth of all are";
}

}  // namespace
}  // namespace decant
