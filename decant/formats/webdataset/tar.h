// Walking through a tar file by its headers, in memory: POSIX ustar, pax (path and size), GNU long
// names, sizes in base 256.
//
// Why not libarchive: it reads an archive as a stream, from the front, through buffers of its own.
// Training reads samples in random order, and the writer copies members with headers and padding as
// they lie there; both need offsets, which is all this file finds.
//
// Every header is checked against its checksum, every size against the file. Directories, links,
// devices and labels are stepped over. What cannot be understood to the letter is refused with its
// offset: sparse files, multi-volume archives, negative sizes, members that reach beyond the end,
// names that leave the folder they would be unpacked to.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "decant/base/file.h"

namespace decant {

/// A regular file in the archive. Offsets are bytes from the archive's start.
struct TarMember {
  std::string_view name;  ///< safe and relative, a leading "./" removed; lives as long as the call it is handed to
  int64_t begin = 0;      ///< of its first header block: that of the pax or long-name header when it has one
  int64_t data = 0;
  int64_t size = 0;
  int64_t end = 0;  ///< behind the padding: multiple of 512, except for a file without its last padding
};

struct TarEnd {
  bool marked = false;   ///< the two zero blocks are there (one is enough before the end of the file)
  int64_t trailing = 0;  ///< bytes from the first one that is not zero behind the mark to the end of the file
};

/// Calls `visit` for every regular file, in order. `file` names the archive in messages. Throws
/// InputError.
TarEnd walk_tar(Bytes archive, const std::string& file, const std::function<void(const TarMember&)>& visit);

/// The 512 bytes of a header: mode 0644, owner 0, time 0, so that the same content gives the same
/// archive. REQUIRES: name shorter than 100 bytes, 0 ≤ size < 8 GiB.
std::string tar_header(std::string_view name, int64_t size);

/// The header blocks of a member ([begin, data)) for other content of `size` bytes; nothing when
/// its size does not stand in the last block. REQUIRES: 0 ≤ size < 8 GiB.
std::optional<std::string> resized_headers(Bytes headers, int64_t size);

constexpr int64_t kTarBlock = 512;
constexpr int64_t round_up_to_block(int64_t size) {
  return (size + kTarBlock - 1) / kTarBlock * kTarBlock;
}

}  // namespace decant
