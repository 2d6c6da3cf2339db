// Trained teachers as methods look through them (train/teacher.h): frozen.
#pragma once

#include <memory>
#include <vector>

#include "decant/distill/torch/network_source.h"
#include "decant/train/teacher.h"

namespace decant::distill {

/// A network that stays as it is. Its parameters ask for no gradient.
struct FrozenTeacher {
  std::shared_ptr<const nn::Classifier> network;
  nn::State state;
  Tensor scale, shift;  ///< (1, channels, 1, 1): from pictures as the set has them to those that it expects
  std::string digest;   ///< train::Teacher's

  /// Logits (n, classes) of pictures as the set has them, part of their graph. Batch norms take
  /// their running statistics, and where `moments` is not null show what they were given. A
  /// gradient of it cannot be differentiated again.
  Tensor logits(const Tensor& pictures, nn::NormMoments* moments = nullptr) const;
  /// What the layers of a pass give, in their order.
  nn::Taps taps(const Tensor& pictures) const;
};

using Teachers = std::vector<FrozenTeacher>;

/// What a teacher looks like in the loop. `device`: where it works. Throws InputError for weights
/// of another number, or with a value that is not finite.
FrozenTeacher frozen(const train::Teacher& teacher, const nn::PixelStatistics& set, c10::Device device);

/// Those that `options` ask for, trained on the rows of `real` or given; trained ones of different
/// seeds. `normed`: those without batch norms are refused, before they are trained; `why` says what
/// for. Throws as train::make_teacher() does.
Teachers make_teachers(const train::TeacherOptions& options, const RealRows& real, uint64_t seed, const std::filesystem::path& cache,
                       bool normed, const std::string& why, const Context& context);

/// One after another, a step each: Fetched::teacher.
std::unique_ptr<NetworkSource> frozen_teachers(std::shared_ptr<const Teachers> teachers);

}  // namespace decant::distill
