// Tests of base: one file, since every gtest file costs seconds to compile.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

#include "decant/base/context.h"
#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/options.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/base/statistics.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Errors, NameFilePlaceFaultAndRemedy) {
  EXPECT_EQ(InputError({"a.npy", "row 3", "holds nan", "Mend it"}).what(), std::string("a.npy: row 3: holds nan. Mend it"));
  EXPECT_EQ(InputError({"a.npy", "", "is empty", ""}).what(), std::string("a.npy: is empty"));
}

TEST(Errors, CheckPrintsBothValues) {
  const std::string message = message_of<BugError>([] { DECANT_CHECK(1 + 1, ==, 3); });
  EXPECT_THAT(message, HasSubstr("1 + 1 == 3"));
  EXPECT_THAT(message, HasSubstr("2 and 3"));
}

TEST(Philox, MatchesThePublishedVectors) {  // Random123, kat_vectors: philox4x32 10 rounds
  EXPECT_THAT(philox4x32({0, 0, 0, 0}, {0, 0}), ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  EXPECT_THAT(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
              ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
}

TEST(Random, StreamsDependOnSeedNameAndIndexOnly) {
  EXPECT_EQ(Random(1, "a", 2).bits64(), Random(1, "a", 2).bits64());
  const std::set<uint64_t> distinct = {Random(1, "a", 2).bits64(), Random(2, "a", 2).bits64(), Random(1, "b", 2).bits64(),
                                       Random(1, "a", 3).bits64()};
  EXPECT_EQ(distinct.size(), 4u);
}

TEST(Random, BelowIsUniformAndPermutationIsOne) {
  Random random(7, "below");
  std::array<int, 5> counts{};
  for (int i = 0; i < 50000; ++i) ++counts[random.below(5)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 450);  // 5 standard deviations
  auto order = Random(7, "permutation").permutation(1000);
  EXPECT_NE(order[0] + order[1] * 1000, 1000);
  std::sort(order.begin(), order.end());
  for (int64_t i = 0; i < 1000; ++i) ASSERT_EQ(order[static_cast<size_t>(i)], i);
}

TEST(Random, NormalHasMeanZeroAndVarianceOne) {
  Random random(7, "normal");
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < 100000; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 1e5, 0, 0.02);
  EXPECT_NEAR(squares / 1e5, 1, 0.03);
}

TEST(ParallelFor, VisitsEveryIndexOnceInFixedChunks) {
  for (const int threads : {1, 3, 16}) {
    std::vector<std::atomic<int>> visits(1003);
    std::atomic<int> odd_chunks{0};
    parallel_for({.threads = threads}, 1003, 10, [&](int64_t begin, int64_t end) {
      if (begin % 10 != 0 || (end - begin != 10 && end != 1003)) ++odd_chunks;
      for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
    });
    for (const auto& count : visits) ASSERT_EQ(count, 1);
    EXPECT_EQ(odd_chunks, 0);
  }
}

TEST(ParallelFor, RethrowsAndStops) {
  std::atomic<int> done{0};
  EXPECT_THROW(parallel_for({.threads = 4}, 100000, 1,
                            [&](int64_t begin, int64_t) {
                              if (begin == 10) throw InputError({"f", "", "bad", ""});
                              if (begin > 10) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // throwing takes a while
                              ++done;
                            }),
               InputError);
  EXPECT_LT(done, 100000 - 1);
}

TEST(ParallelFor, StopsWhenCancelled) {
  std::atomic<bool> cancel{true};
  EXPECT_THROW(parallel_for({.threads = 2, .cancel = &cancel}, 10, 1, [](int64_t, int64_t) {}), Cancelled);
}

TEST(Digest, SeparatesFields) {
  EXPECT_NE(Digest().add("ab").add("c").hex(), Digest().add("a").add("bc").hex());
  EXPECT_EQ(Digest().add("ab").add(int64_t{3}).hex(), Digest().add("ab").add(int64_t{3}).hex());
  EXPECT_EQ(sha256(as_bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
}

TEST(FileWriter, LeavesNothingUnderTheFinalNameUntilCommitted) {
  const fs::path folder = fresh_folder("writer");
  {
    FileWriter writer(folder / "a.txt");
    writer.write("half");
    EXPECT_FALSE(fs::exists(folder / "a.txt"));
  }
  EXPECT_TRUE(fs::is_empty(folder));
  write_file(folder / "a.txt", "whole");
  EXPECT_EQ(read_text(folder / "a.txt"), "whole");
}

TEST(FileWriter, SaysWhenThereIsNoRoom) {  // a file-size limit stands in for a full disk
  const fs::path folder = fresh_folder("full");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small = {4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = message_of<IoError>([&] { write_file(folder / "a.bin", std::string(3 << 20, 'x')); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, HasSubstr("a.bin.partial: cannot write"));
  EXPECT_TRUE(fs::is_empty(folder));
  errno = ENOSPC;
  EXPECT_THAT(message_of<IoError>([] { throw_errno("a.bin", "cannot write"); }),
              HasSubstr("No space left on device. Free some disk space"));
}

TEST(FileWriter, TouchesNobodysPartialFile) {
  const fs::path folder = fresh_folder("partial");
  {
    FileWriter first(folder / "a");
    FileWriter second(folder / "a");
    first.write("first");
    second.write("second");
    second.commit();
    EXPECT_EQ(read_text(folder / "a"), "second");
    first.commit();
    EXPECT_EQ(read_text(folder / "a"), "first") << "the last one stays, whole";
  }
  write_file(folder / "b.partial", "mine");
  write_file(folder / "b", "x");
  EXPECT_EQ(read_text(folder / "b.partial"), "mine");
}

TEST(MappedFile, ReadsEmptyAndMissingFiles) {
  const fs::path folder = fresh_folder("map");
  write_file(folder / "empty", "");
  EXPECT_TRUE(MappedFile(folder / "empty").bytes().empty());
  EXPECT_THAT(message_of<IoError>([&] { MappedFile file(folder / "missing"); }), HasSubstr("No such file"));
  EXPECT_THAT(message_of<IoError>([&] { MappedFile file(folder); }), HasSubstr("is a folder"));
}

TEST(SafeRelative, RefusesEscapes) {
  for (const char* good : {"a", "a/b.jpg", "..a/b", "a b/ç"}) EXPECT_TRUE(is_safe_relative(good)) << good;
  for (const char* bad : {"", "/a", "../a", "a/../b", "a/..", "a//b", "a/", "./a"}) EXPECT_FALSE(is_safe_relative(bad)) << bad;
  EXPECT_FALSE(is_safe_relative(std::string_view("a\0b", 3)));
}

TEST(Options, AreDeclaredOnce) {
  int bins = 10;
  std::string keep = "20%";
  bool force = false;
  double lambda = 1;
  OptionTable table;
  table.add("bins", bins, "N", "how many bins");
  table.add("keep", keep, "KEEP", "how much");
  table.add("force", force, "go on").effect = Effect::speed;
  table.add("lambda", lambda, "L", "weight");
  table.options()[0].set("7");
  table.options()[2].set("true");
  table.options()[3].set("0.5");
  EXPECT_EQ(bins, 7);
  EXPECT_TRUE(force);
  EXPECT_EQ(table.options()[0].default_text, "10");
  EXPECT_EQ(json_text(table.resolved()), R"({"bins":7,"keep":"20%","force":true,"lambda":0.5})");
  EXPECT_EQ(table.result_key(), R"({"bins":7,"keep":"20%","lambda":0.5})");
  EXPECT_THAT(message_of<UsageError>([&] { table.options()[0].set("seven"); }), HasSubstr("--bins: 'seven' is not a whole number"));
  EXPECT_THAT(message_of<UsageError>([&] { table.options()[0].set("99999999999999"); }), HasSubstr("--bins"));
}

TEST(StudentT, MatchesTheTables) {  // any printed t table, two-sided 95 %
  EXPECT_NEAR(student_t(1), 12.7062, 1e-4);
  EXPECT_NEAR(student_t(2), 4.30265, 1e-5);
  EXPECT_NEAR(student_t(4), 2.77645, 1e-5);
  EXPECT_NEAR(student_t(30), 2.04227, 1e-5);
  EXPECT_NEAR(student_t(1e6), 1.95996, 1e-4);
  EXPECT_NEAR(student_t(5, 0.99), 4.03214, 1e-5);
}

TEST(Estimate, IsMeanAndInterval) {
  const std::vector<double> values = {1, 2, 3};
  EXPECT_DOUBLE_EQ(estimate(values).mean, 2);
  EXPECT_NEAR(estimate(values).half_width, 4.30265 / std::sqrt(3.0), 1e-5);
  EXPECT_TRUE(std::isinf(estimate(std::vector<double>{5}).half_width));
  const Estimate d = difference(std::vector<double>{1, 2, 3}, std::vector<double>{4, 6, 8, 10});  // by hand: s² = 1/3 + 5/3, ν = 4.41
  EXPECT_DOUBLE_EQ(d.mean, -5);
  EXPECT_NEAR(d.half_width, student_t(4.0 / ((1.0 / 9) / 2 + (25.0 / 9) / 3)) * std::sqrt(2.0), 1e-9);
}

TEST(PairedDifference, IsTheTestOfTheGaps) {
  // Student's own example (Biometrika 6, 1908): hours of sleep gained by ten patients with either of two drugs. Mean 1.58, t = 4.0621,
  // interval 0.7001 to 2.4599.
  const std::vector<double> first = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const std::vector<double> second = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  const Estimate gain = paired_difference(second, first);
  EXPECT_NEAR(gain.mean, 1.58, 1e-12);
  EXPECT_NEAR(gain.mean - gain.half_width, 0.7001142, 1e-6);
  EXPECT_NEAR(gain.mean + gain.half_width, 2.4598858, 1e-6);
  EXPECT_LT(gain.half_width, difference(second, first).half_width) << "what the patients share cancels";
  EXPECT_TRUE(std::isinf(paired_difference(std::vector<double>{2}, std::vector<double>{1}).half_width));
  EXPECT_EQ(paired_difference(std::vector<double>{2, 3}, std::vector<double>{1, 2}).half_width, 0);
  EXPECT_THROW(paired_difference(std::vector<double>{2, 3}, std::vector<double>{1}), BugError);
}

TEST(KendallTau, CountsPairsAndKnowsTies) {
  using V = std::vector<double>;
  EXPECT_DOUBLE_EQ(kendall_tau(V{1, 2, 3, 4}, V{10, 20, 30, 40}), 1);
  EXPECT_DOUBLE_EQ(kendall_tau(V{1, 2, 3, 4}, V{4, 3, 2, 1}), -1);
  EXPECT_DOUBLE_EQ(kendall_tau(V{1, 2, 3, 4}, V{1, 3, 2, 4}), 4.0 / 6);                   // one of six pairs is reversed
  EXPECT_DOUBLE_EQ(kendall_tau(V{1, 2, 2, 3}, V{1, 2, 3, 4}), 5 / std::sqrt(5.0 * 6));    // a tie on one side
  EXPECT_DOUBLE_EQ(kendall_tau(V{1, 1, 2, 2}, V{1, 2, 2, 3}), 3 / std::sqrt(4.0 * 5.0));  // by hand: C = 3, D = 0
  EXPECT_DOUBLE_EQ(kendall_tau(V{12, 2, 1, 12, 2}, V{1, 4, 7, 1, 0}), -4 / std::sqrt(8.0 * 9));
  EXPECT_TRUE(std::isnan(kendall_tau(V{1, 1}, V{1, 2})));
  EXPECT_TRUE(std::isnan(kendall_tau(V{1}, V{1})));
}

TEST(OptionTable, KnowsOptionsWithoutAValueAndChoices) {
  std::optional<double> limit;
  size_t place = 1;
  const std::vector<std::string> colours = {"red", "green", "blue"};
  OptionTable table;
  table.add("limit", limit, "L", "");
  table.add_choice(
      "colour", colours, [&](size_t chosen) { place = chosen; }, [&] { return place; }, "NAME", "");
  EXPECT_EQ(table.options()[0].default_text, "");
  EXPECT_EQ(table.options()[1].default_text, "green");
  EXPECT_EQ(table.result_key(), R"({"limit":null,"colour":"green"})");
  table.find("limit")->set("-1");
  table.find("colour")->set("blue");
  EXPECT_EQ(limit, -1);
  EXPECT_EQ(place, 2U);
  EXPECT_EQ(table.result_key(), R"({"limit":-1.0,"colour":"blue"})");
  expect_says(message_of<UsageError>([&] { table.find("colour")->set("bleu"); }), {"unknown colour 'bleu'", "red, green, blue"});
  expect_says(message_of<UsageError>([&] { table.find("colour")->set("gren"); }), {"did you mean 'green'?"});
}

TEST(OptionTable, TakesAnyNumberOfValuesAndOptionsOfAnother) {
  std::vector<std::string> names;
  int steps = 5;
  OptionTable other;
  other.add("steps", steps, "N", "");
  OptionTable table;
  table.add("names", names, "NAME", "").positional = true;
  EXPECT_EQ(table.find("names")->default_text, "");
  table.find("names")->set("a");
  table.find("names")->set("b");
  EXPECT_THAT(names, ElementsAre("a", "b"));
  EXPECT_EQ(table.resolved()["names"].size(), 2u);
  table.add(*other.find("steps")).set("7");
  EXPECT_EQ(steps, 7);
  EXPECT_EQ(table.find("steps")->default_text, "5");
  EXPECT_EQ(table.find("nothing"), nullptr);
}

}  // namespace
}  // namespace decant
