// Options behind a method's name: what is read, refused, or mentioned.
#include "decant/pipeline/choosing/method_options.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/pipeline/bins.h"
#include "decant/pipeline/choosing/choosing_for_tests.h"
#include "decant/pipeline/compress.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

TEST(MethodOf, ReadsOptionsBehindTheName) {
  const SelectOptions base{.lambda = 0.5, .score_epochs = 20};
  const SelectOptions read = method_of("facility-location+hard-cut=0.3+pool", base);
  EXPECT_EQ(read.method, "facility-location");
  EXPECT_EQ(read.hard_cut, 0.3);
  EXPECT_TRUE(read.pool);
  EXPECT_EQ(read.score_epochs, 20);
  EXPECT_EQ(method_of("auto", base).method, "auto");
  EXPECT_EQ(method_of("bins+bins=4+lambda=2", base).lambda, 2);
}

TEST(MethodOf, RefusesWhatIsNoMethodOrOptionAndNamesTheNearest) {
  const auto said = [](const std::string& spec) { return message_of<UsageError>([&] { method_of(spec, {}); }); };
  expect_says(said("facility-locatoin"), {"facility-locatoin", "did you mean facility-location?", "k-center"});
  expect_says(said("dul"), {"did you mean dual?"});
  expect_says(said("magic"), {"magic", "there are auto, random, bins"});
  expect_says(said(""), {"there are"});
  expect_says(said("ccs+hard-cut=0.2+sore-net=x"), {"no option 'sore-net'", "did you mean score-net?"});
  expect_says(said("ccs+"), {"no option ''"});
  expect_says(said("ccs+method=dual"), {"no option 'method'"});
  expect_says(said("ccs+hard-cut=much"), {"hard-cut", "much"});
  expect_says(said("k-means+rule=top"), {"k-means+rule=top", "rule has no effect on k-means"});
  expect_says(said("dual+lambda=2"), {"lambda has no effect on dual"});
  expect_says(said("herding+scores=x.npy"), {"scores has no effect"});
  expect_says(said("el2n+beta-mode=0.5"), {"beta-mode has no effect"});
  for (const char* spec : {"herding+scores=x.npy+hard-cut=0.1", "el2n+rule=beta+beta-mode=0.5", "auto+minutes=3", "bins+pools=kmeans:3"})
    EXPECT_EQ(said(spec), "no error") << spec;
}

TEST(RequireSound, RefusesValuesOutOfRangeBeforeAnythingIsRead) {
  const auto said = [](const SelectOptions& select) {
    return message_of<UsageError>([&] { compress({.input = {.path = "/nothing/there"}, .out = fresh_path("out"), .select = select}, {}); });
  };
  const double nan = std::nan("");
  expect_says(said({.method = "progress", .pools = "kmeans:3", .scores = "a record"}),
              {"--pools kmeans:3 and --scores a record", "leave --scores out"});
  for (const double bad : {-0.1, 1.1, nan}) expect_says(said({.beta_mode = bad}), {"--beta-mode", "between 0", "and 1"});
  for (const double bad : {-2.0, nan, HUGE_VAL}) expect_says(said({.beta_power = bad}), {"--beta-power", "from 0 on"});
  for (const double bad : {-0.1, 1.0, nan}) expect_says(said({.hard_cut = bad}), {"--hard-cut", "less than 1"});
  for (const double bad : {-1.0, nan}) expect_says(said({.minutes = bad}), {"--minutes"});
  for (const int bad : {1, 0, -3}) expect_says(said({.score_epochs = bad}), {"--score-epochs", "2 or more"});
  expect_says(said({.method = "dual", .rule = "bata"}), {"--rule bata", "did you mean beta?"});
  expect_says(said({.method = "dual", .rule = "graph"}), {"--rule graph", "top, band, strata, beta"});
  expect_says(said({.method = "scores"}), {"--scores FILE.npy"});
  expect_says(said({.method = "aum", .scores = "s.npy"}), {"--method aum", "--method scores"});
  expect_says(said({.method = "magic"}), {"magic"});
}

TEST(Options, ThatDoNotGoWithTheMethodAreRefusedOrMentioned) {
  const DrawnSet set("together", {30, 20});
  set.stored();
  Heard heard;
  const auto said = [&](const SelectOptions& select) {
    heard.warnings.clear();
    fs::remove_all(set.folder / "out");
    return message_of<UsageError>([&] { make_bins(set.ordering("out", select), {.log = &heard}); });
  };
  for (const char* name : {"random", "bins", "k-center", "moderate"})
    expect_says(said({.method = name, .rule = "top"}), {"--rule top", std::string("--method ") + name});

  EXPECT_EQ(said({.method = "random", .lambda = 0.5, .scores = "nowhere", .score_epochs = 30, .minutes = 2}), "no error");
  expect_says(heard.warnings, {"--lambda 0.5 has no effect on --method random", "--scores nowhere", "--score-epochs 30", "--minutes 2"});
  EXPECT_EQ(said({.method = "auto", .rule = "band", .minutes = 2}), "no error");
  EXPECT_EQ(heard.warnings, "--rule band has no effect on --method random\n");
  EXPECT_EQ(said({.method = "bins", .function = "herding", .bins = 3, .pool = true}), "no error");
  EXPECT_EQ(heard.warnings, "");
}

TEST(Options, GivenByTheNameAloneDecideTheCheckpointToo) {
  const FeatureOptions features;
  EXPECT_EQ(deciding_options({.method = "bins+lambda=2"}, features, 1), deciding_options({.method = "bins", .lambda = 2}, features, 1));
  EXPECT_NE(deciding_options({.method = "bins+lambda=2"}, features, 1), deciding_options({.method = "bins"}, features, 1));
}

}  // namespace
}  // namespace decant
