// JSON for small documents: key order is kept, so files repeat byte for byte. Include this only in .cc files (it is a heavy header);
// headers use json_fwd.h. The document and its writer are compiled once, in json.cc.
#pragma once

#include <nlohmann/json.hpp>

#include "decant/base/json_fwd.h"

extern template class nlohmann::basic_json<nlohmann::ordered_map>;
extern template class nlohmann::detail::serializer<nlohmann::ordered_json>;
