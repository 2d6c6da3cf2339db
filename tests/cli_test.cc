// The program as its users meet it: exit codes, messages, files.
#include <algorithm>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"

#include "tests/drawn_sets.h"
#include "tests/shell.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing_sets::cifar_set;

TEST(Program, HelpShowsExamplesFirst) {
  const Outcome help = shell("$decant --help");
  EXPECT_EQ(help.code, 0);
  EXPECT_LT(help.out.find("decant compress photos/"), help.out.find("Make small:"));
  EXPECT_EQ(help.err, "");
  const Outcome verb = shell("$decant compress --help");
  EXPECT_EQ(verb.code, 0);
  EXPECT_LT(verb.out.find("decant compress photos/"), verb.out.find("--keep"));
  EXPECT_THAT(verb.out, AllOf(Not(HasSubstr("--beta-mode")), HasSubstr("more: decant compress --help-all")));
  EXPECT_LT(std::ranges::count(verb.out, '\n'), 40) << "a screen";
  EXPECT_THAT(shell("$decant compress --help-all").out, HasSubstr("--beta-mode"));
}

TEST(Program, SuggestsWhatWasMeant) {
  EXPECT_THAT(shell("$decant compres x -o y").err, HasSubstr("unknown command 'compres'; did you mean 'compress'?"));
  const Outcome option = shell("$decant compress x -o y --kep 20%");
  EXPECT_EQ(option.code, 2);
  EXPECT_THAT(option.err, HasSubstr("did you mean --keep?"));
  EXPECT_EQ(shell("$decant compress x").code, 2);
  EXPECT_THAT(shell("$decant compress x").err, HasSubstr("--out"));
  EXPECT_EQ(shell("$decant compress x -o y --bins ten").code, 2);
}

TEST(Program, NamesWhatIsWrongWithTheInput) {
  const fs::path folder = fresh_folder("wrong");
  const std::string out = " -o '" + (folder / "out").string() + "'";
  const auto complaint = [&](const std::string& path) {
    const Outcome outcome = shell("$decant compress '" + path + "'" + out);
    EXPECT_EQ(outcome.code, 3) << outcome.err;
    EXPECT_FALSE(fs::exists(folder / "out"));
    return outcome.err;
  };
  EXPECT_THAT(complaint((folder / "missing").string()), HasSubstr("missing"));
  fs::create_directories(folder / "empty");
  EXPECT_THAT(complaint((folder / "empty").string()), HasSubstr("empty"));
  fs::create_directories(folder / "texts" / "cat");
  write_file(folder / "texts" / "cat" / "a.jpg", "this is no picture");
  EXPECT_THAT(complaint((folder / "texts").string()), AllOf(HasSubstr("none of the 1 rows can be read"), HasSubstr("a.jpg")));
  const fs::path cifar = cifar_set("wrong_cifar", 1, 20);
  fs::resize_file(cifar / "data_batch_1.bin", 3073 * 20 - 1);
  EXPECT_THAT(complaint(cifar.string()), HasSubstr("data_batch_1.bin"));
}

TEST(Program, MeasuresDetections) {
  const fs::path folder = fresh_folder("measured");
  write_file(folder / "truth.json", R"({"images": [{"id": 1, "file_name": "a.jpg"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [0, 0, 40, 40], "area": 1600, "iscrowd": 0}],
    "categories": [{"id": 3, "name": "cat"}]})");
  write_file(folder / "found.json", R"([{"image_id": 1, "category_id": 3, "bbox": [0, 0, 30, 40], "score": 0.5}])");
  const std::string both = "'" + (folder / "truth.json").string() + "' '" + (folder / "found.json").string() + "'";
  const Outcome text = shell("$decant measure " + both);
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("AP         0.6000"), HasSubstr("AP_small        -"), HasSubstr(" 1  cat")));
  EXPECT_THAT(shell("$decant measure --json " + both).out, AllOf(HasSubstr("\"AR1\": 0.6"), HasSubstr("\"AP_small\": null")));
  EXPECT_THAT(shell("$decant measure --masks " + both).err, HasSubstr("has no outline, and masks are measured"));
}

TEST(Program, RefusesToOverwriteAndDoesWhenAsked) {
  const fs::path in = cifar_set("overwrite/in", 1, 40);
  const fs::path out = fresh_folder("overwrite_out") / "out";
  const std::string line = "$decant compress '" + in.string() + "' -o '" + out.string() + "' --method random";
  EXPECT_EQ(shell(line).code, 0);
  const Outcome again = shell(line);
  EXPECT_EQ(again.code, 3);
  EXPECT_THAT(again.err, AllOf(HasSubstr("already exists"), HasSubstr("--overwrite")));
  EXPECT_EQ(shell(line + " --overwrite").code, 0);
  EXPECT_EQ(shell("$decant verify '" + out.string() + "' --source '" + in.string() + "'").code, 0);
}

TEST(Program, SaysWhenItCannotWrite) {
  const fs::path in = cifar_set("write/in", 1, 400);
  const fs::path folder = fresh_folder("write_out");
  write_file(folder / "file", "x");
  const std::string start = "$decant compress '" + in.string() + "' --method random -o '";
  const Outcome below = shell(start + (folder / "file" / "out").string() + "'");
  EXPECT_EQ(below.code, 1);
  EXPECT_THAT(below.err, HasSubstr("file/out"));
  // A limit on file size stands in for a full disk: the write fails half-way.
  const Outcome full = shell("trap '' XFSZ; ulimit -f 64; " + start + (folder / "out").string() + "' --keep 90%");
  EXPECT_EQ(full.code, 1) << full.err;
  EXPECT_THAT(full.err, HasSubstr("cannot write"));
  EXPECT_FALSE(fs::exists(folder / "out"));
}

TEST(Program, StopsAtCtrlC) {
  const fs::path in = cifar_set("signal/in", 4, 2500);
  const fs::path out = fresh_folder("signal_out") / "out";
  // A shell starts background jobs deaf to SIGINT.
  const Outcome outcome = shell("out='" + out.string() + "'; env --default-signal=INT $decant compress --method bins '" + in.string() +
                                R"(' -o "$out" & run=$!
while kill -0 $run 2>/dev/null && [ ! -e "$out.partial" ]; do sleep 0.01; done
kill -INT $run; wait $run)");
  EXPECT_EQ(outcome.code, 130) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("interrupted"));
  EXPECT_FALSE(fs::exists(out));
}

TEST(Program, KilledGoesOnToTheSameBytes) {
  const fs::path folder = fresh_folder("killed");
  Random random(11, "killed");
  std::vector<float> values(18000 * 8);  // bins of 4,500 rows are written one by one
  for (float& value : values) value = static_cast<float>(1 + random.normal());
  const int64_t shape[] = {18000, 8};
  write_npy<float>(folder / "f.npy", values, shape);
  const std::string in = "cd '" + folder.string() + "'; ";
  ASSERT_EQ(shell(in + "$decant bins f.npy --bins 4 -o whole --quiet").code, 0);
  const Outcome killed = shell(in + R"($decant bins f.npy --bins 4 -o out --quiet & run=$!
while kill -0 $run 2>/dev/null && ! ls out.partial/checkpoint/*.bins >/dev/null 2>&1; do sleep 0.01; done
kill -9 $run; wait $run)");
  ASSERT_EQ(killed.code, 137) << "it ended before it was killed";
  EXPECT_FALSE(fs::exists(folder / "out"));
  const Outcome other = shell(in + "$decant bins f.npy --bins 5 -o out");
  EXPECT_EQ(other.code, 3);
  EXPECT_THAT(other.err, AllOf(HasSubstr("bins = 4"), HasSubstr("--overwrite")));
  const Outcome again = shell(in + "$decant bins f.npy --bins 4 -o out");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("resuming an interrupted run"));
  for (const char* file : {"bins.npy", "pools.npy", "order.npy", "gain.npy"})
    EXPECT_EQ(read_text(folder / "out" / file), read_text(folder / "whole" / file)) << file;
  EXPECT_FALSE(fs::exists(folder / "out" / "checkpoint"));
}

TEST(Program, SpeaksJson) {
  const fs::path in = cifar_set("json/in", 1, 50);
  const Json found = parse_json(shell("$decant inspect '" + in.string() + "' --json").out);
  EXPECT_EQ(found["format"], "cifar10");
  EXPECT_EQ(found["rows"], 50);
  EXPECT_EQ(found["splits"]["test"], 10);
  EXPECT_EQ(found["bad_files"], 0);
  EXPECT_EQ(found["bytes"], 50 * 3073);
  const Json plan = parse_json(shell("$decant compress '" + in.string() + "' -o unused --dry-run --json").out);
  EXPECT_EQ(plan["kept"], 10);
  EXPECT_GT(plan["memory_bytes"], 0);
  const Outcome planned = shell("$decant plan '" + in.string() + "' --keep 20%");
  EXPECT_EQ(planned.code, 0) << planned.err;
  EXPECT_THAT(planned.out, HasSubstr("10 of 50 rows"));
}

TEST(Program, PlansEveryMethodOfAMatrix) {
  const std::string matrix = fresh_path("x.npy").string();
  const int64_t shape[] = {40, 3};
  write_npy<float>(matrix, std::vector<float>(120, 1.0F), shape);
  for (const char* method : {"random", "bins", "k-center", "auto"}) {
    const std::string options = " '" + matrix + "' --method " + method;
    for (const std::string& line : {"$decant plan" + options, "$decant bins" + options + " -o unused --dry-run",
                                    "$decant compress" + options + " -o unused --dry-run"}) {
      const Outcome text = shell(line);
      EXPECT_EQ(text.code, 0) << line << text.err;
      EXPECT_THAT(text.out, HasSubstr("40 rows")) << line;
      EXPECT_TRUE(parse_json(shell(line + " --json").out)["method"].is_string()) << line;
    }
  }
}

TEST(Program, NamesItsMethodsAndRefusesOthers) {
  const std::string help = shell("$decant compress --help").out;
  for (const char* name : {"auto", "random", "bins-weighted", "facility-location", "k-center", "zcore", "d2", "ccs", "dual", "el2n", "aum"})
    EXPECT_THAT(help, HasSubstr(name));
  const std::string in = "'" + cifar_set("methods_in", 1, 50).string() + "'";
  const auto refused = [&](const std::string& line, const std::string& why) {
    const fs::path out = fresh_path("refused");
    for (const char* dry : {"", " --dry-run"}) {
      const Outcome outcome = shell("$decant " + line + " -o '" + out.string() + "'" + dry);
      EXPECT_EQ(outcome.code, 2) << line << dry;
      EXPECT_THAT(outcome.err, HasSubstr(why));
      EXPECT_FALSE(fs::exists(out));
    }
  };
  refused("compress " + in + " --method dul", "did you mean 'dual'?");
  refused("compress " + in + " --method ccs+hard-cot=0.1", "did you mean 'hard-cut'?");
  refused("compress " + in + " --method k-center --pools kmean:3", "expected kmeans:K");
  refused("compress " + in + " --method k-center --rule beta", "--rule beta");
  refused("compress " + in + " --method dual --beta-mode 2", "--beta-mode");
  refused("scores " + in + " --epochs 1", "2 or more");
}

TEST(Program, PrintsNoNameThatATerminalWouldObey) {
  const fs::path in = cifar_set("hostile/in", 1, 60);
  const fs::path folder = fresh_folder("hostile_out");
  const std::string at = "cd '" + folder.string() + "'; ";
  ASSERT_EQ(shell(at + "$decant compress '" + in.string() + "' --to imagefolder --keep 60 --method random -o made").code, 0);
  const fs::path classes = folder / "made" / "data" / "train";
  const std::string hostile = "ca\x1b[2Jt|\ndog";
  fs::rename(fs::directory_iterator(classes)->path(), classes / hostile);
  write_file(classes / hostile / "no\rpicture\xe9.jpg", "no picture");
  const Outcome inspected = shell(at + "$decant inspect made/data; $decant inspect made/data --deep");
  EXPECT_THAT(inspected.out, HasSubstr("/ca\\x1b[2Jt|\\ndog/no\\rpicture\\xe9.jpg"));
  const Outcome made = shell(at + "$decant compress made/data --method random --keep 20% -o small");
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("no\\rpicture"));
  const Outcome refused = shell(at + "$decant compress made/data -o strict --strict; $decant inspect $'made/\\033x'");
  EXPECT_THAT(refused.err, AllOf(HasSubstr("no\\rpicture"), HasSubstr("made/\\x1bx: no such file")));
  for (const std::string& text : {inspected.out, inspected.err, made.out, made.err, refused.err})
    EXPECT_EQ(text.find_first_of("\x1b\r\xe9"), std::string::npos) << text;
  EXPECT_THAT(read_text(folder / "small" / "README.md"), HasSubstr("\n| ca\\x1b[2Jt\\|\\ndog | "));
  const Json exact = parse_json(shell(at + "$decant inspect made/data --json").out);
  EXPECT_THAT(exact["class_names"], testing::Contains(Json(hostile))) << "programs get the name itself";
}

TEST(Program, WarnsOfWhatIsNotReadAsMeant) {
  const fs::path in = cifar_set("meant/in", 1, 40);
  const fs::path folder = fresh_folder("meant_out");
  const std::string at = "cd '" + folder.string() + "'; ";
  ASSERT_EQ(shell(at + "$decant compress '" + in.string() + "' --to imagefolder --keep 40 --method random -o made").code, 0);
  EXPECT_EQ(shell(at + "$decant compress made/data --method random -o plain --quiet").err, "") << "an ordinary set";
  fs::create_directory(folder / "set");
  fs::copy(folder / "made" / "data" / "train", folder / "set" / "Train", fs::copy_options::recursive);
  fs::copy(folder / "made" / "data" / "train", folder / "set" / "Test", fs::copy_options::recursive);
  EXPECT_THAT(shell(at + "$decant inspect set").out,
              AllOf(HasSubstr("'Train' is read as the training split, 'Test' is read as the test split"), HasSubstr("40 test rows")));
  EXPECT_EQ(shell(at + "$decant compress set --method random -o small --quiet").err, "") << "meant so";

  fs::rename(folder / "set" / "Train", folder / "set" / "deer");
  const Outcome made = shell(at + "$decant compress set --method random -o doubtful --quiet");
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(std::ranges::count(made.err, '\n'), 1);
  EXPECT_THAT(made.err, HasSubstr("warning: set: 'Test' is read as a class, since classes are next to it"));
}

TEST(Program, DryRunsDoNothing) {
  const fs::path folder = fresh_folder("dry");
  for (const char* line : {"features nothing -o f.npy", "train nothing -o n.safetensors", "sample nothing -o rows.npy", "report nothing",
                           "verify nothing", "inspect nothing", "demo -o nothing"}) {
    const std::string dry = "cd '" + folder.string() + "'; $decant " + line + " --dry-run";
    const Outcome text = shell(dry);
    EXPECT_EQ(text.code, 0) << line << text.err;
    EXPECT_THAT(text.out, AllOf(HasSubstr("would "), HasSubstr("are unknown"))) << line;
    const Json json = parse_json(shell(dry + " --json").out);
    EXPECT_EQ(json["verb"], std::string(line).substr(0, std::string(line).find(' ')));
    EXPECT_EQ(json["not_checked"], Json::array({"input"}));
  }
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST(Program, ForetellsScores) {
  const std::string line = "$decant scores nothing-there -o unused --epochs 7 --dry-run";
  const Outcome text = shell(line);
  EXPECT_EQ(text.code, 0);
  EXPECT_THAT(text.out, AllOf(HasSubstr("quick"), HasSubstr("for 7 epochs"), HasSubstr("to unused"), HasSubstr("not opened")));
  const Json planned = parse_json(shell(line + " --json").out);
  EXPECT_EQ(planned["not_checked"][0], "input");
  EXPECT_EQ(planned["verb"], "scores");
  EXPECT_EQ(planned["epochs"], 7);
  EXPECT_EQ(planned["scores"][0], "progress");
}

TEST(Program, TakesOptionsFromAFile) {
  const fs::path in = cifar_set("toml_in", 1, 50);
  const fs::path folder = fresh_folder("toml");
  write_file(folder / "ours.toml", "keep = \"10%\"\nseed = 7\n[compress]\nmethod = \"random\"\n[evaluate]\nnets = \"vit\"\n");
  const std::string line = "$decant compress '" + in.string() + "' --json --config '" + (folder / "ours.toml").string() + "' -o '";
  const Json run = parse_json(shell(line + (folder / "a").string() + "'").out);
  EXPECT_EQ(run["kept"], 5);
  EXPECT_EQ(run["seed"], 7);
  EXPECT_EQ(run["method"], "random");
  EXPECT_EQ(parse_json(shell(line + (folder / "b").string() + "' --keep 6").out)["kept"], 6);
  write_file(folder / "ours.toml", "seed = 7\nkep = 3\n");
  const Outcome wrong = shell(line + (folder / "c").string() + "'");
  EXPECT_EQ(wrong.code, 3);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("line 2"), HasSubstr("'kep'")));
}

TEST(Program, PrintsResultsOnStdoutAndTheRestOnStderr) {
  const fs::path in = cifar_set("streams_in", 1, 50);
  const Outcome quiet =
      shell("$decant compress '" + in.string() + "' --quiet --method random -o '" + (fresh_folder("streams") / "o").string() + "'");
  EXPECT_EQ(quiet.code, 0);
  EXPECT_EQ(quiet.err, "");
  EXPECT_THAT(quiet.out, HasSubstr("10 of 50 rows"));
}

TEST(Program, LoadsNoLibtorchUnlessANetworkIsNeeded) {
  const Outcome libraries = shell("ldd $decant");
  EXPECT_EQ(libraries.code, 0);
  EXPECT_THAT(libraries.out, testing::Not(HasSubstr("torch")));
}

bool has_networks() {
  return fs::exists(fs::path(DECANT_PROGRAM).parent_path() / "decant_neural.so");
}

/// Paths below `folder` that end in `ending`, sorted.
std::vector<std::string> ending_in(const fs::path& folder, const std::string& ending) {
  std::vector<std::string> found;
  for (const auto& [path, content] : testing_sets::contents(folder)) {
    if (path.ends_with(ending)) found.push_back(path);
  }
  return found;
}

TEST(Program, KeepsNetworkFeaturesByLibraryAndDevice) {
  if (!has_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("numerics/in", 1, 40);
  const fs::path folder = fresh_folder("numerics_out");
  const fs::path cache = folder / "cache";
  const std::string line =
      "$decant features '" + in.string() + "' --features embedding --epochs 1 --json --cache '" + cache.string() + "' -o '";
  const Outcome first = shell(line + (folder / "a.npy").string() + "'");
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_FALSE(parse_json(first.out)["reused"]);
  EXPECT_TRUE(parse_json(shell(line + (folder / "b.npy").string() + "'").out)["reused"]);
  for (const char* kind : {"features", "proxy"}) {
    ASSERT_EQ(ending_in(cache / kind, "key.json").size(), 1u) << kind;
    EXPECT_THAT(read_text(cache / kind / ending_in(cache / kind, "key.json")[0]), testing::ContainsRegex("libtorch [0-9.]+.* on cpu"));
  }
}

// The network is trained on the set once, and asked twice.
TEST(Program, AsksOneNetworkForFeaturesAndImportance) {
  if (!has_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("importance/in", 1, 40);
  const fs::path folder = fresh_folder("importance_out");
  const auto run = [&](const std::string& verb, const std::string& out) {
    const Outcome outcome = shell("$decant " + verb + " '" + in.string() + "' --json --cache '" + (folder / "cache").string() + "' -o '" +
                                  (folder / out).string() + "'");
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return parse_json(outcome.out);
  };
  run("features --features embedding --epochs 1", "f.npy");
  for (const char* method : {"gradcam++", "gradcam", "occlusion"}) {
    const std::string verb = fmt::format("patches --importance {} --importance-epochs 1", method);
    const Json made = run(verb, std::string(method) + ".npy");
    EXPECT_EQ(made["importance"], method);
    EXPECT_EQ(made["grid"], 8);
    EXPECT_FALSE(made["reused"]);
    EXPECT_TRUE(run(verb, std::string(method) + "-again.npy")["reused"]);
  }
  EXPECT_EQ(ending_in(folder / "cache" / "proxy", "key.json").size(), 1u);
  EXPECT_EQ(read_text(folder / "gradcam++.npy"), read_text(folder / "gradcam++-again.npy"));
  EXPECT_NE(read_text(folder / "gradcam++.npy"), read_text(folder / "occlusion.npy"));
}

TEST(Program, SeesWithNetworksPastABadFile) {
  if (!has_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("past/in", 1, 40);
  const fs::path folder = fresh_folder("past_out");
  const std::string made = (folder / "made").string();
  ASSERT_EQ(shell("$decant compress '" + in.string() + "' --to imagefolder --keep 40 --method random -o '" + made + "'").code, 0);
  const fs::path pictures = folder / "made" / "data" / "train";
  write_file(pictures / ending_in(pictures, ".png")[0], "this is no picture");
  const Outcome outcome =
      shell("$decant features '" + made + "/data' --features embedding --epochs 1 --json -o '" + (folder / "f.npy").string() + "'");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(parse_json(outcome.out)["bad_files"], 1);
}

TEST(Program, EvaluatesWhatItMade) {
  if (!has_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("evaluate/in", 1, 200);
  const fs::path out = fresh_folder("evaluate_out") / "out";
  ASSERT_EQ(shell("$decant compress '" + in.string() + "' -o '" + out.string() + "' --keep 50%").code, 0);
  const std::string line = "$decant evaluate '" + in.string() + "' '" + out.string() + "' --steps 40 --batch 16 --seeds 2 --json";
  const Outcome outcome = shell(line);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(shell("$decant evaluate '" + in.string() + "' '" + out.string() + "' --steps 41 --batch 16 --seeds 2 --dry-run").out,
              AllOf(HasSubstr("at most 6 trainings of 41 steps"), HasSubstr("quick (steps 41, batch 16)")));
  const auto accuracies = [](const std::string& lines) { return parse_json(lines.substr(0, lines.find('\n')))["accuracy"]; };
  EXPECT_EQ(accuracies(shell(line + " --threads 1").out), accuracies(outcome.out)) << "whatever the number of threads";
  std::vector<std::string> sets;
  size_t begin = 0;
  while (begin < outcome.out.size()) {
    const size_t end = outcome.out.find('\n', begin);
    const Json cell = parse_json(outcome.out.substr(begin, end - begin));
    sets.push_back(cell["set"]);
    EXPECT_EQ(cell["accuracy"].size(), 2u);
    EXPECT_EQ(cell["steps"], 40);
    EXPECT_GT(cell["mean"], 0.5) << "ramps of four kinds are easy";
    begin = end + 1;
  }
  EXPECT_THAT(sets, testing::ElementsAre("full", "random", "small"));
  EXPECT_THAT(read_text(out / "report.html"), HasSubstr("quick"));
  EXPECT_TRUE(fs::exists(out / "evidence.json"));
}

TEST(Program, JudgesMatrices) {
  const fs::path folder = fresh_folder("judge_cli");
  Random random(5, "judge_cli");
  std::vector<float> values(120 * 4);
  std::vector<int64_t> labels(120), rows(30), others(20);
  for (size_t i = 0; i < 120; ++i) {
    labels[i] = static_cast<int64_t>(i % 3);
    for (size_t c = 0; c < 4; ++c) values[4 * i + c] = static_cast<float>((c == i % 3 ? 3 : 0) + random.normal());
  }
  for (size_t i = 0; i < 30; ++i) rows[i] = static_cast<int64_t>(4 * i);
  for (size_t i = 0; i < 20; ++i) others[i] = static_cast<int64_t>(5 * i + 1);
  const int64_t shape[] = {120, 4};
  write_npy<float>(folder / "x.npy", values, shape);
  write_npy<int64_t>(folder / "y.npy", labels);
  write_npy<int64_t>(folder / "some.npy", rows);
  write_npy<int64_t>(folder / "others.npy", others);
  const std::string line = "cd '" + folder.string() + "'; $decant evaluate x.npy some.npy others.npy --labels y.npy --cache cache ";
  const Outcome plan = shell(line + "--dry-run");
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_THAT(plan.out, AllOf(HasSubstr("some"), HasSubstr("others"), HasSubstr("at most 15 trainings on"), HasSubstr("time unknown")));
  const Outcome judged = shell(line + "-o judged.json");
  EXPECT_EQ(judged.code, 0) << judged.err;
  EXPECT_THAT(judged.out, AllOf(HasSubstr("some"), HasSubstr("linear"), HasSubstr("than random here: the difference, ")));
  const Json document = parse_json(read_text(folder / "judged.json"));
  EXPECT_THAT(document["command"].get<std::string>(), HasSubstr("some.npy others.npy"));
  EXPECT_EQ(document["results"].size(), 5u);
  const Outcome again = shell(line + "--against full,random,bins --keep 10%,40% --bins 2 --json");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("are cached"));
  EXPECT_EQ(std::ranges::count(again.out, '\n'), 9);
  EXPECT_EQ(shell(line + "--against magic --keep 10%").code, 2);
  EXPECT_EQ(shell("cd '" + folder.string() + "'; $decant evaluate x.npy --labels y.npy").code, 3) << "nothing says how much";
  EXPECT_EQ(shell("cd '" + folder.string() + "'; $decant evaluate --labels y.npy").code, 2);
}

}  // namespace
}  // namespace decant
