// Jobs on parts of one data set, as a cluster would run them: together they leave what one machine
// leaves, byte for byte; what does not belong together is refused by name; and one that is killed
// at any moment changes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "decant/base/json.h"
#include "decant/pipeline/run/shard.h"

#include "tests/drawn_sets.h"
#include "tests/shell.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// Shell functions of the tests. `all_scans SET JOBS` and its like run every job of a stage into
/// work/; `finish_set SET` joins them into OUT.
constexpr const char* kFunctions = R"(
scan() { $decant scan "$1" --shard $3/$2 -o work/scan-$3.json; }
features() { $decant features "$1" --shard $3/$2 --filters work/filters.safetensors --scans 'work/scan-*.json' -o work/feats-$3.npy; }
write() { $decant write "$1" --rows work/rows.npy --shard $3/$2 -o work/part-$3 $4 $5; }
every() { for job in $(seq 0 $(($3 - 1))); do $1 "$2" $3 $job || return 1; done; }
fit() { $decant features "$1" --fit-only --scans 'work/scan-*.json' -o work/filters.safetensors; }
choose() {
  $decant bins 'work/feats-*.npy' --scans 'work/scan-*.json' -o work/bins && $decant sample work/bins --keep 30% -o work/rows.npy
}
join() {
  set=$1 out=$2; shift 2
  $decant finish "$set" --scans 'work/scan-*.json' --order work/bins --rows work/rows.npy --parts 'work/part-*' -o "$out" "$@"
}
all_jobs() {
  mkdir work && every scan "$1" $2 && fit "$1" && every features "$1" $2 && choose && every write "$1" $2 && join "$1" joined
}
)";

class ManyJobs : public testing::Test {
 protected:
  void SetUp() override { folder_ = fresh_folder("jobs"); }

  Outcome line(const std::string& text) const { return shell("cd '" + folder_.string() + "'\nset -o pipefail\n" + kFunctions + text); }

  /// Pictures of CIFAR's form in class folders, one of them broken, at photos/.
  void make_photos(int count) const {
    const fs::path cifar = testing_sets::cifar_set("cifar", 1, count);
    ASSERT_EQ(line("$decant compress '" + cifar.string() +
                   "' -o all --keep 100% --method random --to imagefolder && mv all/data photos; rm -rf all")
                  .code,
              0);
    fs::path broken;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "photos")) {
      if (entry.is_regular_file() && (broken.empty() || entry.path() < broken)) broken = entry.path();
    }
    write_file(broken, "no picture");
  }

  /// What a small set holds, but for what says when and by which command.
  std::map<std::string, std::string> lasting(const std::string& name) const {
    std::map<std::string, std::string> files;
    for (auto& [file, content] : testing_sets::contents(folder_ / name)) {
      if (file != "run.json" && file != "events.jsonl" && file != "README.md" && file != "report.html") files[file] = std::move(content);
    }
    return files;
  }

  void expect_jobs_as_one(const std::string& set, int jobs, size_t files) const {
    const Outcome one = line("$decant compress " + set + " -o one --keep 30% --method bins");
    ASSERT_EQ(one.code, 0) << one.err;
    const Outcome many = line("all_jobs " + set + " " + std::to_string(jobs));
    ASSERT_EQ(many.code, 0) << many.out << many.err;
    EXPECT_GT(lasting("one").size(), files);
    EXPECT_EQ(lasting("joined"), lasting("one"));
    const Json expected = read_json(folder_ / "one" / "run.json");
    const Json joined = read_json(folder_ / "joined" / "run.json");
    for (const char* field :
         {"rows", "kept", "bytes_before", "bytes_after", "method", "input", "output_format", "bins", "classes", "bad_files"})
      EXPECT_EQ(joined[field], expected[field]) << field;
    EXPECT_EQ(line("$decant verify joined").code, 0);
    EXPECT_EQ(line("ls work | grep partial").out, "");
  }

  fs::path folder_;
};

TEST(Shards, ShareEveryRowAndCutNoChunkWhereTheyCan) {
  for (const int64_t count : {1, 2, 3, 7, 8, 100}) {
    for (const int64_t rows : {100, 101, 1023, 1024, 5000, 8191, 8192, 102'400, 1'281'167}) {
      int64_t next = 0;
      for (int64_t index = 0; index < count; ++index) {
        const RowRange range = rows_of({index, count}, rows, "x");
        EXPECT_EQ(range.begin, next);
        EXPECT_GT(range.end, range.begin);
        EXPECT_EQ(shards_hold_chunks(rows, count) ? range.begin % kDigestChunk : 0, 0);
        next = range.end;
      }
      EXPECT_EQ(next, rows);
    }
  }
  EXPECT_EQ(shard_from("007/010"), (Shard{7, 10}));
  for (const char* text : {"", "/", "3", "3/", "/8", "8/8", "-1/8", "3/8/9", "a/8", "3/0", "3/8 ", "1/9999999999", "+1/8"})
    EXPECT_NE(message_of<UsageError>([&] { shard_from(text); }), "no error") << text;
}

TEST_F(ManyJobs, LeaveWhatOneMachineLeaves) {
  make_photos(90);
  expect_jobs_as_one("photos", 8, 30);
  EXPECT_TRUE(fs::exists(folder_ / "joined" / "bad_files.jsonl"));
}

TEST_F(ManyJobs, LeaveWhatOneMachineLeavesOfShards) {
  make_photos(90);
  ASSERT_EQ(line("rm $(find photos -type f -size -20c); n=0; mkdir tars stage; for f in $(find photos -name '*.png' | sort); do "
                 "k=$(printf %04d $n); cp $f stage/$k.png; basename $(dirname $f) | wc -c > stage/$k.cls; n=$((n+1)); done; "
                 "for t in 0 1 2 3 4 5 6 7 8; do (cd stage && tar -cf ../tars/x-$t.tar $(ls | grep ^00$t)); done")
                .code,
            0);
  expect_jobs_as_one("tars", 4, 7);  // borders cross shards
}

TEST_F(ManyJobs, LeaveWhatOneMachineLeavesOfOneFile) {
  const fs::path cifar = testing_sets::cifar_set("cifar", 2, 40);
  expect_jobs_as_one("'" + cifar.string() + "'", 3, 7);
}

TEST_F(ManyJobs, LeaveWhatOneMachineLeavesOfParquet) {
  make_photos(90);
  ASSERT_EQ(line("rm $(find photos -type f -size -20c); mkdir tables; for t in 0 1 2; do cp -r photos third; "
                 "rm $(find third -name '*.png' | sort | awk \"NR % 3 != $t\"); "
                 "$decant compress third -o whole --keep 100% --method random --to parquet || exit 1; "
                 "mv whole/data/*.parquet tables/train-0000$t-of-00003.parquet; rm -r third whole; done")
                .code,
            0);
  expect_jobs_as_one("tables", 4, 7);  // borders cross files
}

// Another format is written by finish, whatever the jobs have written.
TEST_F(ManyJobs, AreJoinedInAnotherFormat) {
  make_photos(40);
  ASSERT_EQ(line("all_jobs photos 3").code, 0);
  for (const std::string format : {"parquet", "webdataset", "packed"}) {
    const Outcome both =
        line("$decant compress photos -o one-" + format + " --keep 30% --method bins --to " + format + " && join photos many-" + format +
             " --to " + format + " && $decant verify many-" + format + " --source photos");
    ASSERT_EQ(both.code, 0) << both.err;
    EXPECT_EQ(lasting("many-" + format), lasting("one-" + format)) << format;
    EXPECT_EQ(read_json(folder_ / ("many-" + format) / "run.json")["output_format"], format);
  }
}

TEST_F(ManyJobs, SayWhatTheyLeaveToOthers) {
  const std::string set = "'" + testing_sets::cifar_set("cifar", 1, 40).string() + "'";
  ASSERT_EQ(line("mkdir work; every scan " + set + " 2; fit " + set + "; every features " + set + " 2; choose").code, 0);
  const std::string write = "write " + set + " 2 1";
  EXPECT_THAT(line(write).out, HasSubstr("work/part-1: 6 rows, hashes; decant finish writes the rows"));
  EXPECT_THAT(line(write).out, HasSubstr("work/part-1: hashes; decant finish writes the rows; it was there already"));
  const auto refused = [&](const std::string& command, const auto& matcher) {
    const Outcome outcome = line(command);
    EXPECT_EQ(outcome.code, 2) << command;
    EXPECT_THAT(outcome.err, matcher) << command;
  };
  for (const char* option : {"--drop 25%", "--quality=75", "--resolution 8px", "--bytes 1MB", "--dedup near", "--store list"})
    refused("join " + set + " out " + option,
            AllOf(HasSubstr("finish has no --"), HasSubstr("decant compress DATA --scans 'scan-*.json'")));
  refused("join " + set + " out --keep 10%", AllOf(HasSubstr("finish has no --keep"), HasSubstr("decant sample --keep")));
  refused(write + " --to parquet", HasSubstr("write has no --to: give it to decant finish"));
  refused(write + " --drop 25%", HasSubstr("write has no --drop"));
  refused("join " + set + " out --ordre x", HasSubstr("did you mean --order?"));
}

TEST_F(ManyJobs, DigestChunksOfTheirOwn) {
  const fs::path cifar = testing_sets::cifar_set("cifar", 1, 3200);
  const Outcome many = line("mkdir work; every scan '" + cifar.string() + "' 3 && $decant compress '" + cifar.string() +
                            "' --scans 'work/scan-*.json' --method random -o many");
  ASSERT_EQ(many.code, 0) << many.err;
  ASSERT_EQ(line("$decant compress '" + cifar.string() + "' --method random -o one").code, 0);
  EXPECT_EQ(lasting("many"), lasting("one"));
  EXPECT_EQ(read_json(folder_ / "many" / "run.json")["input"], read_json(folder_ / "one" / "run.json")["input"]);
  EXPECT_EQ(read_json(folder_ / "work" / "scan-1.json")["begin"], 1024);
  EXPECT_EQ(read_json(folder_ / "work" / "scan-2.json")["end"], 3200);
}

TEST_F(ManyJobs, OfTextsShareWhatWasLearned) {
  std::string lines;
  for (int i = 0; i < 120; ++i)
    lines += R"({"instruction": "say )" + std::to_string(i % 7) + R"(", "output": "word)" + std::to_string(i % 11) + " and word" +
             std::to_string(i % 13) + "\"}\n";
  write_file(folder_ / "texts.jsonl", lines);
  const Outcome many = line(
      "mkdir work; every scan texts.jsonl 4 && fit texts.jsonl && every features texts.jsonl 4 && "
      "$decant features texts.jsonl -o all.npy && "
      "for f in work/feats-*.npy; do tail -c +129 $f; done | cmp - <(tail -c +129 all.npy)");
  EXPECT_EQ(many.code, 0) << many.out << many.err;
}

TEST_F(ManyJobs, AreDoneOnce) {
  make_photos(40);
  const Outcome first = line("all_jobs photos 4");
  ASSERT_EQ(first.code, 0) << first.err;
  const auto before = testing_sets::contents(folder_ / "work");
  const Outcome again = line("every scan photos 4; every features photos 4; every write photos 4");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(testing_sets::contents(folder_ / "work"), before);
  EXPECT_EQ(line("(every scan photos 4; every features photos 4; every write photos 4) | grep -c 'it was there already'").out, "12\n");
  EXPECT_EQ(line("$decant scan photos --shard 1/4 -o work/scan-1.json --overwrite").code, 0);
  EXPECT_EQ(testing_sets::contents(folder_ / "work"), before) << "the same again";
}

TEST_F(ManyJobs, ThatDoNotBelongTogetherAreNotJoined) {
  make_photos(40);
  ASSERT_EQ(line("all_jobs photos 4").code, 0);
  const auto refused = [&](const std::string& damage, const std::string& command, const auto& matcher) {
    const Outcome outcome =
        line("cp -r work was; " + damage + "; " + command + "; code=$?; rm -rf work; mv was work; [ ! -e out ] || exit 99; exit $code");
    EXPECT_EQ(outcome.code, 3) << damage << ": " << outcome.err;
    EXPECT_THAT(outcome.err, matcher) << damage;
  };
  const std::string join = "join photos out";
  refused("rm work/scan-2.json", join, HasSubstr("lacks job 2 of 4 (--shard 2/4)"));
  refused("rm -r work/part-3", join, HasSubstr("lacks job 3 of 4"));
  refused("cp -r work/part-1 work/part-9", join, AllOf(HasSubstr("part-9"), HasSubstr("is job 1/4, and so is")));
  refused("cp work/scan-1.json work/scan-9.json", join, HasSubstr("is job 1/4, and so is"));
  refused("sed -i 's/\"version\":\"[^\"]*\"/\"version\":\"0.0.1\"/' work/scan-2.json", join,
          AllOf(HasSubstr("scan-2.json"), HasSubstr("was made by decant 0.0.1")));
  refused("sed -i 's/\"version\":\"[^\"]*\"/\"version\":\"0.0.1\"/' work/part-0/job.json", join, HasSubstr("was made by decant 0.0.1"));
  refused("truncate -s 300 work/scan-2.json", join, AllOf(HasSubstr("scan-2.json"), HasSubstr("half a file")));
  refused("truncate -s -40 work/part-2/manifest.jsonl", join, AllOf(HasSubstr("part-2/manifest.jsonl"), HasSubstr("half a file")));
  refused("f=$(find work/part-2/data -type f | head -1); cp $f x; head -c 60 x > y; rm $f; mv y $f", join,
          AllOf(HasSubstr("part-2/data/"), HasSubstr("has 60 bytes, and its job wrote")));
  refused("rm $(find work/part-2/data -type f | head -1)", join, AllOf(HasSubstr("part-2/data/"), HasSubstr("is missing")));
  refused("echo mine > work/part-2/data/mine", join, AllOf(HasSubstr("part-2/data/mine"), HasSubstr("was not written by its job")));
  refused("truncate -s -40 work/feats-1.npy", "$decant bins 'work/feats-*.npy' -o out", HasSubstr("feats-1.npy"));
  refused("rm work/feats-1.npy work/feats-1.npy.job", "$decant bins 'work/feats-*.npy' -o out", HasSubstr("lacks job 1 of 4"));
  refused("rm work/feats-1.npy.job", "$decant bins 'work/feats-*.npy' -o out", HasSubstr("is no output of a job"));
  refused("cp work/feats-1.npy work/feats-2.npy", "$decant bins 'work/feats-*.npy' -o out",
          AllOf(HasSubstr("feats-2.npy"), HasSubstr("does not hold what its job wrote")));
  refused(
      "$decant features photos --fit-only --seed 5 -o other.safetensors && rm work/feats-2.npy* && $decant features photos --shard 2/4 "
      "--filters other.safetensors -o work/feats-2.npy",
      "$decant bins 'work/feats-*.npy' -o out", AllOf(HasSubstr("feats-2.npy.job"), HasSubstr("was made with --filters")));
  refused("$decant sample work/bins --keep 20% -o work/other.npy",
          "$decant finish photos --scans 'work/scan-*.json' --rows work/other.npy --parts 'work/part-*' -o out",
          HasSubstr("were written of other rows"));
  refused("mkdir out.partial; exec 9>out.partial/decant.lock; flock 9", "{ " + join + "; code=$?; rm -r out.partial; (exit $code); }",
          HasSubstr("is being written by another run of decant"));
}

TEST_F(ManyJobs, RefuseWhatIsNoneOfTheirs) {
  make_photos(40);
  ASSERT_EQ(line("mkdir work; every scan photos 4 && fit photos").code, 0);
  const auto refused = [&](const std::string& command, int code, const auto& matcher) {
    const Outcome outcome = line(command);
    EXPECT_EQ(outcome.code, code) << command << outcome.err;
    EXPECT_THAT(outcome.err, matcher) << command;
  };
  refused("$decant scan photos --shard 4/4 -o x.json", 2, HasSubstr("--shard 4/4: give the number of the job, from 0"));
  refused("$decant scan photos --shard 0/100 -o x.json", 3, HasSubstr("has 40 rows, and 100 jobs"));
  refused("$decant scan photos --shard 1/4 -o work/scan-2.json", 3, HasSubstr("already exists and is job 2/4, and not 1/4"));
  refused("echo mine > mine.json; $decant scan photos --shard 1/4 --overwrite -o mine.json", 3,
          HasSubstr("decant replaces only what it made"));
  refused("$decant write photos --shard 1/4 --rows none.npy -o x", 3, HasSubstr("none.npy: no such file. Check --rows"));
  refused("$decant features photos --shard 1/4 -o x.npy", 3,
          AllOf(HasSubstr("conv-kmeans learns from the rows that it is given"), HasSubstr("--fit-only")));
  refused("$decant features photos --shard 1/4 --fit-only -o x.npy", 2, HasSubstr("leave out --shard"));
  refused("$decant features photos --filters work/scan-0.json -o x.npy", 3, HasSubstr("scan-0.json"));
  refused("$decant features photos --filters work/filters.safetensors --fit-only -o x.npy", 2, HasSubstr("learn nothing"));
  refused("$decant features photos --filters work/filters.safetensors --feature-width 12 -o x.npy", 3,
          HasSubstr("--feature-width asks for 12"));
  refused(
      "$decant features photos --shard 1/4 --filters work/filters.safetensors -o f.npy && rm f.npy.job && "
      "$decant features photos --shard 1/4 --filters work/filters.safetensors -o f.npy",
      3, HasSubstr("already exists, and no job wrote it"));
  refused(
      "$decant features photos --shard 1/4 --filters work/filters.safetensors -o g.npy && "
      "$decant features photos --shard 1/4 --filters work/filters.safetensors --seed 3 -o g.npy",
      3, HasSubstr("was made with --seed 0, and not with 3"));
  refused("mv $(find photos -name '*.png' | sort | tail -1) photos/train/zz.png; $decant compress photos --scans 'work/scan-*.json' -o out",
          3, HasSubstr("has 39 rows"));
}

// Two workers share eight jobs of each stage; one of them is killed, as an operating system kills,
// and what it did not finish is done by a second call of the same commands.
TEST_F(ManyJobs, SurviveAKilledWorker) {
  constexpr int kMoments = 5;  // of each of four stages
  make_photos(48);
  const Outcome reference = line("all_jobs photos 8; mkdir ready; cp -r work ready/work; cp -r joined ready/joined");
  ASSERT_EQ(reference.code, 0) << reference.err;
  const auto work = testing_sets::contents(folder_ / "ready" / "work");
  const auto joined = lasting("ready/joined");
  const std::string race = R"(
worker() { for job in $3; do $1 photos 8 $job || exit 1; done; }
race() {  # STAGE, OUTPUTS, SHARE of a worker's time
  rm -rf work; cp -r ready/work work; rm -rf $2
  begin=$(date +%s%N); (worker $1 photos '4 5 6 7') >/dev/null; took=$(($(date +%s%N) - begin))
  rm -rf $2
  worker $1 photos '0 1 2 3' >/dev/null & good=$!
  set -m; (worker $1 photos '4 5 6 7') >/dev/null 2>&1 & bad=$!; set +m
  sleep $(awk "BEGIN { print $took * $3 / 1e9 }"); kill -9 -$bad 2>/dev/null; wait $bad 2>/dev/null
  wait $good || exit 1
  done_before=$(ls -d $2 2>/dev/null | grep -vc partial)
  there=$(worker $1 photos '0 1 2 3 4 5 6 7' | grep -c 'it was there already')
  [ $there -eq $done_before ] || { echo "$there of $done_before were not done again"; exit 1; }
}
)";
  const std::vector<std::pair<std::string, std::string>> stages = {
      {"scan", "work/scan-*.json"}, {"features", "work/feats-*.npy work/feats-*.npy.job"}, {"write", "work/part-*"}};
  for (const auto& [stage, outputs] : stages) {
    for (int moment = 0; moment < kMoments; ++moment) {
      const double share = (moment + 0.5) / kMoments;
      std::string text = race + "race " + stage + " '" + outputs + "' " + std::to_string(share);
      if (stage == "features") text = "ls() { command ls \"$@\" | grep -v job$; }\n" + text;
      const Outcome outcome = line(text);
      ASSERT_EQ(outcome.code, 0) << stage << " at " << share << ": " << outcome.out << outcome.err;
      EXPECT_EQ(testing_sets::contents(folder_ / "work"), work) << stage << " at " << share;
    }
  }
  for (int moment = 0; moment < kMoments; ++moment) {
    const double share = (moment + 0.5) / kMoments;
    const Outcome outcome = line(R"(
rm -rf work joined joined.partial; cp -r ready/work work
begin=$(date +%s%N); join photos joined; took=$(($(date +%s%N) - begin)); rm -rf joined
set -m; (join photos joined) >/dev/null 2>&1 & head=$!; set +m
sleep $(awk "BEGIN { print $took * )" +
                                 std::to_string(share) +
                                 R"( / 1e9 }"); kill -9 -$head 2>/dev/null; wait $head 2>/dev/null
[ -e joined ] || join photos joined)");
    ASSERT_EQ(outcome.code, 0) << "finish at " << share << ": " << outcome.err;
    EXPECT_EQ(lasting("joined"), joined) << "finish at " << share;
    EXPECT_EQ(testing_sets::contents(folder_ / "work"), work) << "finish at " << share;
    EXPECT_FALSE(fs::exists(folder_ / "joined.partial"));
  }
}

}  // namespace
}  // namespace decant
