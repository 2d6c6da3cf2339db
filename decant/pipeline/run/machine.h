// What the numbers were measured on.
#pragma once

#include <string>

namespace decant {

struct Machine {
  int cores = 0;
  std::string cpu;           ///< the processor's name; empty where the system does not tell
  std::string text() const;  ///< "AMD EPYC 9R14, 2 cores"
};

Machine this_machine();

/// Now, as "2026-03-01T12:00:00Z".
std::string date_and_time();

}  // namespace decant
