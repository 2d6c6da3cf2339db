// The causal transformer against its definition, in float64 and plain loops.
#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <cmath>
#include <gtest/gtest.h>
#include <map>

#include "decant/base/test_support.h"
#include "decant/nn/language_model.h"

namespace decant::nn {
namespace {

constexpr int64_t kGptTokens = 11, kGptWidth = 8, kGptHeads = 2, kGptDepth = 2;
const LanguageSpec kTinyGpt = {"gpt-mini+width=8+heads=2+depth=2", kGptTokens, 6};

using PlainRow = std::vector<double>;
using PlainRows = std::vector<PlainRow>;

/// Parameters by name, as doubles.
class PlainGpt {
 public:
  PlainGpt(const LanguageModel& model, const State& state) {
    for (size_t i = 0; i < state.parameters.size(); ++i) {
      const Tensor values = state.parameters[i].to(at::kDouble).contiguous();
      own_[model.parameters()[i].name] = PlainRow(values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
    }
  }

  /// Logits after every token.
  PlainRows operator()(const std::vector<int64_t>& ids) const {
    PlainRows x;
    for (size_t t = 0; t < ids.size(); ++t) x.push_back(sum(row("tokens", ids[t]), row("places", static_cast<int64_t>(t))));
    for (int64_t block = 0; block < kGptDepth; ++block) through("blocks." + std::to_string(block), x);
    PlainRows logits;
    for (const PlainRow& each : x) {
      const PlainRow last = normed(each, "norm");
      PlainRow& own = logits.emplace_back();
      for (int64_t v = 0; v < kGptTokens; ++v) own.push_back(dot(last, row("tokens", v)));
    }
    return logits;
  }

 private:
  PlainRow row(const std::string& name, int64_t i) const {
    const PlainRow& all = own_.at(name);
    return PlainRow(all.begin() + i * kGptWidth, all.begin() + (i + 1) * kGptWidth);
  }
  static PlainRow sum(PlainRow a, const PlainRow& b) {
    for (size_t i = 0; i < a.size(); ++i) a[i] += b[i];
    return a;
  }
  static double dot(const PlainRow& a, const PlainRow& b) {
    double value = 0;
    for (size_t i = 0; i < a.size(); ++i) value += a[i] * b[i];
    return value;
  }
  PlainRow normed(const PlainRow& x, const std::string& name) const {
    double mean = 0, variance = 0;
    for (const double value : x) mean += value / static_cast<double>(x.size());
    for (const double value : x) variance += (value - mean) * (value - mean) / static_cast<double>(x.size());
    PlainRow out;
    for (size_t i = 0; i < x.size(); ++i)
      out.push_back((x[i] - mean) / std::sqrt(variance + 1e-5) * own_.at(name + ".weight")[i] + own_.at(name + ".bias")[i]);
    return out;
  }
  PlainRow linear(const PlainRow& x, const std::string& name) const {
    const PlainRow& weight = own_.at(name + ".weight");
    PlainRow out = own_.at(name + ".bias");
    for (size_t o = 0; o < out.size(); ++o) {
      for (size_t i = 0; i < x.size(); ++i) out[o] += weight[o * x.size() + i] * x[i];
    }
    return out;
  }
  void through(const std::string& block, PlainRows& x) const {
    PlainRows qkv;
    for (const PlainRow& each : x) qkv.push_back(linear(normed(each, block + ".norm1"), block + ".attn.qkv"));
    for (size_t t = 0; t < x.size(); ++t) x[t] = sum(x[t], linear(attended(qkv, t), block + ".attn.proj"));
    for (PlainRow& each : x) {
      PlainRow wide = linear(normed(each, block + ".norm2"), block + ".mlp.fc1");
      for (double& value : wide) value *= 0.5 * (1 + std::erf(value / std::sqrt(2.0)));
      each = sum(each, linear(wide, block + ".mlp.fc2"));
    }
  }
  /// Of place t, which looks at itself and what stands before it.
  static PlainRow attended(const PlainRows& qkv, size_t t) {
    constexpr size_t kHead = kGptWidth / kGptHeads;
    PlainRow out(kGptWidth, 0.0);
    for (size_t begin = 0; begin < kGptWidth; begin += kHead) {
      PlainRow weights;
      double total = 0;
      for (size_t s = 0; s <= t; ++s) {
        double met = 0;
        for (size_t i = begin; i < begin + kHead; ++i) met += qkv[t][i] * qkv[s][kGptWidth + i];
        total += weights.emplace_back(std::exp(met / std::sqrt(static_cast<double>(kHead))));
      }
      for (size_t s = 0; s <= t; ++s) {
        for (size_t i = begin; i < begin + kHead; ++i) out[i] += weights[s] / total * qkv[s][2 * kGptWidth + i];
      }
    }
    return out;
  }

  std::map<std::string, PlainRow> own_;
};

Tensor gpt_logits(const LanguageModel& model, State& state, const std::vector<int64_t>& ids) {
  const Pass pass{state.parameters, state.buffers};
  return model.predict(pass, model.states(pass, at::tensor(ids).unsqueeze(0)))[0];
}

/// Far from the small values that training begins with, so that attention is no plain mean.
State lively_gpt(const LanguageModel& model) {
  State state = initial_state(model, Random(7));
  for (Tensor& parameter : state.parameters) {
    if (parameter.dim() > 1) parameter.mul_(20);
  }
  return state;
}

TEST(Gpt, IsItsDefinition) {
  const auto model = make_language_model(kTinyGpt);
  State state = lively_gpt(*model);
  const PlainGpt plain(*model, state);
  for (const std::vector<int64_t>& ids : std::vector<std::vector<int64_t>>{{3}, {3, 10, 0, 3, 7, 7}, {1, 2}}) {
    const PlainRows expected = plain(ids);
    const Tensor logits = gpt_logits(*model, state, ids).to(at::kDouble);
    for (size_t t = 0; t < ids.size(); ++t) {
      for (int64_t v = 0; v < kGptTokens; ++v)
        EXPECT_NEAR(logits[static_cast<int64_t>(t)][v].item<double>(), expected[t][static_cast<size_t>(v)], 1e-4) << t << ", " << v;
    }
  }
}

TEST(Gpt, SeesNothingThatComesLater) {
  const auto model = make_language_model(kTinyGpt);
  State state = lively_gpt(*model);
  const Tensor one = gpt_logits(*model, state, {1, 2, 3, 4, 5});
  const Tensor other = gpt_logits(*model, state, {1, 2, 3, 9, 0});
  EXPECT_LT((one.slice(0, 0, 3) - other.slice(0, 0, 3)).abs().max().item<double>(), 1e-5);
  EXPECT_GT((one.slice(0, 3, 5) - other.slice(0, 3, 5)).abs().max().item<double>(), 1e-2);
}

TEST(Gpt, RefusesWhatItCannotBe) {
  const auto made = [](const std::string& name) { return message_of([&] { make_language_model({name, 10, 10}); }); };
  expect_says(made("gtp"), {"gtp", "gpt, gpt-mini"});
  expect_says(made("gpt+width=10+heads=4"), {"width 10", "4 heads"});
  expect_says(made("gpt+deep=3"), {"deep"});
}

}  // namespace
}  // namespace decant::nn
