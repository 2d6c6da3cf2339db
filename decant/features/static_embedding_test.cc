#include "decant/features/static_embedding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/formats/safetensors/safetensors.h"
#include "decant/text/texts_for_tests.h"

namespace decant::features {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::FloatNear;

/// A folder of a model; each part may be replaced.
struct StaticModel {
  std::string vocabulary = "[UNK]\na\nb\n##c\n";
  std::vector<float> table = {9, 9, 1, 0, 0, 1, 3, 4};  ///< of [UNK], a, b, ##c
  std::vector<int64_t> shape = {4, 2};
  std::vector<float> weights = {};
  std::vector<int64_t> mapping = {};
  std::string config = R"({"model_type": "model2vec", "normalize": false})";

  std::filesystem::path write(const ScratchFolder& folder) const {
    folder.add("vocab.txt", vocabulary);
    folder.add("config.json", config);
    std::vector<SafeTensor> tensors = {{"embeddings", ElementType::f32, shape, std::as_bytes(std::span(table))}};
    if (!weights.empty()) tensors.push_back({"weights", ElementType::f32, {std::ssize(weights)}, std::as_bytes(std::span(weights))});
    if (!mapping.empty()) tensors.push_back({"mapping", ElementType::i64, {std::ssize(mapping)}, std::as_bytes(std::span(mapping))});
    write_safetensors(folder.path / "model.safetensors", tensors, {});
    return folder.path;
  }

  StaticEmbedding opened() const { return open_static_embedding(write(ScratchFolder("model"))); }
  std::string refused() const {
    return message_of<InputError>([&] { opened(); });
  }
  std::vector<float> features(const std::string& text) const {
    const StaticEmbedding embedding = opened();
    Matrix<float> out(1, embedding.width());
    embedding.transform(text::SomeTexts({text}), {}, out.view(), {});
    return {out[0].begin(), out[0].end()};
  }
};

TEST(StaticEmbedding, IsTheMeanOfTheKnownTokens) {
  EXPECT_THAT(StaticModel{}.features("A b, ac x!"), ElementsAre(FloatEq((1 + 0 + 1 + 3) / 4.0F), FloatEq((0 + 1 + 0 + 4) / 4.0F)));
  EXPECT_THAT(StaticModel{}.features("what?"), ElementsAre(0, 0)) << "nothing is known";
  const std::string normal = R"({"normalize": true})";
  EXPECT_THAT(StaticModel{.config = normal}.features("ac"),
              ElementsAre(FloatNear(4 / std::sqrt(32.0F), 1e-6F), FloatNear(4 / std::sqrt(32.0F), 1e-6F)));
  EXPECT_THAT(StaticModel{.config = normal}.features(""), ElementsAre(0, 0));
}

TEST(StaticEmbedding, WeighsAndMapsTokensByTheirIds) {
  const StaticModel weighed{.weights = {0, 2, 1, 0.5F}};
  EXPECT_THAT(weighed.features("a b ac"), ElementsAre(FloatEq((2 + 0 + 2 + 1.5F) / 4), FloatEq((0 + 1 + 0 + 2) / 4.0F)));
  const StaticModel mapped{.table = {1, 0, 3, 4}, .shape = {2, 2}, .weights = {0, 2, 1, 1}, .mapping = {0, 1, 0, 1}};
  EXPECT_THAT(mapped.features("a b"), ElementsAre(FloatEq((6 + 1) / 2.0F), FloatEq((8 + 0) / 2.0F)));
}

TEST(StaticEmbedding, IsTheSameForEveryNumberOfThreads) {
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) texts.push_back(std::string(static_cast<size_t>(i % 7), 'a') + " b ac " + (i % 3 == 0 ? "a" : "b"));
  const text::SomeTexts rows(texts);
  const StaticEmbedding embedding = StaticModel{}.opened();
  const auto made = [&](int threads) {
    Matrix<float> out(rows.size(), 2);
    embedding.transform(rows, std::vector<int64_t>{5}, out.view(), {.threads = threads});
    return std::vector<float>(out.data(), out.data() + 2 * rows.size());
  };
  EXPECT_EQ(made(1), made(3));
  EXPECT_EQ(made(1)[10], 0) << "a bad row";
  EXPECT_NE(made(1)[8], 0);
}

TEST(StaticEmbedding, RefusesWhatDoesNotFit) {
  expect_says((StaticModel{.table = {1, 2, 3, 4, 5, 6}, .shape = {3, 2}}.refused()),
              {"model.safetensors: tensor 'embeddings'", "has 3 rows, but the tokenizer's '##c' has the id 3"});
  expect_says((StaticModel{.shape = {8}}.refused()), {"has shape (8), not (tokens, width)"});
  expect_says(StaticModel{.weights = {1, 2}}.refused(), {"tensor 'weights'", "has 2 rows"});
  expect_says((StaticModel{.mapping = {0, 1, 2, 4}}.refused()), {"tensor 'mapping'", "maps the token of id 3 to row 4 of 4"});
  expect_says((StaticModel{.mapping = {0, 1, 2, -1}}.refused()), {"to row -1 of 4"});
  expect_says(StaticModel{.table = {9, 9, 1, 0, 0, 1, 3, NAN}}.refused(), {"not a finite number"});
  expect_says(StaticModel{.config = R"({"normalize": 1})"}.refused(), {"config.json: normalize", "neither true nor false"});
}

TEST(StaticEmbedding, NamesWhatAFolderLacks) {
  const auto without = [](const char* file) {
    const ScratchFolder folder("model");
    remove(StaticModel{}.write(folder) / file);
    return message_of<InputError>([&] { open_static_embedding(folder.path); });
  };
  expect_says(without("config.json"), {"holds no config.json", "--features sentence"});
  expect_says(without("vocab.txt"), {"holds neither tokenizer.json nor vocab.txt"});
  expect_says(without("model.safetensors"), {"holds no model.safetensors"});
  const ScratchFolder folder("model");
  write_safetensors(StaticModel{}.write(folder) / "model.safetensors", {}, {});
  expect_says(message_of<InputError>([&] { open_static_embedding(folder.path); }), {"tensor 'embeddings': is missing"});
}

}  // namespace
}  // namespace decant::features
