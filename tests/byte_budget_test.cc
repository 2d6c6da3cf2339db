// Budgets of bytes, from compress to evaluate, on pictures that the project draws.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/judging/arms.h"
#include "decant/pipeline/judging/row_counts.h"
#include "decant/pipeline/plan.h"
#include "decant/pipeline/verify.h"

#include "tests/drawn_sets.h"
#include "tests/reduced_sets.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing_sets::cifar_set;
using testing_sets::contents;
using testing_sets::dropping;
using testing_sets::jpeg_set;

TEST(CompressBytes, MeetTheBudgetInEveryCurrency) {
  const fs::path in = jpeg_set("budget_in", 30);
  const fs::path folder = fresh_folder("budget");
  for (const std::string spend : {"rows", "quality", "resolution", "cells"}) {
    CompressOptions options = dropping(in, folder / spend);
    options.reducing.drop = "";
    options.keep = CompressOptions().keep;
    options.bytes = spend == "cells" ? "85%" : "40%";
    options.spend = spend;
    const RunRecord run = compress(options, {.threads = 2});
    const int64_t budget = run.bytes_before * (spend == "cells" ? 85 : 40) / 100;
    EXPECT_LE(run.bytes_after, budget) << spend;
    EXPECT_GT(run.bytes_after, spend == "rows" ? budget - 6000 : budget * 98 / 100) << spend;
    EXPECT_EQ(run.kept == 60, spend != "rows") << spend;
    EXPECT_EQ(verify({.run = folder / spend, .source = in.string()}, {}).checked_against, "hashes and the source");
  }
}

CompressOptions spending(const fs::path& in, const fs::path& out, const std::string& bytes, const std::string& spend) {
  CompressOptions options = dropping(in, out);
  options.reducing.drop = "";
  options.keep = CompressOptions().keep;
  options.bytes = bytes;
  options.spend = spend;
  return options;
}

// k-means chooses for one number of rows, which is not known before their files are.
TEST(CompressBytes, AreMetByAMethodThatChoosesForOneNumber) {
  const fs::path in = jpeg_set("one_number_in", 60);
  const fs::path folder = fresh_folder("one_number");
  for (const std::string bytes : {"7%", "12%", "20%", "33%"}) {
    CompressOptions options = spending(in, folder / bytes, bytes, "rows");
    options.select.method = "k-means";
    const RunRecord run = compress(options, {.threads = 2});
    const auto budget = static_cast<int64_t>(std::stod(bytes) / 100 * static_cast<double>(run.bytes_before));
    EXPECT_LE(run.bytes_after, budget) << bytes;
    EXPECT_GT(run.bytes_after, budget - 2 * run.bytes_before / 120) << bytes << ": within a row or two of 120";
  }
}

/// The quality that each line of a manifest names.
std::vector<int> qualities_in(const fs::path& manifest) {
  std::vector<int> all;
  std::istringstream lines(read_text(manifest));
  for (std::string line; std::getline(lines, line);) all.push_back(parse_json(line).value("quality", 0));
  return all;
}

TEST(CompressBytes, AutoKeepsMoreAndCoarserPictures) {
  const fs::path in = jpeg_set("mix_in", 60);
  const fs::path folder = fresh_folder("mix");
  const RunRecord rows = compress(spending(in, folder / "rows", "10%", "rows"), {});
  const RunRecord run = compress(spending(in, folder / "auto", "10%", "auto"), {.threads = 2});
  const int64_t budget = run.bytes_before / 10;
  EXPECT_LE(run.bytes_after, budget);
  EXPECT_GT(run.bytes_after, budget * 995 / 1000);
  EXPECT_GT(*run.kept, *rows.kept);
  EXPECT_LT(*run.kept, 120);
  const std::vector<int> qualities = qualities_in(folder / "auto" / "manifest.jsonl");
  const auto [least, most] = std::ranges::minmax(qualities);
  EXPECT_GE(least, 10);
  EXPECT_LE(most - least, 1);
  EXPECT_THAT(run.patches->spent, testing::StartsWith(fmt::format("quality {}", least)));
  EXPECT_THAT(run.patches->spent, HasSubstr(fmt::format("; {} of 120 pictures", *run.kept)));
  EXPECT_EQ(verify({.run = folder / "auto", .source = in.string()}, {}).checked_against, "hashes and the source");

  compress(spending(in, folder / "again", "10%", "auto"), {.threads = 1});
  EXPECT_EQ(contents(folder / "auto" / "data"), contents(folder / "again" / "data"));
}

TEST(CompressBytes, AutoChangesNothingWhereEverythingFits) {
  const fs::path in = jpeg_set("mix_all_in");
  const fs::path folder = fresh_folder("mix_all");
  const RunRecord run = compress(spending(in, folder / "out", "100%", "auto"), {});
  EXPECT_EQ(run.kept, 12);
  EXPECT_EQ(run.bytes_after, run.patches->bytes_recoded);
  EXPECT_THAT(run.patches->spent, HasSubstr("the quality as it is; 12 of 12 pictures"));
}

// Nothing is reduced, so what is written is the lossless re-coding, headers and all.
TEST(CompressBytes, HeadersOfArchivesCountOnBothSides) {
  const fs::path in = jpeg_set("headers_in");
  const fs::path folder = fresh_folder("headers");
  CompressOptions options = spending(in, folder / "out", "100%", "auto");
  options.to = "webdataset";
  const RunRecord run = compress(options, {});
  EXPECT_EQ(run.bytes_after, run.patches->bytes_recoded);
  int64_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "out" / "data"))
    files += entry.is_regular_file() ? static_cast<int64_t>(entry.file_size()) : 0;
  EXPECT_EQ(run.bytes_after, files);
  EXPECT_EQ(run.patches->bytes_source % 512, run.patches->bytes_recoded % 512);
}

TEST(CompressBytes, PixelsBecomeJpegsWhereQualityIsBought) {
  const fs::path in = cifar_set("mix_raw_in", 1, 300);
  const fs::path folder = fresh_folder("mix_raw");
  for (const std::string spend : {"auto", "quality"}) {
    const int percent = spend == "auto" ? 5 : 15;  // of pixels, which JPEGs of any quality take some ten of
    const CompressOptions options = spending(in, folder / spend, fmt::format("{}%", percent), spend);
    const RunRecord run = compress(options, {.threads = 2});
    EXPECT_LE(run.bytes_after, run.bytes_before * percent / 100) << spend;
    EXPECT_GT(run.bytes_after, run.bytes_before * percent / 100 * 985 / 1000) << spend;
    EXPECT_EQ(run.output_format, "imagefolder");
    EXPECT_EQ(std::get<int64_t>(*run.option("quality")), kQualityOfPixels);
    EXPECT_EQ(run.kept == 300, spend == "quality");
    verify({.run = folder / spend, .source = in.string()}, {});
    const PlanEstimate estimate = plan(options, {});
    EXPECT_NEAR(static_cast<double>(*estimate.kept), static_cast<double>(*run.kept), 0.1 * static_cast<double>(*run.kept)) << spend;
    EXPECT_EQ(estimate.spent.empty(), spend == "auto");
  }
}

TEST(CompressBytes, PixelsBecomeJpegsWhereCellsAreBought) {
  const fs::path in = cifar_set("mix_cells_in", 1, 100);
  CompressOptions options = spending(in, fresh_folder("mix_cells") / "out", "20%", "cells");
  options.reducing.importance.importance = "gradient-energy";
  const RunRecord run = compress(options, {.threads = 2});
  EXPECT_EQ(run.kept, 100);
  EXPECT_LE(run.bytes_after, run.bytes_before * 20 / 100);
  EXPECT_EQ(run.output_format, "imagefolder");
}

TEST(CompressBytes, ThePlanEstimatesTheQualityThatABudgetBuys) {
  const fs::path in = jpeg_set("plan_quality_in");
  const CompressOptions options = spending(in, fresh_folder("plan_quality") / "out", "60%", "quality");
  const RunRecord run = compress(options, {.threads = 2});
  const std::string made = run.patches->spent.substr(0, run.patches->spent.find(','));
  EXPECT_EQ(plan(options, {}).spent.substr(0, made.size()), made);
  const std::string said = message_of([&] { plan(spending(in, "unused", "1%", "quality"), {}); });
  EXPECT_THAT(said, HasSubstr("the least that can be left takes about"));
}

TEST(CompressBytes, ThePlanCountsRowsOfPixelsAsTheJpegsTheyBecome) {
  const fs::path in = cifar_set("plan_raw_in", 1, 300);
  CompressOptions options = spending(in, fresh_folder("plan_raw") / "out", "5%", "rows");
  options.reducing.quality = 50;
  const RunRecord run = compress(options, {.threads = 2});
  EXPECT_NEAR(static_cast<double>(*plan(options, {}).kept), static_cast<double>(*run.kept), 0.1 * static_cast<double>(*run.kept));
}

TEST(CompressBytes, AutoNamesTheLeastThatItCanSpend) {
  const fs::path in = jpeg_set("mix_least_in");
  const fs::path folder = fresh_folder("mix_least");
  const std::string said = message_of([&] { compress(spending(in, folder / "out", "100B", "auto"), {}); });
  EXPECT_THAT(said, HasSubstr("hold no set of pictures; the smallest, of 1"));
  const std::string least = said.substr(said.find("--bytes ") + 8);
  const RunRecord run = compress(spending(in, folder / "out", least.substr(0, least.find(' ')), "auto"), {});
  EXPECT_EQ(run.kept, 1);
}

TEST(CompressBytes, RefusesWhatCannotBeMet) {
  const fs::path in = jpeg_set("unmet_in");
  CompressOptions options = dropping(in, fresh_folder("unmet") / "out");
  options.keep = CompressOptions().keep;
  options.bytes = "1%";
  options.spend = "cells";
  EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("leave out --drop"));
  options.reducing.drop = "";
  EXPECT_THAT(message_of([&] { compress(options, {}); }), HasSubstr("the least that can be left takes"));
  options.spend = "cell";
  EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("did you mean 'cells'"));
  options.spend = "rows";
  options.given["keep"] = "50%";
  EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("--keep and --bytes"));
  options.bytes = "";
  options.spend = "quality";
  EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("--spend needs --bytes"));
}

TEST(EvaluateBytes, EverySetTakesAsManyRowsAsFit) {
  const fs::path in = jpeg_set("bytes_in", 20);
  EvaluateOptions options{.full = in.string(), .against = "random,random+quality=30,random+drop=50%+fill=gray", .bytes = "20%"};
  options.seeds = 2;
  options.features.cache = fresh_folder("bytes_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {}, {});
  ASSERT_EQ(arms.size(), 3u);
  const int64_t budget = sets.full.dataset.train().stored_bytes() / 5;
  std::vector<int64_t> rows;
  for (const evaluate::Arm& arm : arms) {
    ASSERT_TRUE(arm.budget);
    EXPECT_EQ(arm.budget->unit, Budget::Unit::bytes);
    EXPECT_EQ(arm.budget->amount, budget);
    rows.push_back(std::ssize(arm.subset(0)));
    EXPECT_FALSE(arm.subset(1).empty());
  }
  EXPECT_GT(rows[1], rows[0]);
  EXPECT_GT(rows[2], rows[0]);
  EXPECT_NE(arms[0].digest, arms[1].digest);
  EXPECT_NE(arms[0].digest, arms[2].digest);
  Image image;
  arms[2].rows->pictures()->decode(arms[2].subset(0)[0], image);
  EXPECT_GT(std::ranges::count(image.pixels, 128), std::ssize(image.pixels) / 3);
}

TEST(EvaluateBytes, ArmsBuyWhatCompressBuys) {
  const fs::path in = jpeg_set("spend_arms_in", 60);
  EvaluateOptions options{
      .full = in.string(), .against = "random+quality=100,full+spend=quality,full+spend=resolution,full+spend=cells", .bytes = "60%"};
  options.test = in.string();
  options.seeds = 2;
  options.features.cache = fresh_folder("spend_arms_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {}, {});
  ASSERT_EQ(arms.size(), 4u);
  for (const evaluate::Arm& arm : arms) {
    const Subset kept = arm.subset(1);
    EXPECT_EQ(kept.size() == 120, arm.name.starts_with("full")) << arm.name;
    if (arm.name == "full+spend=cells") continue;  // filled pictures are other files
    std::vector<std::byte> scratch;
    int64_t bytes = 0;
    for (const int64_t row : kept) bytes += std::ssize(arm.rows->bytes(row, scratch));
    EXPECT_LE(bytes, arm.budget->amount) << arm.name;
    EXPECT_GT(bytes, arm.budget->amount * 98 / 100) << arm.name;
  }
}

TEST(EvaluateBytes, AutoBuysMoreRowsTheSmallerTheBudget) {
  const fs::path in = jpeg_set("spend_small_in", 60);
  EvaluateOptions options{.full = in.string(), .against = "random+quality=100,random+spend=auto", .bytes = "10%,60%"};
  options.test = in.string();
  options.features.cache = fresh_folder("spend_small_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {}, {});
  ASSERT_EQ(arms.size(), 4u);
  const auto rows = [&](size_t arm) { return arms[arm].subset(1).size(); };
  EXPECT_EQ(arms[0].budget->amount, arms[2].budget->amount);
  EXPECT_LT(rows(0), rows(2)) << "coarser pictures and more of them";
  EXPECT_LT(rows(1), rows(3));
  const auto times_more = [&](size_t one, size_t other) { return static_cast<double>(rows(other)) / static_cast<double>(rows(one)); };
  EXPECT_GT(times_more(0, 2), times_more(1, 3)) << "where rows are few, they are worth more";
}

TEST(EvaluateBytes, AutoIsFinerWhereAllRowsFit) {
  const fs::path in = jpeg_set("spend_all_in", 10);
  EvaluateOptions options{.full = in.string(), .against = "random+spend=auto", .bytes = "100%"};
  options.test = in.string();
  options.features.cache = fresh_folder("spend_all_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {}, {});
  EXPECT_EQ(arms[0].subset(0), sets.full_rows);
  Image source;
  Image shown;
  sets.full.dataset.train().pictures()->decode(3, source);
  arms[0].rows->pictures()->decode(3, shown);
  EXPECT_EQ(source.pixels, shown.pixels) << "nothing is lost";
}

TEST(EvaluateBytes, AutoStoresNoPictureLargerThanItIsTrainedAt) {
  const fs::path in = jpeg_set("spend_side_in", 60);
  EvaluateOptions options{.full = in.string(), .against = "random+resolution=20px+spend=auto,random+spend=auto", .bytes = "6%"};
  options.test = in.string();
  options.features.cache = fresh_folder("spend_side_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {.picture_side = 20}, {});
  ASSERT_EQ(arms.size(), 2u);
  EXPECT_EQ(arms[0].subset(1), arms[1].subset(1));
  EXPECT_EQ(arms[0].digest, arms[1].digest) << "one set by two names";
  Image shown;
  arms[1].rows->pictures()->decode(arms[1].subset(1)[0], shown);
  EXPECT_EQ(shown.size.height, 20) << "two eighths of 80";
  const auto untold = make_arms(sets, options, {}, {});
  EXPECT_LT(untold[1].subset(1).size(), arms[1].subset(1).size()) << "whole pictures are fewer";
}

TEST(EvaluateBytes, ASpentBudgetNeedsBytes) {
  const fs::path in = jpeg_set("spend_bytes_in");
  EvaluateOptions options{.full = in.string(), .against = "random+spend=auto", .keep = "50%"};
  options.features.cache = fresh_folder("spend_bytes_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  EXPECT_THAT(message_of<UsageError>([&] { make_arms(sets, options, {}, {}); }), HasSubstr("spend needs --bytes"));
}

TEST(EvaluateBytes, AGivenSetHasRandomRowsOfItsOwnBytes) {
  const fs::path in = jpeg_set("given_in", 60);
  const fs::path folder = fresh_folder("given");
  compress(spending(in, folder / "small", "10%", "auto"), {});
  EvaluateOptions options{.full = in.string(), .small = {(folder / "small").string()}, .against = "random", .bytes = "6%"};
  options.test = in.string();
  options.features.cache = folder / "cache";
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {}, {});
  ASSERT_EQ(arms.size(), 3u);
  EXPECT_EQ(arms[2].name, "small");
  ASSERT_TRUE(arms[2].budget);
  EXPECT_EQ(arms[1].budget, arms[2].budget) << "compared at equal bytes";
  EXPECT_NE(arms[0].budget, arms[2].budget);
  EXPECT_EQ(arms[2].budget->amount, arms[2].rows->stored_bytes()) << "its files are re-coded already";
  EXPECT_LT(arms[1].subset(0).size(), arms[2].subset(0).size());
  const SetsOutline outline = outline_judged_sets(options, {});
  EXPECT_EQ(outline.counts.given.at(0).bytes, arms[2].budget->amount) << "as the plan says";
}

TEST(EvaluateBytes, KeepAndBytesExcludeEachOther) {
  const fs::path in = jpeg_set("bytes_keep_in");
  EvaluateOptions options{.full = in.string(), .keep = "50%", .bytes = "20%"};
  options.features.cache = fresh_folder("bytes_keep_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  EXPECT_THAT(message_of<UsageError>([&] { make_arms(sets, options, {}, {}); }), HasSubstr("--keep and --bytes"));
}

}  // namespace
}  // namespace decant
