// Any README.md: its configurations, and whether patterns match paths; never an error.
#include <cstdlib>
#include <string_view>

#include "decant/formats/parquet/configurations.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace decant::parquet;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string& card : {std::string(text), "---\nconfigs:\n" + std::string(text) + "\n---\n"}) {
    for (const Configuration& one : configurations_of_card(card)) files_with(one, "data/en/train-00000-of-00001.parquet");
  }
  const size_t half = size / 2;
  if (matches_path(text.substr(0, half), text.substr(half)) && !matches_path("**", text.substr(half))) std::abort();
  return 0;
}
