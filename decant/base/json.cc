#include "decant/base/json.h"

#include "decant/base/errors.h"
#include "decant/base/file.h"

namespace decant {

std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json parse_json(std::string_view text) {
  return Json::parse(text);
}

Json read_json(const std::filesystem::path& file) {
  try {
    return parse_json(read_text(file));
  } catch (const Json::parse_error& error) {
    throw InputError({file.string(), fmt::format("byte {}", error.byte), "is not JSON", "Make it again"});
  }
}

Json try_parse_json(std::string_view text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace decant
