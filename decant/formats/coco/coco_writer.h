// Writing some images of COCO sets: kept elements byte for byte, pictures copied.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/formats/coco/coco_json.h"

namespace decant::coco {

/// Takes a document piece by piece. A piece lies in the document that it is from, or in the
/// program.
using Sink = std::function<void(std::string_view piece)>;

/// The document with those elements of 'images' and 'annotations' alone: every other byte, the
/// order and the bytes of what stays are the source's. Between elements stands what stands between
/// the first two. All elements of a list: the list as it is. Holds none of it.
void put_filtered(std::string_view text, const std::vector<Member>& members, const Kept& kept, const std::string& file, const Sink& sink);

/// Of rows, ascending: their elements of the json that they are from.
Kept elements_of_rows(const CocoJson& json, std::span<const int64_t> rows);

/// Writes a json that `fill` puts, and makes the folders above it. Returns its bytes. Throws
/// IoError, and what `fill` throws; then there is no file.
int64_t write_json(const std::filesystem::path& path, const std::function<void(const Sink& sink)>& fill);

/// Writes the elements of some rows, ascending; of all rows the json bit for bit. Returns bytes.
int64_t write_elements(const CocoJson& json, std::span<const int64_t> rows, const std::filesystem::path& path);

}  // namespace decant::coco
