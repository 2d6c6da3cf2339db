// Writing some images of COCO sets: kept elements byte for byte, pictures copied.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/formats/coco/coco_json.h"

namespace decant::coco {

/// The document with those elements of 'images' and 'annotations' alone: every other byte, the
/// order and the bytes of what stays are the source's. Between elements stands what stands between
/// the first two. All elements of a list: the list as it is.
std::string filtered(std::string_view text, const std::vector<Member>& members, const Kept& kept, const std::string& file);

}  // namespace decant::coco
