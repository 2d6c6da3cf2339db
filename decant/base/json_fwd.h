#pragma once

#include <nlohmann/json_fwd.hpp>

namespace decant {
using Json = nlohmann::ordered_json;
}
