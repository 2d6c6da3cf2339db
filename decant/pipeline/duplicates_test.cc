#include "decant/pipeline/duplicates.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/base/matrix.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// Row 2 equals row 0 under another label, row 3 is near row 1 (0.995), row 4 is test row 0.
class DuplicatesVerb : public testing::Test {
 protected:
  void SetUp() override {
    const std::vector<float> train = {1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0.1F, 0, 0, 0, 0, 1};
    const std::vector<float> test = {0, 0, 0, 1, 0, 0, 1, 0};
    const int64_t train_shape[] = {5, 4};
    const int64_t test_shape[] = {2, 4};
    write_npy<float>(folder_ / "x.npy", train, train_shape);
    write_npy<float>(folder_ / "test.npy", test, test_shape);
    write_npy<int32_t>(folder_ / "y.npy", std::vector<int32_t>{0, 0, 1, 0, 1});
    options_.input.path = (folder_ / "x.npy").string();
    options_.input.labels = folder_ / "y.npy";
    options_.test = (folder_ / "test.npy").string();
    options_.out = folder_ / "dup";
  }

  /// The folder that options_ made, read with other options.
  DuplicatesOptions again(const std::string& threshold) const {
    DuplicatesOptions options;
    options.input.path = options_.out.string();
    options.threshold = threshold;
    options.out = folder_ / "again";
    options.overwrite = true;
    return options;
  }

  const fs::path folder_ = fresh_folder("duplicates");
  DuplicatesOptions options_;
};

TEST_F(DuplicatesVerb, SaysWhatEveryDroppedRowRepeats) {
  const Duplicates found = find_duplicates(options_, {});
  EXPECT_EQ(read_indices(options_.out / "indices.npy"), (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(read_indices(options_.out / "test-indices.npy"), (std::vector<int64_t>{1}));
  EXPECT_THAT(found.copies.contradicting, ElementsAre(0, 2));
  const std::string dropped = read_text(options_.out / "dropped.jsonl");
  EXPECT_THAT(dropped, HasSubstr(R"({"row":2,"key":"2","repeats":0,"split":"train","repeats_key":"0","similarity":1.0,"how":"bytes"})"));
  EXPECT_THAT(dropped, HasSubstr(R"("row":3,"key":"3","repeats":1,"split":"train")"));
  EXPECT_THAT(dropped, HasSubstr(R"({"row":4,"key":"4","repeats":0,"split":"test")"));
  const Json record = read_json(options_.out / "duplicates.json");
  EXPECT_EQ(record["kept"], 2);
  EXPECT_EQ(record["leaked_test_rows"], 1);
  EXPECT_FALSE(record.contains("seconds"));  // the same input, the same bytes
  const std::string page = read_text(options_.out / "clusters.html");
  EXPECT_THAT(page, HasSubstr("Between test and training"));
  EXPECT_THAT(page, HasSubstr("<b>leak</b> equal"));
  EXPECT_THAT(page, HasSubstr("<b>dropped</b> 0.995"));
}

TEST_F(DuplicatesVerb, AnotherThresholdIsThatOfARunFromTheStart) {
  find_duplicates(options_, {});
  for (const char* threshold : {"0.95", "0.999", "1", "exact"}) {
    DuplicatesOptions fresh = options_;
    fresh.threshold = threshold;
    fresh.out = folder_ / "fresh";
    fresh.overwrite = true;
    const DuplicatesOptions later = again(threshold);
    EXPECT_EQ(find_duplicates(later, {}).stays, find_duplicates(fresh, {}).stays) << threshold;
    EXPECT_EQ(read_text(later.out / "dropped.jsonl"), read_text(fresh.out / "dropped.jsonl")) << threshold;
  }
  expect_says(message_of([&] { find_duplicates(again("0.5"), {}); }), {"down to a similarity of 0.9", "again"});
}

TEST_F(DuplicatesVerb, LeaksStayOnlyWhenAsked) {
  options_.keep_leaks = true;
  options_.fail_on = {"leak"};
  const Duplicates found = find_duplicates(options_, {});
  EXPECT_THAT(found.stays.rows(), ElementsAre(0, 1, 4));
  EXPECT_THAT(reason_to_fail(options_, found), HasSubstr("1 test rows"));
  options_.no_test = true;
  options_.test = "";
  options_.overwrite = true;
  EXPECT_EQ(reason_to_fail(options_, find_duplicates(options_, {})), "");
}

TEST_F(DuplicatesVerb, ARecordThatLiesIsAnError) {
  find_duplicates(options_, {});
  const fs::path file = options_.out / "duplicates.json";
  const Json good = read_json(file);
  for (const Json& rows : {Json(6), Json(-1), Json(int64_t{1} << 50), Json("5")}) {
    Json bad = good;
    bad["input"]["rows"] = rows;
    write_file(file, json_text(bad));
    expect_says(message_of([&] { find_duplicates(again("0.95"), {}); }), {"duplicates.json", "again"});
  }
}

TEST_F(DuplicatesVerb, OptionsThatAreNoneAreRefused) {
  options_.threshold = "1.5";
  expect_says(message_of<UsageError>([&] { find_duplicates(options_, {}); }), {"--threshold", "1.5", "exact"});
  options_.threshold = "0.9";
  options_.fail_on = {"leaks"};
  expect_says(message_of<UsageError>([&] { find_duplicates(options_, {}); }), {"--fail-on", "did you mean 'leak'"});
}

/// 21,000 rows of fading columns; the last 1,000 are copies of others, at noise of any size.
fs::path many_rows(const fs::path& folder) {
  constexpr int64_t kRows = 21'000, kColumns = 12;
  std::vector<float> values(static_cast<size_t>(kRows * kColumns));
  const MatrixView<float> rows(values.data(), kRows, kColumns);
  for (int64_t row = 0; row < kRows; ++row) {
    Random random(5, "rows", static_cast<uint64_t>(row));
    const bool copy = row >= kRows - 1000;
    const auto from = static_cast<int64_t>(random.below(kRows - 1000));
    const double noise = copy ? 0.3 * random.uniform() : 1;
    for (size_t k = 0; k < kColumns; ++k)
      rows[row][k] = static_cast<float>((copy ? rows[from][k] : 0) + noise * random.normal() / std::sqrt(1 + static_cast<double>(k)));
  }
  const int64_t shape[] = {kRows, kColumns};
  write_npy<float>(folder / "many.npy", values, shape);
  return folder / "many.npy";
}

size_t lines_in(const fs::path& file) {
  const std::string text = read_text(file);
  return static_cast<size_t>(std::ranges::count(text, '\n'));
}

TEST_F(DuplicatesVerb, AnApproximateSearchSaysHowMuchItFinds) {
  options_ = {};
  options_.input.path = many_rows(folder_).string();
  options_.threshold = "0.99";
  options_.floor = "0.985";
  options_.out = folder_ / "all";
  options_.search = PairSearch::exact;
  const Duplicates all = find_duplicates(options_, {});
  EXPECT_TRUE(all.searched.recalls.empty());
  EXPECT_FALSE(read_json(options_.out / "duplicates.json").contains("estimated_recall"));
  options_.search = PairSearch::automatic;  // of so few rows, exact
  options_.out = folder_ / "auto";
  find_duplicates(options_, {});
  EXPECT_EQ(read_text(folder_ / "auto/pairs.jsonl"), read_text(folder_ / "all/pairs.jsonl"));

  options_.search = PairSearch::approximate;
  options_.out = folder_ / "dup";
  const Duplicates most = find_duplicates(options_, {});
  const Json record = read_json(options_.out / "duplicates.json");
  ASSERT_EQ(record["recalls"].size(), 2u) << record;
  EXPECT_EQ(record["recalls"][0]["similarity"], 0.985);
  EXPECT_EQ(record["estimated_recall"], record["recalls"][1]["recall"]);
  EXPECT_THAT(duplicates_text(most), HasSubstr("approximate, finds an estimated "));
  const double share =
      static_cast<double>(lines_in(options_.out / "pairs.jsonl")) / static_cast<double>(lines_in(folder_ / "all/pairs.jsonl"));
  EXPECT_LE(share, 1);
  EXPECT_GE(share, record["recalls"][0]["recall"].get<double>() - 0.03);

  // Another threshold says what holds for it, and is that of a run from the start.
  const Duplicates later = find_duplicates(again("0.987"), {});
  EXPECT_EQ(to_json(later)["estimated_recall"], record["recalls"][0]["recall"]);
  EXPECT_EQ(to_json(later)["recalls"], record["recalls"]);
  options_.threshold = "0.987";
  options_.out = folder_ / "fresh";
  EXPECT_EQ(find_duplicates(options_, {}).stays, later.stays);
  EXPECT_FALSE(to_json(find_duplicates(again("exact"), {})).contains("estimated_recall"));
  DuplicatesOptions other = again("0.99");
  other.search = PairSearch::exact;
  expect_says(message_of<UsageError>([&] { find_duplicates(other, {}); }), {"--search exact needs the data set", "approximate"});
}

TEST_F(DuplicatesVerb, RecallsThatCannotBeAreDamage) {
  find_duplicates(options_, {});
  const fs::path file = options_.out / "duplicates.json";
  const Json good = read_json(file);
  for (const char* recalls : {R"([{"similarity":0.8,"recall":0.9}])", R"([{"similarity":0.9,"recall":2}])", R"([{"similarity":0.9}])",
                              "[3]", "7", R"([{"similarity":0.9,"recall":1},{"similarity":0.9,"recall":1}])"}) {
    Json bad = good;
    bad["recalls"] = parse_json(recalls, "recalls");
    write_file(file, json_text(bad));
    expect_says(message_of([&] { find_duplicates(again("0.95"), {}); }), {"duplicates.json", "again"});
  }
}

/// Row 1 is row 0 in other case and punctuation, row 2 has a word more (J = 6/7), row 3 is another
/// text, row 4 has three of row 3's six shingles of three words (J = 3/9).
std::string five_texts(const fs::path& folder) {
  const fs::path file = folder / "texts.jsonl";
  write_file(file,
             "{\"text\": \"one two three four five six seven eight\"}\n{\"text\": \"One, two: three FOUR five six seven eight!\"}\n"
             "{\"text\": \"one two three four five six seven eight nine\"}\n{\"text\": \"a b c d e f g h\"}\n"
             "{\"text\": \"a b c d e x y z\"}\n");
  return file.string();
}

TEST_F(DuplicatesVerb, OfTextsAreThoseThatShareWords) {
  options_ = {};
  options_.input.path = five_texts(folder_);
  options_.out = folder_ / "dup";
  options_.near = NearBy::minhash;
  options_.floor = "0.3";
  const Duplicates found = find_duplicates(options_, {});
  EXPECT_THAT(found.stays.rows(), ElementsAre(0, 3, 4));  // at the usual 0.8
  EXPECT_THAT(
      read_text(options_.out / "dropped.jsonl"),
      HasSubstr(
          R"({"row":1,"key":"texts.jsonl#1","repeats":0,"split":"train","repeats_key":"texts.jsonl#0","similarity":1.0,"how":"near"})"));
  EXPECT_THAT(read_text(options_.out / "pairs.jsonl"), HasSubstr(R"({"similarity":0.3333333333333333,"how":"near","one":{"row":3)"));
  EXPECT_THAT(duplicates_text(found), HasSubstr("Jaccard similarity of 0.8 or more (3-word shingles"));
  for (const auto& [threshold, stays] : std::vector<std::pair<std::string, size_t>>{{"", 3}, {"0.33", 2}, {"0.9", 4}, {"exact", 5}}) {
    EXPECT_EQ(find_duplicates(again(threshold), {}).stays.size(), static_cast<int64_t>(stays)) << threshold;
  }
}

TEST_F(DuplicatesVerb, TextsAreEqualButForCaseAndWhiteSpace) {
  const fs::path file = folder_ / "said.jsonl";
  write_file(file,
             "{\"text\": \"Name a colour.\"}\n{\"text\": \"name  a COLOUR.\"}\n{\"text\": \"Name a colour.\"}\n"
             "{\"text\": \"Name a colour\"}\n");
  options_ = {};
  options_.input.path = file.string();
  options_.threshold = "exact";
  options_.out = folder_ / "dup";
  EXPECT_THAT(find_duplicates(options_, {}).stays.rows(), ElementsAre(0, 3));
  const std::string dropped = read_text(options_.out / "dropped.jsonl");
  EXPECT_THAT(
      dropped,
      HasSubstr(
          R"("row":1,"key":"said.jsonl#1","repeats":0,"split":"train","repeats_key":"said.jsonl#0","similarity":1.0,"how":"content")"));
  EXPECT_THAT(dropped, HasSubstr(R"("similarity":1.0,"how":"bytes")"));
}

TEST_F(DuplicatesVerb, OfTextsHaveOptionsOfTheirOwn) {
  DuplicatesOptions texts;
  texts.input.path = five_texts(folder_);
  texts.out = folder_ / "dup";
  texts.near = NearBy::minhash;
  texts.features.features = "lsa";
  expect_says(message_of<UsageError>([&] { find_duplicates(texts, {}); }), {"--near minhash", "--features"});
  texts.features.features = DuplicatesOptions().features.features;
  texts.shingle = 0;
  expect_says(message_of<UsageError>([&] { find_duplicates(texts, {}); }), {"--shingle 0", "1 to 1000"});
  texts.shingle = 3;
  texts.search = PairSearch::exact;
  expect_says(message_of<UsageError>([&] { find_duplicates(texts, {}); }), {"--search", "--near minhash"});
  options_.shingle = 5;
  expect_says(message_of<UsageError>([&] { find_duplicates(options_, {}); }), {"--shingle", "--near minhash"});
  options_.shingle = 3;
  options_.near = NearBy::minhash;
  expect_says(message_of([&] { find_duplicates(options_, {}); }), {"x.npy", "texts"});
  options_.near = NearBy::features;
  find_duplicates(options_, {});
  DuplicatesOptions words = again("0.9");
  words.near = NearBy::minhash;
  expect_says(message_of<UsageError>([&] { find_duplicates(words, {}); }), {"needs the data set"});
}

}  // namespace
}  // namespace decant
