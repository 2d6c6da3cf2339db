// Puts a changed file's checksum right, so that what lies behind it is reached. Only *_test.cc and
// *_fuzz.cc include it.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "decant/formats/packed/packed_bytes.h"
#include "decant/formats/packed/packed_file.h"

namespace decant::packed {

/// Magics and checksum as they would be if the file had been written like that. Where its lengths
/// do not add up, no checksum helps, and it stays.
inline void forge(std::vector<std::byte>& file) {
  if (file.size() < kMagic.size() + kFooterBytes) return;
  const size_t footer = file.size() - kFooterBytes;
  for (size_t i = 0; i < kMagic.size(); ++i) file[i] = file[file.size() - kMagic.size() + i] = static_cast<std::byte>(kMagic[i]);
  std::array<uint64_t, 5> lengths{};
  for (size_t i = 0; i < lengths.size(); ++i) lengths[i] = load<uint64_t>(file.data() + footer + 8 * i);
  std::array<Bytes, 5> parts{};  // records, model, index, keys, classes
  size_t at = kMagic.size();
  const std::array<uint64_t, 5> sizes = {lengths[1], lengths[2], lengths[0] * kEntryBytes, lengths[3], lengths[4]};
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] > footer - at) return;
    parts[i] = Bytes(file).subspan(at, static_cast<size_t>(sizes[i]));
    at += parts[i].size();
  }
  std::vector<std::byte> checksum;
  append(checksum, chained_checksum({parts[1], parts[2], parts[3], parts[4], Bytes(file).subspan(footer, kChecksumAt)}));
  std::copy(checksum.begin(), checksum.end(), file.begin() + static_cast<std::ptrdiff_t>(footer + kChecksumAt));
}

}  // namespace decant::packed
