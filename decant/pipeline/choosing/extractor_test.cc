// Feature extractors: that a new one is a record, and that whatever decides the numbers decides
// under which name they are kept.
#include "decant/pipeline/choosing/extractor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/module.h"
#include "decant/base/options_for_tests.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/features/conv_kmeans.h"
#include "decant/features/network_features.h"
#include "decant/formats/image/codec.h"
#include "decant/pipeline/choosing/choosing_for_tests.h"

namespace decant {
namespace {

using testing::HasSubstr;

/// The number of the row, as often as --feature-width says: all that a new extractor is, is this
/// record.
Extractor toy_extractor() {
  return {.name = "row-number",
          .fits = [](const Rows& rows) { return rows.features() != nullptr; },
          .misfit = "holds no vectors",
          .options = {"feature-width"},
          .task =
              [](const Input&, const FeatureOptions& options, uint64_t, const Context&) {
                return FeatureTask{.key = std::to_string(options.feature_width),
                                   .width = options.feature_width,
                                   .fill = [](const Rows& rows, const Subset&, MatrixView<float> out, const Context&) {
                                     for (int64_t row = 0; row < rows.size(); ++row) std::ranges::fill(out[row], static_cast<float>(row));
                                   }};
              }};
}

TEST(Extractors, ANewOneIsARecord) {
  const Extractor& toy = add_extractor(toy_extractor());
  const DrawnSet set("toy_extractor", {12, 8});
  const Input input = set.stored();
  FeatureOptions options{.features = toy.name, .feature_width = 3, .cache = set.folder / "cache"};
  const FeatureSet made = obtain_features(input, options, 0, {});
  EXPECT_EQ(made.kind, "row-number");
  EXPECT_EQ(made.features.width(), 3);
  std::vector<float> scratch;
  EXPECT_THAT(made.features.row(7, scratch), testing::Each(7));
  EXPECT_FALSE(made.reused);
  EXPECT_TRUE(obtain_features(input, options, 0, {}).reused);
  options.feature_width = 4;
  EXPECT_FALSE(obtain_features(input, options, 0, {}).reused);
  options.features = "row-numbre";
  expect_says(message_of<UsageError>([&] { obtain_features(input, options, 0, {}); }), {"--features", "did you mean 'row-number'?"});
}

TEST(Extractors, RefuseRowsThatDoNotFit) {
  const DrawnSet set("misfit", {12, 8});
  const Input input = set.stored();
  const auto said = [&](const std::string& asked) {
    return message_of<InputError>([&] { obtain_features(input, {.features = asked}, 0, {}); });
  };
  for (const char* name : {"conv-kmeans", "embedding", "gradient"}) expect_says(said(name), {"x.npy", "holds no pictures"});
  expect_says(said((set.folder / "s.npy").string()), {"s.npy"});
  EXPECT_EQ(obtain_features(input, {}, 0, {}).kind, "rows");
  EXPECT_EQ(obtain_features(input, {.features = (set.folder / "x.npy").string()}, 0, {}).kind, "file");
}

TEST(Extractors, NameOptionsThatThereAre) {
  FeatureOptions options;
  OptionTable table;
  options.declare(table);
  for (const Extractor& extractor : extractors()) {
    EXPECT_NE(extractor.open != nullptr, extractor.task != nullptr) << extractor.name;
    for (const std::string& option : extractor.options) EXPECT_NE(table.find(option), nullptr) << extractor.name << " " << option;
  }
}

TEST(Extractors, WarnOfOptionsThatNothingFollowsFrom) {
  Heard heard;
  const FeatureOptions options{.features = "conv-kmeans", .net = "vit", .image_size = 32, .feature_width = 64};
  warn_of_idle(options, {.kind = "conv-kmeans"}, /*proxy=*/true, {.log = &heard});
  EXPECT_EQ(heard.warnings, "--net vit has no effect: features are conv-kmeans\n");
  heard.warnings.clear();
  warn_of_idle(options, {}, /*proxy=*/false, {.log = &heard});
  expect_says(heard.warnings, {"--features conv-kmeans has no effect: no features are needed", "--image-size 32", "--feature-width 64"});
}

TEST(Keys, KnowEveryOption) {
  expect_every_field_decides<features::ConvKMeansOptions>();
  expect_every_field_decides<features::NetworkFeatureOptions>(/*besides: weights, kind=*/2);
  const auto deciding = [](const ChoosingOptions& select, const FeatureOptions& features) {
    return deciding_options({.options = select}, features, 0);
  };
  expect_every_field_decides<FeatureOptions>([&](const FeatureOptions& features) { return deciding({}, features); },
                                             /*besides: filters=*/1);
  OptionTable table;
  ChoosingOptions select;
  select.declare(table);
  for (const Option& option : table.options()) {
    if (option.name == "function") continue;  // one of a list
    ChoosingOptions other;
    OptionTable others;
    other.declare(others);
    others.find(option.name)->set(option.get().is_null() ? "0.5" : changed(option));
    EXPECT_NE(deciding(other, {}), deciding({}, {})) << option.name;
  }
}

TEST(Keys, KnowAnOptionThatIsAddedLater) {
  struct Wider : features::ConvKMeansOptions {
    double dropout = 0;
    void declare(OptionTable& table) {
      ConvKMeansOptions::declare(table);
      table.add("dropout", dropout, "P", "");
    }
  };
  Wider options;
  const std::string before = result_key(options);
  EXPECT_NE(before, result_key<features::ConvKMeansOptions>(options));
  options.dropout = 0.5;
  EXPECT_NE(result_key(options), before);
}

TEST(Keys, KnowFilesByWhatTheyHold) {
  const auto deciding = [](const std::string& scores) { return deciding_options(parse_method("scores+scores=" + scores, {}), {}, 0); };
  EXPECT_EQ(deciding("a.npy"), deciding("b.npy")) << "the digest of its content is compared as well";
  EXPECT_EQ(deciding("a.npy")["scores"], "a file");
}

TEST(Rotation, FeaturesNeedNoLabels) {
  if (!has_module(kNeuralModule)) GTEST_SKIP() << "this build has no networks";
  const ScratchFolder folder("flat");
  Image picture;
  picture.resize({8, 8, 3});
  Random random(3, "pictures");
  std::vector<std::byte> png;
  for (int i = 0; i < 6; ++i) {
    for (uint8_t& pixel : picture.pixels) pixel = static_cast<uint8_t>(random.below(256));
    encode_png(picture.view(), png);
    folder.add(fmt::format("{}.png", i), as_text(png));
  }
  const Input input = read_input({.path = folder.path.string()}, {});
  FeatureOptions options{.features = "rotation", .epochs = 5};
  options.cache = fresh_folder("cache");
  const FeatureSet set = obtain_features(input, options, 0, {.threads = 1});
  EXPECT_EQ(set.features.count(), 6);
  EXPECT_EQ(set.features.width(), 128);
  EXPECT_TRUE(obtain_features(input, options, 0, {.threads = 1}).reused);
  options.features = "embedding";
  EXPECT_THAT(message_of([&] { obtain_features(input, options, 0, {.threads = 1}); }), testing::HasSubstr("no labels"));
}

}  // namespace
}  // namespace decant
