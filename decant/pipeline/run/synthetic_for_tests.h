// Synthetic sets made up for tests: no network, known pixels.
#pragma once

#include <string>
#include <vector>

#include "decant/base/random.h"
#include "decant/distill/distill.h"

namespace decant {

/// `per_class` pictures of each class. Picture i of class c has the pixel value (16 · c + i) / 255
/// everywhere but for its first pixel, which is not representable in 8 bits; soft labels say
/// c + 0.1 · k of class k.
inline distill::Distilled made_up(int classes, int64_t per_class, ImageSize size, bool soft = false) {
  distill::Distilled made;
  made.set = {.size = size, .classes = classes, .per_class = per_class};
  for (int c = 0; c < classes; ++c) {
    for (int64_t i = 0; i < per_class; ++i) {
      made.set.pixels.insert(made.set.pixels.end(), static_cast<size_t>(size.bytes()), static_cast<float>(16 * c + i) / 255);
      made.set.pixels[made.set.pixels.size() - static_cast<size_t>(size.bytes())] += 0.3F / 255;
      for (int k = 0; soft && k < classes; ++k) made.set.labels.push_back(static_cast<float>(c) + 0.1F * static_cast<float>(k));
    }
  }
  made.stages = {made.set, made.set};
  made.losses = {3, 2, 1};
  made.steps = 3;
  made.real = {0.3, 0.2, 0, 1};
  made.synthetic = {0.31, 0.21, 0, 1};
  made.words = "made up for a test";
  return made;
}

}  // namespace decant
