// What a packed file knows of its pictures before it has seen one: how a sample follows from its
// neighbours, and how probable each error of that guess is. Learnt from the set's own pictures,
// stored once, the same for every picture, so any picture can be decoded by itself.
//
// A sample is coded as the error of a linear guess, and the error as a few yes-or-no questions (is
// it 0? negative? below 2, 4, 8 …? which of them?). The answer to question q is yes with the
// probability
//
//     p = σ(Σ_s θ[kind][s][context_s][q] / 16),      σ(t) = 1 / (1 + e^−t)
//
// a sum over kSets contexts, each of which describes the surroundings in its own way (how large the
// errors around were, which sign they had, what other guesses say, packed_scan.h). All of it is
// whole numbers, so every machine decodes the same. `kind` is the place of the channel in coding
// order, + 3 for the mean colour of a dropped cell.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/image.h"
#include "decant/data/patch_mask.h"

namespace decant::packed {

constexpr int kSets = 8;
constexpr int kContexts = 128;  ///< of each set, at most
constexpr int kQuestions = 32;  ///< at most
constexpr int kKinds = 6;
constexpr int kTaps = 24;      ///< numbers that a guess is made of
constexpr int kTapShift = 12;  ///< a tap of 1 is 2^12

/// θ of one kind begins here.
constexpr size_t kThetasPerKind = size_t{kSets} * kContexts * kQuestions;

struct Model {
  std::array<std::array<int16_t, kTaps>, 3> taps{};
  std::vector<int16_t> theta = std::vector<int16_t>(kKinds * kThetasPerKind);  ///< −127 … 127

  bool operator==(const Model&) const = default;
};

/// The k-th picture to learn from, decoded into `image`, and its mask; null for a whole one.
using Example = std::function<const PatchMask*(int64_t k, Image& image)>;

/// How often learn() asks for each picture.
constexpr int kLearningVisits = 5;

/// Fits a model to the examples 0 … count − 1, in that order: guesses by weighted least squares,
/// then θ by gradient descent on the coded bits (Adagrad: Duchi, Hazan and Singer 2011). One
/// thread, about 2 µs per sample. `pictures` will be coded with it: θ that would save less in them
/// than it costs to store are 0, so that few pictures have a small model.
Model learn(int64_t count, const Example& example, int64_t pictures);

/// Appends the model: 2 to 22 KB for large sets, less for small ones.
void write_model(const Model& model, std::vector<std::byte>& out);
/// Throws InputError naming `name`: too short to hold a model. Any other bytes give a model, if not
/// a useful one.
Model read_model(Bytes bytes, std::string_view name);

}  // namespace decant::packed
