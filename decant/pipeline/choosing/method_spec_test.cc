// Options behind a method's name: what is read, refused, or mentioned.
#include "decant/pipeline/choosing/method_spec.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/pipeline/bins.h"
#include "decant/pipeline/choosing/choosing_for_tests.h"
#include "decant/pipeline/compress.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

TEST(ParseMethod, ReadsOptionsBehindTheName) {
  const ChoosingOptions given{.own = {.lambda = 0.5}, .score_epochs = 20};
  const MethodSpec spec = parse_method("facility-location+hard-cut=0.3+pool", given);
  EXPECT_EQ(spec.method, find_method("facility-location"));
  EXPECT_EQ(spec.options.method, "facility-location");
  EXPECT_EQ(spec.options.hard_cut, 0.3);
  EXPECT_TRUE(spec.options.pool);
  EXPECT_EQ(spec.options.score_epochs, 20);
  EXPECT_EQ(parse_method("auto", given).method, nullptr);
  const MethodOptions own = parse_method("bins+bins=4+lambda=2+function=herding", given).options.own;
  EXPECT_EQ(own.lambda, 2);
  EXPECT_EQ(own.function, BinFunction::herding);
}

TEST(ParseMethod, RefusesWhatIsNoMethodOrOptionAndNamesTheNearest) {
  const auto said = [](const std::string& spec) { return message_of<UsageError>([&] { parse_method(spec, {}); }); };
  expect_says(said("facility-locatoin"), {"unknown method 'facility-locatoin'; did you mean 'facility-location'?"});
  expect_says(said("dul"), {"did you mean 'dual'?"});
  expect_says(said("magic"), {"unknown method 'magic'; there are auto, random, bins"});
  expect_says(said(""), {"there are"});
  expect_says(said("ccs+hard-cut=0.2+sore-net=x"), {"unknown option 'sore-net'; did you mean 'score-net'?"});
  expect_says(said("ccs+"), {"unknown option ''"});
  expect_says(said("ccs+method=dual"), {"unknown option 'method'"});
  expect_says(said("ccs+hard-cut=much"), {"hard-cut", "much"});
  expect_says(said("bins+function=graph-cutt"), {"unknown function 'graph-cutt'; did you mean 'graph-cut'?"});
  expect_says(said("k-means+rule=top"), {"k-means+rule=top", "rule has no effect on k-means"});
  expect_says(said("dual+lambda=2"), {"lambda has no effect on dual"});
  expect_says(said("herding+scores=x.npy"), {"scores has no effect"});
  expect_says(said("el2n+beta-mode=0.5"), {"beta-mode has no effect"});
  expect_says(said("auto+lambda=2"), {"lambda has no effect on auto"});
  for (const char* spec :
       {"herding+scores=x.npy+hard-cut=0.1", "el2n+rule=beta+beta-mode=0.5", "auto+minutes=3", "auto+beta-mode=0.5", "bins+pools=kmeans:3"})
    EXPECT_EQ(said(spec), "no error") << spec;
}

TEST(ParseMethod, RefusesValuesOutOfRangeBeforeAnythingIsRead) {
  const auto said = [](const ChoosingOptions& select) {
    return message_of<UsageError>([&] { compress({.input = {.path = "/nothing/there"}, .out = fresh_path("out"), .select = select}, {}); });
  };
  const double nan = std::nan("");
  expect_says(said({.method = "progress", .pools = "kmeans:3", .scores = "a record"}),
              {"--pools kmeans:3 and --scores a record", "omit --scores"});
  for (const double bad : {-1.0, 1.1, nan}) expect_says(said({.own = {.beta_mode = bad}}), {"--beta-mode", "between 0", "and 1"});
  for (const double bad : {-1.0, nan, HUGE_VAL}) expect_says(said({.own = {.beta_power = bad}}), {"--beta-power", "at least 0"});
  for (const double bad : {-1.0, 1.0, nan}) expect_says(said({.hard_cut = bad}), {"--hard-cut", "less than 1"});
  for (const double bad : {-1.0, 0.0, nan}) expect_says(said({.minutes = bad}), {"--minutes"});
  for (const int bad : {1, 0, -3}) expect_says(said({.score_epochs = bad}), {"--score-epochs", "at least 2"});
  expect_says(said({.method = "dual", .own = {.rule = "bata"}}), {"unknown rule 'bata'; did you mean 'beta'?"});
  expect_says(said({.method = "dual", .own = {.rule = "graph"}}), {"unknown rule 'graph'; there are top, band, strata, beta"});
  expect_says(said({.method = "scores"}), {"--scores FILE.npy"});
  expect_says(said({.method = "aum", .scores = "s.npy"}), {"--method aum", "--method scores"});
  expect_says(said({.method = "magic"}), {"magic"});
}

TEST(Options, ThatDoNotGoWithTheMethodAreRefusedOrMentioned) {
  const DrawnSet set("together", {30, 20});
  set.stored();
  Heard heard;
  const auto said = [&](const ChoosingOptions& select) {
    heard.warnings.clear();
    fs::remove_all(set.folder / "out");
    return message_of<UsageError>([&] { make_bins(set.ordering("out", select), {.log = &heard}); });
  };
  for (const char* name : {"random", "bins", "k-center", "moderate"})
    expect_says(said({.method = name, .own = {.rule = "top"}}), {"--rule top", std::string("--method ") + name});

  EXPECT_EQ(said({.method = "random", .own = {.lambda = 0.5}, .scores = "nowhere", .score_epochs = 30, .minutes = 2}), "no error");
  expect_says(heard.warnings, {"--lambda 0.5 has no effect on --method random", "--scores nowhere", "--score-epochs 30", "--minutes 2"});
  EXPECT_EQ(said({.method = "auto", .own = {.rule = "band"}, .minutes = 2}), "no error");
  EXPECT_EQ(heard.warnings, "--rule band has no effect on --method random\n");
  EXPECT_EQ(said({.method = "bins", .own = {.function = BinFunction::herding, .bins = 3}, .pool = true}), "no error");
  EXPECT_EQ(heard.warnings, "");
}

TEST(Options, GivenByTheNameAloneDecideTheCheckpointToo) {
  const FeatureOptions features;
  const auto deciding = [&](const ChoosingOptions& select) { return deciding_options(parse_method(select), features, 1); };
  EXPECT_EQ(deciding({.method = "bins+lambda=2"}), deciding({.method = "bins", .own = {.lambda = 2}}));
  EXPECT_NE(deciding({.method = "bins+lambda=2"}), deciding({.method = "bins"}));
}

}  // namespace
}  // namespace decant
