#include "decant/features/sentence.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/features/sentence_for_tests.h"
#include "decant/text/texts_for_tests.h"

namespace decant::features {
namespace {

using Vector = std::vector<double>;
using Vectors = std::vector<Vector>;

/// BERT as its paper and Hugging Face's names define it, a number at a time in float64.
class PlainBert {
 public:
  explicit PlainBert(const SmallEncoder& encoder) : encoder_(encoder) {}

  Vectors operator()(const std::vector<int>& ids) const {
    Vectors x;
    for (size_t i = 0; i < ids.size(); ++i) {
      Vector token = row("embeddings.word_embeddings.weight", static_cast<size_t>(ids[i]));
      add(row("embeddings.position_embeddings.weight", i), token);
      add(row("embeddings.token_type_embeddings.weight", 0), token);
      x.push_back(norm("embeddings.LayerNorm", token));
    }
    for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."}) x = through(layer, x);
    return x;
  }

 private:
  static constexpr size_t kWidth = 8;
  static constexpr size_t kHead = 4;

  const std::vector<float>& tensor(const std::string& name) const { return encoder_.tensors.at(name); }
  Vector row(const std::string& name, size_t index) const {
    const auto begin = tensor(name).begin() + static_cast<int64_t>(index * kWidth);
    return {begin, begin + kWidth};
  }
  static void add(const Vector& from, Vector& to) {
    for (size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  }
  Vector linear(const std::string& name, const Vector& x) const {
    const std::vector<float>& weight = tensor(name + ".weight");
    Vector out(tensor(name + ".bias").begin(), tensor(name + ".bias").end());
    for (size_t o = 0; o < out.size(); ++o) {
      for (size_t i = 0; i < x.size(); ++i) out[o] += weight[o * x.size() + i] * x[i];
    }
    return out;
  }
  Vector norm(const std::string& name, const Vector& x) const {
    double mean = 0;
    double variance = 0;
    for (const double value : x) mean += value / kWidth;
    for (const double value : x) variance += (value - mean) * (value - mean) / kWidth;
    Vector out;
    for (size_t i = 0; i < x.size(); ++i)
      out.push_back((x[i] - mean) / std::sqrt(variance + 1e-12) * tensor(name + ".weight")[i] + tensor(name + ".bias")[i]);
    return out;
  }

  Vectors attention(const std::string& layer, const Vectors& x) const {
    Vectors q, k, v, out;
    for (const Vector& token : x) {
      q.push_back(linear(layer + "attention.self.query", token));
      k.push_back(linear(layer + "attention.self.key", token));
      v.push_back(linear(layer + "attention.self.value", token));
    }
    for (size_t i = 0; i < x.size(); ++i) {
      Vector mixed(kWidth, 0.0);
      for (size_t head = 0; head < kWidth; head += kHead) {
        Vector weights;
        double sum = 0;
        for (size_t j = 0; j < x.size(); ++j) {
          double met = 0;
          for (size_t c = head; c < head + kHead; ++c) met += q[i][c] * k[j][c];
          weights.push_back(std::exp(met / std::sqrt(double{kHead})));
          sum += weights.back();
        }
        for (size_t j = 0; j < x.size(); ++j) {
          for (size_t c = head; c < head + kHead; ++c) mixed[c] += weights[j] / sum * v[j][c];
        }
      }
      out.push_back(linear(layer + "attention.output.dense", mixed));
    }
    return out;
  }

  Vectors through(const std::string& layer, const Vectors& x) const {
    Vectors out = attention(layer, x);
    for (size_t i = 0; i < x.size(); ++i) {
      add(x[i], out[i]);
      out[i] = norm(layer + "attention.output.LayerNorm", out[i]);
      Vector wide = linear(layer + "intermediate.dense", out[i]);
      for (double& value : wide) value *= 0.5 * (1 + std::erf(value / std::sqrt(2.0)));
      add(linear(layer + "output.dense", wide), out[i]);
      out[i] = norm(layer + "output.LayerNorm", out[i]);
    }
    return out;
  }

  const SmallEncoder& encoder_;
};

Vector mean_of(const Vectors& x) {
  Vector mean(x.front().size(), 0.0);
  for (const Vector& token : x) {
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += token[i] / static_cast<double>(x.size());
  }
  return mean;
}

Vector scaled(Vector x) {
  double squares = 0;
  for (const double value : x) squares += value * value;
  for (double& value : x) value /= std::sqrt(squares);
  return x;
}

Matrix<float> sentence_vectors(const SmallEncoder& encoder, const std::vector<std::string>& texts, std::vector<int64_t> bad = {}) {
  const SentenceFolder folder = open_sentence_folder(encoder.write(ScratchFolder("encoder")));
  const text::SomeTexts rows(texts);
  Matrix<float> out(rows.size(), folder.shape.hidden_size);
  sentence_features(rows, bad, folder, "cpu", out.view(), {.threads = 1});
  return out;
}

void expect_near(std::span<const float> found, const Vector& expected, const char* what, double within = 1e-5) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], within) << what << " " << i;
}

const std::vector<std::string> kTexts = {"A be!", "", "c", "bad", "a b c d a b c d z", "z"};
const std::vector<int> kFirst = {2, 4, 5, 8, 11, 3};  // [CLS] a b ##e ! [SEP]

TEST(SentenceFeatures, AreThoseOfAPlainBert) {
  const SmallEncoder encoder;
  const Matrix<float> out = sentence_vectors(encoder, kTexts, {3});
  const PlainBert bert(encoder);
  expect_near(out[0], scaled(mean_of(bert(kFirst))), "mean");
  expect_near(out[1], scaled(mean_of(bert({2, 3}))), "an empty text");
  expect_near(out[2], scaled(mean_of(bert({2, 6, 3}))), "a token");
  EXPECT_THAT(out[3], testing::Each(0.0F)) << "a bad row";
}

TEST(SentenceFeatures, FollowPoolingAndNorm) {
  const SmallEncoder first{.modules = R"([{"type": "Transformer", "path": ""}, {"type": "Pooling", "path": "1_Pooling"}])",
                           .pooling = R"({"pooling_mode_cls_token": true})"};
  expect_near(sentence_vectors(first, kTexts)[0], PlainBert(first)(kFirst)[0], "CLS, not scaled");
  const SmallEncoder bare{.modules = ""};
  expect_near(sentence_vectors(bare, kTexts)[0], mean_of(PlainBert(bare)(kFirst)), "without modules.json");
}

TEST(SentenceFeatures, OfLongTextsAreMeansOfChunksByTokens) {
  const SmallEncoder encoder;
  const PlainBert bert(encoder);
  Vector expected = mean_of(bert({2, 4, 5, 6, 7, 4, 5, 6, 7, 3}));  // eight tokens
  const Vector rest = mean_of(bert({2, 12, 3}));                    // and one
  for (size_t i = 0; i < expected.size(); ++i) expected[i] = (8 * expected[i] + rest[i]) / 9;
  expect_near(sentence_vectors(encoder, kTexts)[4], scaled(expected), "two chunks");
}

TEST(SentenceFeatures, DoNotDependOnTheOtherRecords) {
  const SmallEncoder encoder;
  std::vector<std::string> many;
  for (int i = 0; i < 3000; ++i)
    many.push_back(std::string(static_cast<size_t>(i % 5), 'c') + " a" + (i % 3 == 0 ? " b c d a b c d z" : " z"));
  many[2500] = kTexts[0];
  const Matrix<float> together = sentence_vectors(encoder, many);
  const Matrix<float> alone = sentence_vectors(encoder, {kTexts[0]});
  expect_near(together[2500], {alone[0].begin(), alone[0].end()}, "alone", 2e-6);
  const Matrix<float> again = sentence_vectors(encoder, many);
  EXPECT_TRUE(std::equal(together.data(), together.data() + together.rows() * together.cols(), again.data()));
}

TEST(SentenceFeatures, ReadPrefixedAndOlderNames) {
  const Matrix<float> usual = sentence_vectors({}, kTexts);
  const Matrix<float> prefixed = sentence_vectors({.prefix = "bert."}, kTexts);
  EXPECT_TRUE(std::ranges::equal(usual[0], prefixed[0]));
  SmallEncoder old;
  for (const std::string name : {"embeddings.LayerNorm", "encoder.layer.1.output.LayerNorm"}) {
    for (const auto& [from, to] : {std::pair{".weight", ".gamma"}, {".bias", ".beta"}}) {
      old.tensors[name + to] = old.tensors.extract(name + from).mapped();
      old.shapes[name + to] = {8};
    }
  }
  EXPECT_TRUE(std::ranges::equal(usual[0], sentence_vectors(old, kTexts)[0]));
}

TEST(SentenceFeatures, NameWhatDoesNotFit) {
  const auto said = [](const SmallEncoder& encoder) { return message_of<InputError>([&] { sentence_vectors(encoder, kTexts); }); };
  SmallEncoder missing;
  missing.tensors.erase("encoder.layer.1.output.dense.bias");
  expect_says(said(missing), {"model.safetensors: tensor 'encoder.layer.1.output.dense.bias': is missing"});
  SmallEncoder flat;
  flat.shapes["encoder.layer.0.intermediate.dense.weight"] = {8, 12};
  expect_says(said(flat), {"tensor 'encoder.layer.0.intermediate.dense.weight'", "has shape (8, 12), not (12, 8), which config.json says"});
  SmallEncoder wild;
  wild.tensors["embeddings.LayerNorm.bias"][3] = NAN;
  expect_says(said(wild), {"tensor 'embeddings.LayerNorm.bias'", "not a finite number"});
  expect_says(said({.vocabulary = SmallEncoder{}.vocabulary + "y\n"}), {"token 'y'", "has the id 13, but vocab_size in config.json is 13"});
  expect_says(said({.vocabulary = "[UNK]\na\n"}), {"no [CLS] or no [SEP]"});
}

}  // namespace
}  // namespace decant::features
