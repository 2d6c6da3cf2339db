// Files that are changed by somebody else while they are mapped.
//
// A mapped file that is cut short takes its pages with it: the next read of one is a SIGBUS, which
// ends the process, and with it a notebook. One that is written to in place has bytes of two
// states, and a selection of them is of neither. No lock forbids either. So every map is
// registered; a handler of SIGBUS puts zeros where its pages are missing and remembers it; and
// whoever is about to trust what was read asks a MapWatch, which compares size and time of change
// with those at first.
//
// A file that is replaced by renaming another to its name, or removed, is none of this: its map
// goes on showing what it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <sys/stat.h>

namespace decant {

struct MapEntry;  ///< of one map

/// Registers a map of `path` that `as_opened` describes. The first call installs the handler, which
/// passes on every SIGBUS elsewhere to the one that was there before.
MapEntry* register_map(std::span<const std::byte> bytes, const std::filesystem::path& path, const struct stat& as_opened);
/// To be called before it is unmapped.
void unregister_map(MapEntry* entry) noexcept;

/// The files mapped since it was made, by any thread.
class MapWatch {
 public:
  MapWatch();
  /// Throws IoError naming the first that has changed since it was mapped, or whatever
  /// require_whole() names. Cost: a stat() for each.
  void require_unchanged() const;
  /// Throws IoError naming a file of which pages were found missing since the watch was made,
  /// whenever it was mapped: zeros were read in their place.
  void require_whole() const;

 private:
  uint64_t since_;
};

/// Runs `body`. Where it ends in an error and a file has changed meanwhile, that is the error,
/// whatever `body` made of its bytes. Where it ends well, it has looked at changes itself before it
/// trusted what it read, and only zeros that it took for bytes are an error.
void with_unchanged_maps(const std::function<void()>& body);

}  // namespace decant
