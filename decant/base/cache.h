// A cache of computed results: folders and small records, each found by a key of everything that
// decides it.
//
// An entry is filled under a temporary name and renamed in one step, so it is complete or absent,
// even when several processes fill the same one: the first to finish wins, and the others use its
// entry. The key is stored next to the value and compared when it is read.
//
// A cache is a convenience. If it cannot be written, one warning says so and entries go to a folder
// of this process, which is deleted when it ends.
#pragma once

#include <filesystem>
#include <fmt/core.h>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/lock_file.h"

namespace decant {

/// All that decides a result: its kind, and every setting by name. Two keys that differ in any of
/// it never share an entry. The number of threads is no setting: what was computed on four is found
/// on two, although a network would give other last digits there.
class CacheKey {
 public:
  explicit CacheKey(std::string kind) : kind_(std::move(kind)) {}
  CacheKey& add(std::string name, std::string_view value);
  template <class Number>
  requires std::is_arithmetic_v<Number> CacheKey& add(std::string name, Number value) {
    return add(std::move(name), std::string_view(fmt::format("{}", value)));
  }

  /// KIND/DIGEST, the digest that of record().
  std::string name() const;
  /// All of it as JSON, for people and for comparison.
  std::string record() const;

 private:
  std::string kind_;
  std::vector<std::pair<std::string, std::string>> settings_;
};

/// May be used from several threads.
class Cache {
 public:
  /// `asked` empty: $XDG_CACHE_HOME/decant, else ~/.cache/decant, else a folder of this user's
  /// among the temporary files. Nothing is made before there is something to keep.
  explicit Cache(const std::filesystem::path& asked, const Context& context = {});

  using Test = std::function<bool(const std::filesystem::path& folder)>;
  using Fill = std::function<void(const std::filesystem::path& folder)>;
  struct Entry {
    std::filesystem::path folder;
    bool reused = false;  ///< it was there
  };
  /// The entry of `key` if it is there and `is_whole(folder)`; else `fill(folder)` makes it. With
  /// `resumable`, the folder holds what an interrupted fill() left; else it is empty. Throws what
  /// fill() throws; an IoError that names the cache when its disk is full.
  Entry obtain(const CacheKey& key, const Test& is_whole, const Fill& fill, bool resumable = false);

  /// A locked folder to work in, with what an interrupted run left there under this key. The caller
  /// removes it when it is no longer needed.
  LockedFolder workspace(const CacheKey& key);

  /// False where nothing of this kind was ever kept. Cheap.
  bool may_hold_any(const std::string& kind) const;
  /// The JSON text kept under `key`; nothing for a damaged file either.
  std::optional<std::string> find(const CacheKey& key) const;
  /// Keeps a JSON text. A failure is a warning: the result is known in any case.
  void keep(const CacheKey& key, const std::string& value);

 private:
  void go_without(const std::string& why) const;

  std::filesystem::path root_;
  std::string refused_;  ///< why root_ must not be used, when it must not
  Context context_;
};

}  // namespace decant
