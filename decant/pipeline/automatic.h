// `--method auto`: which method, from what is known about the data and how much is kept.
#pragma once

#include <string>

#include "decant/pipeline/choose_rows.h"

namespace decant {

struct Automatic {
  SelectOptions select;  ///< with a method that is not "auto"
  std::string reason;    ///< "; chosen because …"
};

/// The rule; docs/evidence.md has the measurements that it rests on.
Automatic choose_method(const Input& input, const SelectOptions& select, int64_t count);

}  // namespace decant
