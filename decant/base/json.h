// JSON for small documents: key order is kept, so files repeat byte for byte. Include this only in .cc files (it is a heavy header);
// headers use json_fwd.h.
#pragma once

#include <nlohmann/json.hpp>

#include "decant/base/json_fwd.h"
