// demo: the whole workflow on pictures that decant draws, or on the user's, explained in plain
// words.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"

namespace decant {

struct DemoOptions {
  std::string pictures;  ///< empty = drawn
  std::filesystem::path out = "out/demo";
  std::string keep = "10%";
  int seeds = 8;
  int64_t steps = 400;
  uint64_t seed = 0;
  bool objects = false;  ///< several things in a picture, in four formats, and no training

  void declare(OptionTable& table);
};

/// With `objects`, OUT/objects in four formats (draw/object_sets.h), and of each OUT/small-FORMAT.
/// Else writes OUT/pictures (when drawn) and OUT/small with its report. `say` receives each
/// paragraph of the story as it happens.
void demo(const DemoOptions& options, const std::function<void(const std::string&)>& say, const Context& context);

}  // namespace decant
