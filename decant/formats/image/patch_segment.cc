#include "decant/formats/image/patch_segment.h"

#include <algorithm>
#include <fmt/core.h>
#include <string>

#include "decant/base/digest.h"
#include "decant/formats/image/each_codec.h"

namespace decant::image_codec {

namespace {

constexpr int kVersion = 1;
constexpr size_t kHeader = 9;  // version, columns, rows, checksum
constexpr int kMostAcross = 65'535;

/// Most significant byte first.
void put_number(std::string& out, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

uint32_t number_in(Bytes bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (const std::byte byte : bytes.subspan(at, count)) value = value << 8 | std::to_integer<uint32_t>(byte);
  return value;
}

size_t mask_bytes(const PatchGrid& grid) {
  return (static_cast<size_t>(grid.count()) + 7) / 8;
}

/// 1 = kept, in reading order, from the most significant bit; zeros behind the last.
std::string bits_of(const std::vector<bool>& kept) {
  std::string bits((kept.size() + 7) / 8, '\0');
  for (size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) bits[i / 8] = static_cast<char>(bits[i / 8] | 0x80 >> i % 8);
  }
  return bits;
}

/// Of the mask and of the picture that it belongs to.
uint32_t checksum(const PatchGrid& grid, std::string_view bits) {
  std::string covered;
  for (const int value : {grid.width(), grid.height(), grid.unit().width, grid.unit().height, grid.columns(), grid.rows()})
    put_number(covered, static_cast<uint64_t>(value), 4);
  covered += bits;
  return static_cast<uint32_t>(hash64(covered));
}

[[noreturn]] void fail_mask(std::string_view name, const std::string& what) {
  fail(name, "its mask of dropped cells " + what, "Fetch the file again, or make it again from its source");
}

PatchGrid grid_in(Bytes packed, const PatchGrid& whole, std::string_view name) {
  const auto version = packed.empty() ? 0 : std::to_integer<int>(packed[0]);
  if (version > kVersion)
    fail(name, fmt::format("its mask of dropped cells is of version {}; this decant reads version {}", version, kVersion),
         "Use a newer decant");
  if (version != kVersion || packed.size() < kHeader) fail_mask(name, "is damaged");
  const auto columns = static_cast<int>(number_in(packed, 1, 2));
  const auto rows = static_cast<int>(number_in(packed, 3, 2));
  const PatchGrid finest(whole.width(), whole.height(), whole.unit(), kMostAcross);
  if (columns < 1 || rows < 1 || columns > finest.columns() || rows > finest.rows())
    fail_mask(name, fmt::format("has {} × {} cells; at most {} × {} fit this picture", columns, rows, finest.columns(), finest.rows()));
  if (int64_t{columns} * rows > kMaxStoredCells) fail_mask(name, fmt::format("has more than {} cells", kMaxStoredCells));
  return PatchGrid(whole.width(), whole.height(), whole.unit(), columns, rows);
}

}  // namespace

std::vector<std::byte> pack_mask(const PatchMask& mask, std::string_view name) {
  const PatchGrid& grid = mask.grid;
  if (int64_t{grid.columns()} * grid.rows() > kMaxStoredCells || std::max(grid.columns(), grid.rows()) > kMostAcross)
    fail(name,
         fmt::format("a mask of {} × {} cells is too large to store; at most {} cells are", grid.columns(), grid.rows(), kMaxStoredCells),
         "Use fewer cells");
  const std::string bits = bits_of(mask.kept);
  std::string packed;
  put_number(packed, kVersion, 1);
  put_number(packed, static_cast<uint64_t>(grid.columns()), 2);
  put_number(packed, static_cast<uint64_t>(grid.rows()), 2);
  put_number(packed, checksum(grid, bits), 4);
  packed += bits;
  const Bytes bytes = as_bytes(packed);
  return {bytes.begin(), bytes.end()};
}

PatchMask unpack_mask(Bytes packed, const PatchGrid& whole, std::string_view name) {
  PatchMask mask = PatchMask::whole(grid_in(packed, whole, name));
  const Bytes bits = packed.subspan(kHeader);
  if (bits.size() != mask_bytes(mask.grid))
    fail_mask(name, fmt::format("has {} bytes; {} × {} cells have {}", bits.size(), mask.grid.columns(), mask.grid.rows(),
                                mask_bytes(mask.grid)));
  for (size_t i = 0; i < mask.kept.size(); ++i) mask.kept[i] = (bits[i / 8] << i % 8 & std::byte{0x80}) != std::byte{0};
  if (checksum(mask.grid, as_text(bits)) != number_in(packed, 5, 4))
    fail_mask(name, "is damaged, or was made for a picture of another size");
  if (bits_of(mask.kept) != as_text(bits)) fail_mask(name, "has bits behind its last cell");
  return mask;
}

std::optional<PatchMask> both_masks(std::optional<PatchMask> stored, const PatchMask* asked, std::string_view name) {
  if (asked != nullptr && asked->dropped_count() > 0) {
    if (stored && stored->grid != asked->grid)
      fail(name,
           fmt::format("already has cells dropped in a grid of {} × {}; {} × {} cannot be dropped from it", stored->grid.columns(),
                       stored->grid.rows(), asked->grid.columns(), asked->grid.rows()),
           "Use the same grid, or begin with the source");
    if (!stored) stored = PatchMask::whole(asked->grid);
    for (size_t i = 0; i < asked->kept.size(); ++i) stored->kept[i] = stored->kept[i] && asked->kept[i];
  }
  if (stored && stored->dropped_count() == 0) stored.reset();
  return stored;
}

}  // namespace decant::image_codec
