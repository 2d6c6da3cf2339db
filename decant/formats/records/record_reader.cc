#include "decant/formats/records/record_reader.h"

#include <fmt/core.h>

#include "decant/base/text.h"

namespace decant::records {

std::string fault_of_length(std::string_view record) {
  if (record.size() <= kLongestRecord) return {};
  return fmt::format("is {} long; the limit is {}", human_bytes(std::ssize(record)), human_bytes(int64_t{kLongestRecord}));
}

}  // namespace decant::records
