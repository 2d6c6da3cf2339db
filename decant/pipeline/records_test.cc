// Records of text, from the file to a small one and to a judgement of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/open.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/evaluate.h"
#include "decant/pipeline/inspect.h"
#include "decant/pipeline/judging/evidence_table.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/verify.h"
#include "decant/text/answers.h"

namespace decant {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string drawn_words(uint64_t topic, uint64_t seed, int count) {
  Random random(seed, "drawn records", topic);
  std::string words;
  for (int i = 0; i < count; ++i)
    words += random.below(2) == 0 ? fmt::format("w{} ", random.below(40)) : fmt::format("t{}w{} ", topic, random.below(30));
  return words;
}

/// An array with escapes, and keys in two orders; record 5 has no answer.
std::string drawn_alpaca(uint64_t records) {
  std::string text = "[\n";
  for (uint64_t i = 0; i < records; ++i) {
    const std::string answer = i == 5 ? "" : fmt::format(R"("output" : "{}\n<script>\u00e9</script>")", drawn_words(i % 4, i, 20));
    const std::string question = fmt::format(R"("instruction": "Say {} of \"{}\".", "input": "")", i, i % 4);
    text += fmt::format("  {{{}}}{}",
                        i == 5       ? question
                        : i % 2 == 0 ? question + ", " + answer
                                     : answer + "," + question,
                        i + 1 == records ? "\n]\n" : ",\n");
  }
  return text;
}

TEST(CompressRecords, KeepsTheBytesOfAnAlpacaArray) {
  const ScratchFolder folder("alpaca");
  CompressOptions options{.out = folder.path / "small", .keep = "20%"};
  options.input.path = folder.add("alpaca.json", drawn_alpaca(200));
  options.select.method = "bins";
  options.features.cache = folder.path / "cache";
  const RunRecord run = compress(options, {});
  EXPECT_EQ(run.kept, 40);
  EXPECT_EQ(run.bad_files, 1);
  EXPECT_EQ(run.input->modality, "records");
  EXPECT_EQ(run.features->kind, "lsa");

  const Dataset source = open_dataset(options.input.path, {}, {});
  const Dataset small = open_dataset(options.out.string(), {}, {});
  std::set<std::string> stored;
  for (int64_t row = 0; row < source.train().size(); ++row) stored.insert(text_of(source.train(), row));
  ASSERT_EQ(small.train().size(), 40);
  for (int64_t row = 0; row < 40; ++row) EXPECT_TRUE(stored.contains(text_of(small.train(), row)));
  EXPECT_THAT(read_text(options.out / "data/alpaca.json"), AllOf(testing::StartsWith("[\n  {"), testing::EndsWith("}\n]\n")));
  EXPECT_THAT(read_text(options.out / "report.html"),
              AllOf(HasSubstr("40 of 200 records"), HasSubstr("&lt;script&gt;é"), Not(HasSubstr("<script>é"))));
  EXPECT_THAT(read_text(options.out / "bad_files.jsonl"), HasSubstr("has no 'output'"));
  EXPECT_EQ(verify({.run = options.out, .source = options.input.path}, {}).checked_against, "hashes and the source");

  SampleOptions again{.run = options.out, .out = folder.path / "smaller", .keep = "10"};
  EXPECT_EQ(sample_run(again, {}).kept, 10);
  EXPECT_EQ(verify({.run = again.out}, {}).kept, 10);
}

std::string drawn_table(uint64_t rows, uint64_t seed) {
  std::string text = "sentence\tlabel\n";
  for (uint64_t i = 0; i < rows; ++i) text += fmt::format("{}\t{}\n", drawn_words(i % 2, seed + i, 12), i % 2 == 0 ? "neg" : "pos");
  return text;
}

TEST(EvaluateRecords, JudgesALabelledTable) {
  const ScratchFolder folder("sst");
  const std::string train = folder.add("train.tsv", drawn_table(300, 0));
  EvaluateOptions judging{.full = train, .against = "full,random", .keep = "10%", .test = folder.add("test.tsv", drawn_table(100, 1000))};
  judging.features.cache = folder.path / "cache";
  const Evidence evidence = evaluate_sets(judging, {});
  const auto accuracy = [&](const char* set) { return evidence.find("lsa-linear", set, 0)->mean; };
  EXPECT_GT(accuracy("full"), 0.8);
  EXPECT_GT(accuracy("random"), 0.5);
  EXPECT_THAT(inspect_text(inspect({.path = train}, {})),
              AllOf(HasSubstr("texts     tsv: sentence; class label"), HasSubstr("2, 150 rows each")));
}

TEST(EvaluateRecords, JudgesAnInstructionSetWithoutLabels) {
  const ScratchFolder folder("alpaca-judged");
  EvaluateOptions judging{.full = folder.add("alpaca.json", drawn_alpaca(300)), .keep = "10%", .seeds = 2, .out = folder.path / "e.json"};
  judging.features.cache = folder.path / "cache";
  const Evidence evidence = evaluate_sets(judging, {});
  const Evidence::Cell& full = *evidence.find("ngram", "full");
  const Evidence::Cell& random = *evidence.find("ngram", "random");
  EXPECT_LT(full.mean + 0.1, random.mean);
  EXPECT_GT(full.mean, 3) << "of some 160 words, drawn from 70";
  EXPECT_LT(random.mean, 6);
  EXPECT_GT(random.against_full->mean, 0) << "differences keep the metric's sign";
  EXPECT_NE(evidence.find("ngram", "random", 1), nullptr);
  EXPECT_THAT(evidence_table(evidence), AllOf(HasSubstr("loss, nats per token"), HasSubstr("loss, mean of records, nats per token"),
                                              HasSubstr("instructions: Kneser-Ney model of 3 words"), Not(HasSubstr("accuracy"))));
  const std::string json = read_text(judging.out);
  EXPECT_THAT(json, AllOf(HasSubstr("\"higher_is_better\": false"), HasSubstr("token loss"), Not(HasSubstr("accuracy"))));
  judging.protocol = "texts";
  judging.out.clear();
  EXPECT_THAT(message_of([&] { evaluate_sets(judging, {}); }), HasSubstr("has rows without labels"));
}

/// Answers of 3 to 60 words.
std::string drawn_instructions(uint64_t records, uint64_t seed) {
  std::string text;
  for (uint64_t i = 0; i < records; ++i) {
    const int words = 3 + static_cast<int>(Random(seed, "length", i).below(58));
    text += fmt::format("{{\"instruction\":\"q{}\",\"input\":\"\",\"output\":\"{}\"}}\n", i, drawn_words(i % 4, seed + i, words));
  }
  return text;
}

int64_t tokens_in(const std::string& path) {
  const Dataset small = open_dataset(path, {}, {});
  Record record;
  std::string words;
  int64_t tokens = 0;
  for (int64_t row = 0; row < small.train().size(); ++row) {
    small.train().texts()->read(row, record);
    tokens += text::answer_tokens(record, words);
  }
  return tokens;
}

TEST(CompressRecords, KeepsAsManyRowsAsTokensHold) {
  const ScratchFolder folder("tokens");
  CompressOptions options{.keep_tokens = "2k"};
  options.input.path = folder.add("x.jsonl", drawn_instructions(400, 1));
  options.features.cache = folder.path / "cache";
  for (const char* method : {"random", "bins", "k-means", "facility-location"}) {
    options.out = folder.path / method;
    options.select.method = method;
    compress(options, {});
    const int64_t tokens = tokens_in((options.out / "data").string());
    EXPECT_LE(tokens, 2000) << method;
    const bool jumps = method == std::string("k-means");  // other centres for every number, and so other lengths
    EXPECT_GT(tokens, jumps ? 1800 : 1930) << method << ": another row takes 62 at most";
    EXPECT_EQ(verify({.run = options.out, .source = options.input.path}, {}).checked_against, "hashes and the source") << method;
  }
  options.out = folder.path / "none";
  options.keep_tokens = "3";
  EXPECT_THAT(message_of([&] { compress(options, {}); }), HasSubstr("Give --keep-tokens"));
  options.keep_tokens = "many";
  EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("no number of tokens; give one such as 5% or 5M"));
  options.keep_tokens = "2k";
  options.bytes = "5%";
  EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("give one of them"));
}

TEST(EvaluateRecords, MatchesTokensAndLengths) {
  const ScratchFolder folder("equal-tokens");
  EvaluateOptions judging{.full = folder.add("train.jsonl", drawn_instructions(400, 1)),
                          .against = "random,facility-location,random+length=facility-location",
                          .keep_tokens = "10%",
                          .seeds = 2,
                          .test = folder.add("test.jsonl", drawn_instructions(60, 1000))};
  judging.features.cache = folder.path / "cache";
  const Evidence evidence = evaluate_sets(judging, {});
  const Evidence::Cell& chosen = *evidence.find("ngram", "facility-location");
  const Evidence::Cell& matched = *evidence.find("ngram", "random+length=facility-location");
  EXPECT_EQ(evidence.test_rows, 60);
  EXPECT_EQ(chosen.budget.unit, Budget::Unit::tokens);
  EXPECT_EQ(chosen.budget, evidence.find("ngram", "random")->budget);
  EXPECT_EQ(matched.budget, chosen.budget);
  EXPECT_TRUE(chosen.against_random && matched.against_random);
  EXPECT_EQ(matched.rows, chosen.rows);
  EXPECT_NE(matched.values[0], matched.values[1]) << "drawn anew for every seed";

  CompressOptions making{.out = folder.path / "small", .keep = "40"};
  making.input.path = judging.full;
  making.features.cache = judging.features.cache;
  compress(making, {});
  judging.small = {making.out.string()};
  judging.against = "random,random+length=small";
  judging.keep_tokens = "same";
  const Evidence same = evaluate_sets(judging, {});
  EXPECT_EQ(same.find("ngram", "small")->budget, same.find("ngram", "random")->budget);
  EXPECT_EQ(same.find("ngram", "small")->budget.amount, tokens_in((making.out / "data").string()));
  EXPECT_EQ(same.find("ngram", "random+length=small")->rows, 40);
  judging.keep_tokens.clear();
  EXPECT_EQ(evaluate_sets(judging, {}).find("ngram", "small")->budget, (Budget{40, Budget::Unit::rows}));
  judging.keep = "5%", judging.keep_tokens = "5%";
  EXPECT_THAT(message_of<UsageError>([&] { evaluate_sets(judging, {}); }), HasSubstr("give one of them"));
}

TEST(ReadRecords, UnderOtherFieldsAreAnotherInput) {
  const std::string path = ScratchFolder("fields").add("x.jsonl", "{\"text\":\"a\",\"more\":\"b\"}\n");
  const auto digest = [&](const FieldOptions& fields) { return read_input({.path = path, .fields = fields}, {}).digest; };
  EXPECT_NE(digest({}), digest({.text = "more"}));
  EXPECT_EQ(digest({.text = "more"}), digest({.text = "more"}));
}

TEST(InspectRecords, ReadsFieldsThatAreNamed) {
  const ScratchFolder folder("fields");
  const std::string path = folder.add("x.jsonl", "{\"q\":\"a\",\"r\":\"b\",\"k\":\"z\"}\n{\"q\":\"c\",\"r\":7}\n");
  const std::string text = inspect_text(inspect({.path = path, .fields = {"q,r", "k"}}, {}));
  EXPECT_THAT(text, AllOf(HasSubstr("as named: q, r; class k"), HasSubstr("row 1: x.jsonl#1: line 2: 'r' is a number, not text")));
}

}  // namespace
}  // namespace decant
