#include "decant/base/cache.h"

#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/base/temporary_folder.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr const char* kKeyFile = "key.json";

fs::path from_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Among files that anybody may make, only a folder of one's own can be believed.
std::string why_not_ours(const fs::path& folder) {
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0) return "";
  return S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() ? "" : "it belongs to a different user";
}

/// What takes the place of caches that cannot be written.
class PrivateFolder {
 public:
  /// Empty until it is needed.
  fs::path path() {
    const std::lock_guard lock(mutex_);
    return folder_ ? folder_->path() : fs::path();
  }
  fs::path make() {
    const std::lock_guard lock(mutex_);
    if (!folder_) folder_.emplace();
    return folder_->path();
  }
  /// Whether this is the first time.
  bool first_warning(const fs::path& cache) {
    const std::lock_guard lock(mutex_);
    return warned_.insert(cache).second;
  }

 private:
  std::mutex mutex_;
  std::optional<TemporaryFolder> folder_;
  std::set<fs::path> warned_;
};

PrivateFolder& private_folder() {
  static PrivateFolder folder;
  return folder;
}

/// The folder that is being filled under a key: one for each process that is at it.
LockedFolder claim(const fs::path& root, const CacheKey& key) {
  const fs::path entry = root / key.name();
  fs::create_directories(entry.parent_path());
  for (int i = 0;; ++i) {
    if (auto folder = LockedFolder::take(entry.string() + ".partial" + (i == 0 ? "" : std::to_string(i)))) return std::move(*folder);
  }
}

/// Whether `entry` holds what `key` names. What cannot be read is as good as absent.
bool is_good(const fs::path& entry, const CacheKey& key, const Cache::Test& is_whole) {
  try {
    return fs::is_regular_file(entry / kKeyFile) && read_text(entry / kKeyFile) == key.record() && is_whole(entry);
  } catch (const fs::filesystem_error&) {
  } catch (const Error&) {
  }
  return false;
}

/// Gives a filled folder its name, unless somebody else's has it by now.
void publish(LockedFolder& filled, const fs::path& entry, const CacheKey& key, const Cache::Test& is_whole) {
  std::error_code code;
  fs::rename(filled.path(), entry, code);
  if (!code) return filled.finish(entry);
  if (is_good(entry, key, is_whole)) return filled.remove();
  const fs::path partial = filled.path();  // a damaged one makes room
  swap_names(partial, entry);
  filled.finish(entry);
  if (auto old = LockedFolder::take(partial)) old->remove();
}

}  // namespace

CacheKey& CacheKey::add(std::string name, std::string_view value) {
  settings_.emplace_back(std::move(name), value);
  return *this;
}

std::string CacheKey::record() const {
  Json settings = Json::object();
  for (const auto& [name, value] : settings_) {
    DECANT_CHECK(settings.contains(name), ==, false);
    settings[name] = value;
  }
  return json_text({{"kind", kind_}, {"settings", settings}}, 2) + "\n";
}

std::string CacheKey::name() const {
  return kind_ + "/" + Digest().add(record()).hex();
}

Cache::Cache(const fs::path& asked, const Context& context) : root_(asked), context_(context) {
  const fs::path xdg = from_environment("XDG_CACHE_HOME");
  const fs::path home = from_environment("HOME");
  if (!root_.empty()) return;
  if (!xdg.empty() || !home.empty()) {
    root_ = xdg.empty() ? home / ".cache" / "decant" : xdg / "decant";
    return;
  }
  root_ = temporary_files() / fmt::format("decant-cache-{}", ::geteuid());
  refused_ = why_not_ours(root_);
}

void Cache::go_without(const std::string& why) const {
  if (private_folder().first_warning(root_))
    context_.warn(
        fmt::format("the cache {} cannot be used, so nothing is cached: {}. Choose another folder with --cache DIR", root_.string(), why));
}

LockedFolder Cache::workspace(const CacheKey& key) {
  std::string why = refused_;
  try {
    if (why.empty()) return claim(root_, key);
  } catch (const fs::filesystem_error& error) {
    why = error.code().message();
  } catch (const IoError& error) {
    why = error.what();
  }
  go_without(why);
  return claim(private_folder().make(), key);
}

Cache::Entry Cache::obtain(const CacheKey& key, const Test& is_whole, const Fill& fill, bool resumable) {
  for (const fs::path& root : {refused_.empty() ? root_ : fs::path(), private_folder().path()}) {
    if (!root.empty() && is_good(root / key.name(), key, is_whole)) return {root / key.name(), true};
  }
  LockedFolder folder = workspace(key);
  const fs::path working = folder.path();
  if (!resumable) folder.clear();
  try {
    fill(working);
    write_file(working / kKeyFile, key.record());
  } catch (const std::exception& error) {
    if (!resumable) folder.remove();
    const std::string what = error.what();
    if (!what.starts_with(working.string()) || dynamic_cast<const IoError*>(&error) == nullptr) throw;
    throw IoError({root_.string(), "", "the cache cannot be filled: " + what, "Or choose another cache folder with --cache DIR"});
  }
  const fs::path entry = working.parent_path() / fs::path(key.name()).filename();
  publish(folder, entry, key, is_whole);
  return {entry, false};
}

bool Cache::may_hold_any(const std::string& kind) const {
  std::error_code code;
  return refused_.empty() && fs::is_directory(root_ / kind, code);
}

std::optional<std::string> Cache::find(const CacheKey& key) const {
  const fs::path file = root_ / (key.name() + ".json");
  std::error_code code;
  if (!refused_.empty() || !fs::is_regular_file(file, code)) return std::nullopt;
  try {
    const Json json = try_parse_json(read_text(file));
    const bool whole = json.is_object() && json.contains("key") && json.contains("value");
    if (whole && json["key"] == parse_json(key.record())) return json_text(json["value"]);
  } catch (const IoError&) {  // as good as absent
  }
  return std::nullopt;
}

void Cache::keep(const CacheKey& key, const std::string& value) {
  const Json json = {{"key", parse_json(key.record())}, {"value", parse_json(value)}};
  const fs::path file = root_ / (key.name() + ".json");
  std::string why = refused_;
  try {
    if (why.empty()) {
      fs::create_directories(file.parent_path());
      write_file(file, json_text(json, 2) + "\n");
      return;
    }
  } catch (const fs::filesystem_error& error) {
    why = error.code().message();
  } catch (const IoError& error) {
    why = error.what();
  }
  go_without(why);
}

}  // namespace decant
