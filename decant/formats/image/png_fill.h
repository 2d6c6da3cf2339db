// Parts of a PNG given one value, as its samples are stored: a palette's index, a grey value, or a
// colour of 8 bits. It is how pixels of a mask become ones that count nowhere.
//
// The file keeps its kind, depth and all chunks that hold for other pixels too. Of a palette alone
// both grow where they must: a palette without an entry for the value gets one, and samples of 1, 2
// or 4 bits that cannot hold it become 8 bits, since an index means the same at any depth. A grey
// value does not: many readers stretch the range of a depth to 0 … 255.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/patch_grid.h"
#include "decant/formats/image/png_samples.h"

namespace decant {

/// The largest value that fill_png() can give pixels of such a file: 1 of grey of 1 bit, 255 of any
/// palette, 256³ − 1 of colours of 8 bits.
uint32_t largest_png_value(const PngForm& form);

/// Gives the pixels of `rects` the value: a sample, or a colour as R · 65536 + G · 256 + B. `out`
/// is replaced; REQUIRES: it does not hold `bytes`. Where they have that value already, `out` is
/// the file as it is. Throws InputError for what is no PNG, damage, transparency of its own channel
/// and a value that does not fit. REQUIRES: rectangles inside the picture.
void fill_png(Bytes bytes, std::string_view name, std::span<const PatchRect> rects, uint32_t value, std::vector<std::byte>& out);

}  // namespace decant
