#include "decant/formats/records/utf8.h"

#include <simdjson.h>

namespace decant::records {

bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text);
}

}  // namespace decant::records
