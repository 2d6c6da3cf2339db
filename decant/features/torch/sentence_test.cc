#include "decant/features/sentence.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/features/sentence_for_tests.h"
#include "decant/features/torch/mpnet.h"
#include "decant/text/texts_for_tests.h"

namespace decant::features {
namespace {

using Vector = std::vector<double>;
using Vectors = std::vector<Vector>;

/// How the two families call the parts of a layer.
struct PlainNames {
  std::string query, key, value, projection, norm;
};
const PlainNames kBert = {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
                          "attention.output.LayerNorm"};
const PlainNames kMpNet = {"attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o", "attention.LayerNorm"};

/// A small MPNet: the same weights under its names, and biases of 8 buckets for each of the two
/// heads.
SmallEncoder small_mpnet() {
  SmallEncoder encoder;
  encoder.config.replace(encoder.config.find("\"bert\""), 6, R"("mpnet", "pad_token_id": 1, "relative_attention_num_buckets": 8)");
  for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."}) {
    for (const auto& [from, to] : {std::pair{kBert.query, kMpNet.query},
                                   {kBert.key, kMpNet.key},
                                   {kBert.value, kMpNet.value},
                                   {kBert.projection, kMpNet.projection},
                                   {kBert.norm, kMpNet.norm}}) {
      for (const char* part : {".weight", ".bias"}) {
        encoder.tensors[layer + to + part] = encoder.tensors.extract(layer + from + part).mapped();
        encoder.shapes[layer + to + part] = encoder.shapes.extract(layer + from + part).mapped();
      }
    }
  }
  const std::string distances = "encoder.relative_attention_bias.weight";
  for (int i = 0; i < 16; ++i) encoder.tensors[distances].push_back(static_cast<float>(0.3 * std::sin(i * i + 1)));
  encoder.shapes[distances] = {8, 2};
  return encoder;
}

/// The bucket of MPNet's paper, as T5 defines it, of 8: 0, 1, and by logarithm 2 (up to 15) and 3;
/// four more for keys that follow.
size_t plain_bucket(int64_t query, int64_t key) {
  const auto distance = static_cast<double>(std::abs(key - query));
  const double far = std::min(3.0, std::floor(2 + std::log(distance / 2) / std::log(128.0 / 2) * 2));
  return static_cast<size_t>((key > query ? 4 : 0) + (distance < 2 ? distance : far));
}

/// BERT and MPNet as their papers and Hugging Face's names define them, a number at a time in
/// float64.
class PlainBert {
 public:
  explicit PlainBert(const SmallEncoder& encoder, bool mpnet = false) : encoder_(encoder), mpnet_(mpnet), names_(mpnet ? kMpNet : kBert) {}

  Vectors operator()(const std::vector<int>& ids) const {
    Vectors x;
    for (size_t i = 0; i < ids.size(); ++i) {
      Vector token = row("embeddings.word_embeddings.weight", static_cast<size_t>(ids[i]));
      add(row("embeddings.position_embeddings.weight", i + (mpnet_ ? 2 : 0)), token);
      if (!mpnet_) add(row("embeddings.token_type_embeddings.weight", 0), token);
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

  double distance_bias(size_t query, size_t key, size_t head) const {
    if (!mpnet_) return 0;
    const size_t bucket = plain_bucket(static_cast<int64_t>(query), static_cast<int64_t>(key));
    return tensor("encoder.relative_attention_bias.weight")[bucket * 2 + head];
  }

  Vectors attention(const std::string& layer, const Vectors& x) const {
    Vectors q, k, v, out;
    for (const Vector& token : x) {
      q.push_back(linear(layer + names_.query, token));
      k.push_back(linear(layer + names_.key, token));
      v.push_back(linear(layer + names_.value, token));
    }
    for (size_t i = 0; i < x.size(); ++i) {
      Vector mixed(kWidth, 0.0);
      for (size_t head = 0; head < kWidth; head += kHead) {
        Vector weights;
        double sum = 0;
        for (size_t j = 0; j < x.size(); ++j) {
          double met = 0;
          for (size_t c = head; c < head + kHead; ++c) met += q[i][c] * k[j][c];
          weights.push_back(std::exp(met / std::sqrt(double{kHead}) + distance_bias(i, j, head / kHead)));
          sum += weights.back();
        }
        for (size_t j = 0; j < x.size(); ++j) {
          for (size_t c = head; c < head + kHead; ++c) mixed[c] += weights[j] / sum * v[j][c];
        }
      }
      out.push_back(linear(layer + names_.projection, mixed));
    }
    return out;
  }

  Vectors through(const std::string& layer, const Vectors& x) const {
    Vectors out = attention(layer, x);
    for (size_t i = 0; i < x.size(); ++i) {
      add(x[i], out[i]);
      out[i] = norm(layer + names_.norm, out[i]);
      Vector wide = linear(layer + "intermediate.dense", out[i]);
      for (double& value : wide) value *= 0.5 * (1 + std::erf(value / std::sqrt(2.0)));
      add(linear(layer + "output.dense", wide), out[i]);
      out[i] = norm(layer + "output.LayerNorm", out[i]);
    }
    return out;
  }

  const SmallEncoder& encoder_;
  bool mpnet_;
  PlainNames names_;
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

TEST(SentenceFeatures, OfMpNetAreThoseOfAPlainOne) {
  const SmallEncoder encoder = small_mpnet();
  const Matrix<float> out = sentence_vectors(encoder, kTexts);
  const PlainBert mpnet(encoder, true);
  expect_near(out[0], scaled(mean_of(mpnet(kFirst))), "mean");
  expect_near(out[2], scaled(mean_of(mpnet({2, 6, 3}))), "padded in its batch");
  Vector expected = mean_of(mpnet({2, 4, 5, 6, 7, 4, 5, 3}));  // six tokens: two places fewer than BERT has
  const Vector rest = mean_of(mpnet({2, 6, 7, 12, 3}));        // and three
  for (size_t i = 0; i < expected.size(); ++i) expected[i] = (6 * expected[i] + 3 * rest[i]) / 9;
  expect_near(out[4], scaled(expected), "two chunks");
}

TEST(SentenceFeatures, OfMpNetShareBucketsOfDistance) {
  const at::Tensor buckets = distance_buckets(140, 8, at::kCPU);
  for (const auto& [query, key] : {std::pair{0, 0}, {3, 2}, {2, 3}, {9, 5}, {5, 9}, {100, 50}, {50, 100}, {139, 0}, {0, 139}})
    EXPECT_EQ(buckets[query][key].item<int64_t>(), static_cast<int64_t>(plain_bucket(query, key))) << query << " " << key;
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
