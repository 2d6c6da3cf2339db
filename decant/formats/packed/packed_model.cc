#include "decant/formats/packed/packed_model.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/formats/packed/packed_bytes.h"
#include "decant/formats/packed/packed_scan.h"
#include "decant/formats/packed/probability.h"
#include "decant/formats/packed/questions.h"
#include "decant/formats/packed/range_coder.h"

namespace decant::packed {

namespace {

// ---- Guesses

constexpr int kFittingPasses = 3;
constexpr double kNoise = 2;  // grey levels: errors below this weigh alike

/// Σ w n nᵀ and Σ w n y of one channel, in halves of a grey level.
struct Equations {
  std::array<std::array<double, kTaps>, kTaps> products{};
  std::array<double, kTaps> targets{};

  void add(const std::array<int16_t, kTaps>& numbers, double target, double weight) {
    for (size_t i = 0; i < kTaps; ++i) {
      const double scaled = weight * numbers[i];
      for (size_t j = 0; j <= i; ++j) products[i][j] += scaled * numbers[j];
      targets[i] += scaled * target;
    }
  }
};

/// Cholesky, with a ridge that keeps it regular: taps without data come out as 0.
std::array<double, kTaps> solve(Equations e) {
  auto& l = e.products;
  for (size_t i = 0; i < kTaps; ++i) l[i][i] += 1e-3 * l[i][i] + 1;
  for (size_t i = 0; i < kTaps; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = l[i][j];
      for (size_t k = 0; k < j; ++k) sum -= l[i][k] * l[j][k];
      l[i][j] = i == j ? std::sqrt(std::max(sum, 1e-9)) : sum / l[j][j];
    }
  }
  std::array<double, kTaps> x = e.targets;
  for (size_t i = 0; i < kTaps; ++i) {
    for (size_t k = 0; k < i; ++k) x[i] -= l[i][k] * x[k];
    x[i] /= l[i][i];
  }
  for (size_t i = kTaps; i-- > 0;) {
    for (size_t k = i + 1; k < kTaps; ++k) x[i] -= l[k][i] * x[k];
    x[i] /= l[i][i];
  }
  return x;
}

int16_t as_tap(double value) {
  return static_cast<int16_t>(std::lround(std::clamp(value * (1 << kTapShift), -32767.0, 32767.0)));
}

/// Least absolute errors, by least squares that weigh a sample by one over its last error.
void fit_taps(int64_t count, const Example& example, Model& model) {
  Image image;
  for (int pass = 0; pass < kFittingPasses; ++pass) {
    std::array<Equations, 3> equations;
    for (int64_t k = 0; k < count; ++k) {
      const PatchMask* const mask = example(k, image);
      scan(model, mask, image, [&](const auto& near, const Guess& guess, uint8_t value) {
        if (guess.kind >= 3) return value;
        const auto c = static_cast<size_t>(guess.kind);
        const double error = std::abs(value - static_cast<double>(guess.eighths) / kOne);
        equations[c].add(near.numbers(), 2 * value - near.twice(c), 1 / (kNoise + error));
        return value;
      });
    }
    for (size_t c = 0; c < 3; ++c) std::ranges::transform(solve(equations[c]), model.taps[c].begin(), as_tap);
  }
}

// ---- Odds

constexpr int kLearningPasses = 2;
constexpr float kRate = 0.1F;
static_assert(kFittingPasses + kLearningPasses == kLearningVisits);
constexpr double kStoredCost = 4;  // nats that a θ must save: what it takes to store one

/// θ in learning, in its own units (of which the model's are sixteenths).
struct Theta {
  float value = 0;
  float squares = 0;  // sum of squared gradients: to second order, θ saves θ² · squares / 2 nats
};

class Learner {
 public:
  void see(const Guess& guess, int error, float rate) {
    Theta* const kind = thetas_.data() + static_cast<size_t>(guess.kind) * kThetasPerKind;
    std::array<Theta*, kSets> rows{};
    for (size_t s = 0; s < kSets; ++s) rows[s] = kind + (s * kContexts + guess.contexts[s]) * kQuestions;
    answer(
        error, [&](int question, bool yes) { return correct(rows, question, yes, rate), yes; }, [](bool set) { return set; });
  }

  /// θ that are worth storing, for `uses` times the samples seen.
  void round_into(double uses, std::vector<int16_t>& theta) const {
    std::ranges::transform(thetas_, theta.begin(), [&](const Theta& one) {
      const double saved = one.value * one.value * one.squares / 2 * uses / kLearningPasses;
      return saved < kStoredCost ? int16_t{0} : static_cast<int16_t>(std::lround(std::clamp(16 * one.value, -127.0F, 127.0F)));
    });
  }

 private:
  static void correct(const std::array<Theta*, kSets>& rows, int question, bool yes, float rate) {
    float sum = 0;
    for (const Theta* row : rows) sum += row[question].value;
    const auto limit = static_cast<float>(kSumLimit);
    const auto one = static_cast<float>(probability(static_cast<int>(std::clamp(16 * sum, -limit, limit))));
    const float gradient = (yes ? 1.0F : 0.0F) - one / 65536;
    for (Theta* row : rows) {
      Theta& theta = row[question];
      theta.squares += gradient * gradient;
      theta.value += rate * gradient / std::sqrt(1 + theta.squares);
    }
  }

  std::vector<Theta> thetas_ = std::vector<Theta>(kKinds * kThetasPerKind);
};

void fit_thetas(int64_t count, const Example& example, double uses, Model& model) {
  Learner learner;
  Image image;
  for (int pass = 0; pass < kLearningPasses; ++pass) {
    const float rate = kRate / static_cast<float>(1 + pass);
    for (int64_t k = 0; k < count; ++k) {
      const PatchMask* const mask = example(k, image);
      scan(model, mask, image, [&](const auto&, const Guess& guess, uint8_t value) {
        learner.see(guess, value - guess.rounded(), rate);
        return value;
      });
    }
  }
  learner.round_into(uses, model.theta);
}

// ---- Storing

/// A probability that follows the answers it was asked about.
class Adaptive {
 public:
  uint32_t one() const { return one_; }
  void see(bool bit) { one_ = bit ? one_ + ((65535 - one_) >> kRateShift) : one_ - ((one_ - 1) >> kRateShift); }

 private:
  static constexpr int kRateShift = 4;
  uint32_t one_ = kEven;
};

/// Visits every θ that is stored, in order. `bit(Adaptive&, bool)` gives the bit: the one it is
/// given, or the one that it reads.
template <class Thetas, class BitCoder>
void code_thetas(Thetas& theta, BitCoder&& bit) {
  Adaptive kind_used;
  std::array<Adaptive, kSets> row_used;
  std::array<std::array<Adaptive, kQuestions>, kQuestionsAsked> answers;
  Adaptive digits;
  const auto any = [](std::span<const int16_t> values) { return std::ranges::any_of(values, [](int16_t value) { return value != 0; }); };
  for (size_t kind = 0; kind < kKinds; ++kind) {
    const std::span<int16_t> of_kind(theta.data() + kind * kThetasPerKind, kThetasPerKind);
    if (!bit(kind_used, any(of_kind))) continue;
    for (size_t row = 0; row < kSets * kContexts; ++row) {
      const std::span<int16_t> of_row = of_kind.subspan(row * kQuestions, kQuestionsAsked);
      if (!bit(row_used[row / kContexts], any(of_row))) continue;
      for (size_t q = 0; q < of_row.size(); ++q) {
        const auto ask = [&](int question, bool yes) { return bit(answers[q][static_cast<size_t>(question)], yes); };
        const int value = answer(of_row[q], ask, [&](bool set) { return bit(digits, set); });
        of_row[q] = static_cast<int16_t>(std::clamp(value, -127, 127));
      }
    }
  }
}

constexpr size_t kTapBytes = sizeof(int16_t) * 3 * kTaps;

}  // namespace

Model learn(int64_t count, const Example& example, int64_t pictures) {
  Model model;
  fit_taps(count, example, model);
  if (count > 0) fit_thetas(count, example, static_cast<double>(pictures) / static_cast<double>(count), model);
  return model;
}

void write_model(const Model& model, std::vector<std::byte>& out) {
  for (const auto& channel : model.taps) {
    for (const int16_t tap : channel) append(out, static_cast<uint16_t>(tap));
  }
  RangeEncoder encoder(out);
  std::vector<int16_t> theta = model.theta;
  code_thetas(theta, [&](Adaptive& odds, bool set) {
    encoder.write(set, odds.one());
    odds.see(set);
    return set;
  });
  encoder.finish();
}

Model read_model(Bytes bytes, std::string_view name) {
  ByteReader reader(bytes, name, "model");
  Model model;
  const Bytes taps = reader.take(kTapBytes);
  for (size_t i = 0; i < 3 * kTaps; ++i) model.taps[i / kTaps][i % kTaps] = static_cast<int16_t>(load<uint16_t>(taps.data() + 2 * i));
  RangeDecoder decoder(reader.rest());
  code_thetas(model.theta, [&](Adaptive& odds, bool) {
    const bool set = decoder.read(odds.one());
    odds.see(set);
    return set;
  });
  return model;
}

}  // namespace decant::packed
