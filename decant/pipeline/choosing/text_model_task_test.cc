// Features from a model's folder: that they reach the rows, and that another model is another key.
#include "decant/pipeline/choosing/text_model_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/formats/safetensors/safetensors.h"

namespace decant {
namespace {

using testing::ElementsAre;

void write_table(const std::filesystem::path& folder, const std::vector<float>& table) {
  const std::vector<SafeTensor> tensors = {{"embeddings", ElementType::f32, {3, 2}, std::as_bytes(std::span(table))}};
  write_safetensors(folder / "model.safetensors", tensors, {});
}

TEST(StaticTask, GivesFeaturesThatTheCacheKnowsByTheModel) {
  const ScratchFolder folder("static");
  folder.add("vocab.txt", "[UNK]\na\nb\n");
  folder.add("config.json", "{}");
  write_table(folder.path, {9, 9, 1, 2, 3, 4});
  const Input input = read_input({.path = folder.add("t.jsonl", "{\"text\": \"A b\"}\n{\"text\": \"c\"}\n{\"text\": \"b\"}\n")}, {});
  const FeatureOptions options{.features = "static", .weights = folder.path, .cache = folder.path / "cache"};
  const FeatureSet made = obtain_features(input, options, 0, {});
  std::vector<float> scratch;
  EXPECT_THAT(made.features.row(0, scratch), ElementsAre(2, 3));
  EXPECT_THAT(made.features.row(1, scratch), ElementsAre(0, 0));
  EXPECT_FALSE(made.reused);
  EXPECT_TRUE(obtain_features(input, options, 0, {}).reused);
  write_table(folder.path, {9, 9, 1, 2, 3, 5});
  const FeatureSet other = obtain_features(input, options, 0, {});
  EXPECT_FALSE(other.reused);
  EXPECT_THAT(other.features.row(2, scratch), ElementsAre(3, 5));
}

TEST(TextModels, AreAskedFor) {
  const ScratchFolder folder("models");
  const Input input = read_input({.path = folder.add("t.jsonl", "{\"text\": \"a\"}\n")}, {});
  for (const char* features : {"static", "sentence"}) {
    FeatureOptions options{.features = features};
    expect_says(message_of<UsageError>([&] { obtain_features(input, options, 0, {}); }), {features, "needs a model", "--weights"});
    options.weights = folder.path / "t.jsonl";
    expect_says(message_of<InputError>([&] { obtain_features(input, options, 0, {}); }), {"t.jsonl: is no folder"});
    options.weights = folder.path;
    expect_says(message_of<InputError>([&] { obtain_features(input, options, 0, {}); }), {"config.json"});
  }
}

}  // namespace
}  // namespace decant
