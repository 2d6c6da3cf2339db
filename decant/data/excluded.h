// A row that takes no part, and why.
#pragma once

#include <cstdint>
#include <string>

namespace decant {

struct Excluded {
  enum class Why {
    unreadable,  ///< a line of bad_files.jsonl
    held_out,    ///< reserved for testing: --keep is not a fraction of it
    repeat       ///< a copy of another row, or of a test row
  };

  int64_t row = 0;
  std::string key;
  std::string text;  ///< for people: the fault
  Why why = Why::unreadable;
};

}  // namespace decant
