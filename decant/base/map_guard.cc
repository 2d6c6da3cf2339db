#include "decant/base/map_guard.h"

#include <atomic>
#include <csignal>
#include <list>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "decant/base/errors.h"

namespace decant {
namespace fs = std::filesystem;

/// What the handler reads is atomic, the rest is the registry's. Never freed, but used again: the
/// handler walks over all of them without a lock.
struct MapEntry {
  std::atomic<uintptr_t> begin{0};  ///< 0: free
  std::atomic<uintptr_t> end{0};
  std::atomic<uint64_t> lost{0};  ///< when pages of it were found missing; 0: never
  MapEntry* next = nullptr;

  fs::path path;
  uint64_t since = 0;
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  timespec changed{};
};

namespace {

std::atomic<MapEntry*> first_entry{nullptr};
std::atomic<uint64_t> now{1};  // counts maps and losses
struct sigaction before_ours {};
uintptr_t page_size = 4096;

struct Registry {
  struct Past {  ///< a map that is no more, of a file that had changed
    fs::path path;
    uint64_t since;
    uint64_t lost;
  };

  void add_entry() {
    free.push_back(nullptr);
    free.back() = new MapEntry;
    free.back()->next = first_entry;
    first_entry = free.back();
  }

  std::mutex mutex;
  std::vector<MapEntry*> free;
  std::list<Past> changed;
};

Registry& registry() {
  static auto* const all = new Registry;  // never destroyed: maps may outlive it
  return *all;
}

/// The page at `address` and those behind it become zeros. Calls nothing but system calls.
bool cover(uintptr_t address) {
  for (MapEntry* entry = first_entry; entry != nullptr; entry = entry->next) {
    const uintptr_t begin = entry->begin;
    const uintptr_t end = entry->end;
    if (begin == 0 || address < begin || address >= end) continue;
    const uintptr_t page = address & ~(page_size - 1);
    void* const zeros =
        ::mmap(reinterpret_cast<void*>(page), end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    if (zeros == MAP_FAILED) return false;
    entry->lost = now.fetch_add(1);
    return true;
  }
  return false;
}

extern "C" void on_missing_page(int signal, siginfo_t* info, void* context) {
  if (info->si_code > 0 && cover(reinterpret_cast<uintptr_t>(info->si_addr))) return;
  if ((before_ours.sa_flags & SA_SIGINFO) != 0 && before_ours.sa_sigaction != nullptr) {
    before_ours.sa_sigaction(signal, info, context);
  } else if (before_ours.sa_handler != SIG_DFL && before_ours.sa_handler != SIG_IGN) {
    before_ours.sa_handler(signal);
  } else {
    ::sigaction(SIGBUS, &before_ours, nullptr);  // the read is tried again, and ends as it would have
  }
}

void install_handler() {
  page_size = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction ours {};
  ours.sa_sigaction = on_missing_page;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&ours.sa_mask);
  ::sigaction(SIGBUS, &ours, &before_ours);
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/// Whether the file itself is another now. REQUIRES: the registry's lock.
bool has_changed(const MapEntry& entry) {
  if (entry.lost > 0) return true;
  struct stat info {};
  if (::stat(entry.path.c_str(), &info) != 0 || info.st_dev != entry.device || info.st_ino != entry.inode) return false;
  return info.st_size != entry.size || !same_time(info.st_mtim, entry.changed);
}

[[noreturn]] void blame(const fs::path& path) {
  throw IoError({path.string(), "", "was changed while it was being read", "Do not change the input during a run"});
}

}  // namespace

MapEntry* register_map(std::span<const std::byte> bytes, const fs::path& path, const struct stat& as_opened) {
  static std::once_flag once;
  std::call_once(once, install_handler);
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  if (all.free.empty()) all.add_entry();
  MapEntry* const entry = all.free.back();
  all.free.pop_back();
  entry->path = path;
  entry->since = now.fetch_add(1);
  entry->device = as_opened.st_dev;
  entry->inode = as_opened.st_ino;
  entry->size = as_opened.st_size;
  entry->changed = as_opened.st_mtim;
  entry->lost = 0;
  const auto begin = reinterpret_cast<uintptr_t>(bytes.data());
  entry->end = (begin + bytes.size() + page_size - 1) & ~(page_size - 1);
  entry->begin = begin;
  return entry;
}

void unregister_map(MapEntry* entry) noexcept {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  try {
    if (has_changed(*entry)) {
      all.changed.push_back({entry->path, entry->since, entry->lost});
      constexpr size_t kRemembered = 64;  // of a process that lives long
      if (all.changed.size() > kRemembered) all.changed.pop_front();
    }
    entry->begin = 0;
    all.free.push_back(entry);
  } catch (...) {  // no memory: the entry is not used again, and the change is not remembered
    entry->begin = 0;
  }
}

MapWatch::MapWatch() : since_(now) {}

void MapWatch::require_whole() const {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  for (const auto& past : all.changed) {
    if (past.lost >= since_) blame(past.path);
  }
  for (const MapEntry* entry = first_entry; entry != nullptr; entry = entry->next) {
    if (entry->begin != 0 && entry->lost >= since_) blame(entry->path);
  }
}

void MapWatch::require_unchanged() const {
  require_whole();
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  for (const auto& past : all.changed) {
    if (past.since >= since_) blame(past.path);
  }
  for (const MapEntry* entry = first_entry; entry != nullptr; entry = entry->next) {
    if (entry->begin != 0 && entry->since >= since_ && has_changed(*entry)) blame(entry->path);
  }
}

void with_unchanged_maps(const std::function<void()>& body) {
  const MapWatch maps;
  try {
    body();
  } catch (const Cancelled&) {
    throw;
  } catch (const UsageError&) {
    throw;
  } catch (const Error&) {
    maps.require_unchanged();
    throw;
  }
  maps.require_whole();
}

}  // namespace decant
