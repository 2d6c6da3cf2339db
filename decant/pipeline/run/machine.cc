#include "decant/pipeline/run/machine.h"

#include <array>
#include <ctime>
#include <fmt/core.h>
#include <fstream>

#include "decant/base/context.h"

namespace decant {
namespace {

/// The value of the first "model name : …" (x86) in /proc/cpuinfo.
std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  std::string line;
  while (std::getline(info, line)) {
    if (!line.starts_with("model name")) continue;
    const size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return {};
}

}  // namespace

std::string Machine::text() const {
  const std::string count = fmt::format("{} core{}", cores, cores == 1 ? "" : "s");
  return cpu.empty() ? count : cpu + ", " + count;
}

Machine this_machine() {
  return {Context().thread_count(), processor_name()};
}

std::string date_and_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace decant
