// Every way of filling, by the name users type. Adding one: write fills/NAME.cc with its make_
// function, and add one line here.
#pragma once

#include <memory>

#include "decant/patches/fill.h"

// clang-format off
#define DECANT_FILLS(entry)                \
  entry("stored", make_stored_fill)        \
  entry("gray", make_gray_fill)            \
  entry("harmonic", make_harmonic_fill)    \
  entry("smooth", make_smooth_fill)
// clang-format on

namespace decant::patches {

#define DECANT_DECLARE(name, make) std::shared_ptr<const Filler> make();
DECANT_FILLS(DECANT_DECLARE)
#undef DECANT_DECLARE

}  // namespace decant::patches
