#include "decant/base/output.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/places.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr const char* kLog = "events.jsonl";

bool is_there(const fs::path& path) {
  std::error_code code;
  return fs::exists(fs::symlink_status(path, code));
}

/// "out/" means "out"; a name with "." or ".." in it would change its meaning while folders are
/// renamed.
fs::path named(const fs::path& out) {
  if (out.empty()) throw UsageError("the output needs a name: -o NAME");
  const fs::path tidy = out.has_filename() ? out : out.parent_path();
  const fs::path name = tidy == tidy.lexically_normal() && tidy != "." ? tidy : real_path(tidy);
  if (!name.has_filename()) throw UsageError(fmt::format("-o {}: the output needs a name", out.string()));
  return name;
}

[[noreturn]] void refuse(const fs::path& path, const std::string& what, const std::string& remedy) {
  throw InputError({path.string(), "", what, remedy});
}

/// Why what is there is not to be replaced; empty when it may be.
std::string why_foreign(const fs::path& out, const OutputOptions& options) try {
  if (fs::is_symlink(fs::symlink_status(out))) return "is a link";
  return options.why_foreign ? options.why_foreign(out) : "is not replaced";
} catch (const fs::filesystem_error& error) {
  return "cannot be read (" + error.code().message() + ")";
}

/// Throws unless there is nothing at `out`, or something that may be replaced.
void require_free(const fs::path& out, const OutputOptions& options) {
  const std::string touches = how_it_touches(out, options.inputs);
  if (!touches.empty()) refuse(out, touches + ", which is never changed", "Choose another -o, outside of all inputs");
  if (!is_there(out)) return;
  const std::string foreign = why_foreign(out, options);
  if (!options.overwrite)
    refuse(out, "already exists", foreign.empty() ? "Choose another -o, or give --overwrite to replace it" : "Choose another -o");
  if (!foreign.empty()) refuse(out, foreign + ", and decant replaces only what it made", "Choose another -o, or move it away");
}

/// As above, at the start of a run.
void look_at(const fs::path& out, const OutputOptions& options) {
  require_free(out, options);
  const std::string linked = is_there(out) ? how_links_touch(out, options.inputs) : "";
  if (!linked.empty()) refuse(out, linked + ", which is never changed", "Choose another -o");
}

/// A run that has just taken the lock may not have signed it yet.
std::string holder_of(const fs::path& lock) {
  std::string holder = LockFile::holder(lock);
  for (int wait = 0; wait < 100 && holder.empty(); ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    holder = LockFile::holder(lock);
  }
  return holder;
}

[[noreturn]] void refuse_held(const fs::path& out, const fs::path& lock) {
  const std::string holder = holder_of(lock);
  refuse(out, "is being written by another run of decant" + (holder.empty() ? "" : " (" + holder + ")"),
         "Wait for it, or choose another -o");
}

[[noreturn]] void refuse_partial(const fs::path& partial) {
  refuse(partial, "is in the way and was not made by decant", "Move it, or choose another -o");
}

/// Empty, marked, or of a version that did not mark it.
bool is_own_partial(const fs::path& folder) {
  if (!fs::is_directory(fs::symlink_status(folder))) return false;
  std::error_code code;
  if (fs::is_empty(folder, code) || LockFile::is_one(folder / LockedFolder::kLock)) return true;
  std::ifstream log(folder / kLog);
  std::string line;
  return std::getline(log, line) && line.starts_with("{\"at\":");
}

void require_own_partial(const fs::path& partial, const OutputOptions& options) {
  if (!how_it_touches(partial, options.inputs).empty())
    refuse(partial, how_it_touches(partial, options.inputs) + ", but the output is prepared here", "Choose another -o");
  if (is_there(partial) && !is_own_partial(partial)) refuse_partial(partial);
}

bool holds_nothing_but_a_log(const fs::path& folder) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.path().filename() != LockedFolder::kLock && entry.path().filename() != kLog) return false;
  }
  return !code;
}

[[noreturn]] void fail_in_place(const fs::path& out, const fs::path& partial, const std::string& why) {
  throw IoError({out.string(), "", fmt::format("cannot put the finished output in place: {}", why),
                 fmt::format("It is complete in {}; move it from there", partial.string())});
}

/// Where `path` goes while two names are swapped.
fs::path free_name(const fs::path& path) {
  for (int i = 0;; ++i) {
    fs::path name = path.string() + ".old" + (i == 0 ? "" : std::to_string(i));
    if (!is_there(name)) return name;
  }
}

/// False where the file system cannot, with errno set otherwise.
bool rename_as(const fs::path& from, const fs::path& to, unsigned flags) {
  return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0;
}

bool cannot_at_once() {
  return errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == EXDEV;
}

std::string system_says(int code) {
  return std::generic_category().message(code);
}

}  // namespace

void swap_names(const fs::path& a, const fs::path& b, bool at_once) {
  if (at_once && rename_as(a, b, RENAME_EXCHANGE)) return;
  if (at_once && !cannot_at_once()) throw IoError({b.string(), "", "cannot be swapped: " + system_says(errno), ""});
  const fs::path aside = free_name(b);
  const std::pair<fs::path, fs::path> steps[] = {{b, aside}, {a, b}, {aside, a}};
  for (int done = 0; done < 3; ++done) {
    std::error_code code;
    fs::rename(steps[done].first, steps[done].second, code);
    if (!code) continue;
    std::error_code undone;
    for (int i = done; i-- > 0 && !undone;) fs::rename(steps[i].second, steps[i].first, undone);
    throw IoError({b.string(), "", "cannot be swapped: " + code.message(),
                   undone ? fmt::format("The previous output is now in {}", aside.string()) : ""});
  }
}

fs::path OutputFolder::partial_of(const fs::path& out) {
  return named(out).string() + ".partial";
}

OutputFolder::OutputFolder(fs::path out, OutputOptions options)
    : out_(named(out)), partial_(out_.string() + ".partial"), options_(std::move(options)) {
  look_at(out_, options_);
  require_own_partial(partial_, options_);
  for (fs::path above = partial_.parent_path(); !above.empty() && !fs::exists(above); above = above.parent_path()) made_.push_back(above);
  std::error_code code;
  fs::create_directories(partial_, code);
  if (code) throw IoError({partial_.string(), "", "cannot create the output folder: " + code.message(), "Choose another -o"});
  folder_ = LockedFolder::take(partial_);
  if (!folder_) refuse_held(out_, partial_ / LockedFolder::kLock);
  try {
    require_free(out_, options_);  // another run may have finished meanwhile
    folder_->clear(options_.keep);
  } catch (...) {
    leave();
    throw;
  }
}

OutputFolder::~OutputFolder() {
  if (folder_) leave();
}

/// Leaves what a later run may want, and otherwise no trace.
void OutputFolder::leave() {
  if (!holds_nothing_but_a_log(partial_)) return;
  folder_->remove();
  for (const fs::path& folder : made_) ::rmdir(folder.c_str());  // fails for one that others use by now
}

void OutputFolder::commit() {
  read_.require_unchanged();
  std::optional<LockedFolder> old;
  const auto fail = [&](const std::string& why) {
    if (old) old->finish(out_);
    fail_in_place(out_, partial_, why);
  };
  try {
    require_free(out_, options_);  // what lies there now may be another thing than at the start
    if (is_there(out_)) {
      old = LockedFolder::take(out_);  // marked, so that what is left of it when this process is killed can be cleared
      swap_names(partial_, out_);
    } else {
      fs::rename(partial_, out_);
    }
  } catch (const fs::filesystem_error& error) {
    fail(error.code().message());
  } catch (const Error& error) {
    fail(error.what());
  }
  folder_->finish(out_);
  folder_.reset();
  if (!old) return;
  old->follow(partial_);
  old->remove();
}

void sweep_after(const fs::path& out) {
  const fs::path partial = OutputFolder::partial_of(out);
  if (is_there(partial) && is_own_partial(partial)) {
    if (auto folder = LockedFolder::take(partial)) folder->remove();
  }
  if (LockFile::is_one(out / LockedFolder::kLock)) {
    if (auto folder = LockedFolder::take(out)) folder->finish(out);
  }
}

OutputFile::OutputFile(fs::path out, OutputOptions options)
    : out_(named(out)), partial_(out_.string() + ".partial"), file_(partial_ / out_.filename()), options_(std::move(options)) {
  look_at(out_, options_);
  require_own_partial(partial_, options_);
  if (const fs::path folder = out_.parent_path(); !folder.empty() && !fs::is_directory(folder))
    refuse(out_, "cannot be written: its folder does not exist", "Create the folder, or choose another -o");
  folder_ = LockedFolder::take(partial_);
  if (!folder_) refuse_held(out_, partial_ / LockedFolder::kLock);
  try {
    require_free(out_, options_);  // another run may have finished meanwhile
    folder_->clear();
  } catch (...) {
    folder_->remove();
    throw;
  }
}

OutputFile::~OutputFile() {
  if (folder_) folder_->remove();
}

void OutputFile::commit() {
  read_.require_unchanged();
  const auto fail = [&](const std::string& why) {
    folder_.reset();
    fail_in_place(out_, file_, why);
  };
  try {
    require_free(out_, options_);
  } catch (const InputError& error) {
    fail(error.what());
  }
  const bool replaces = is_there(out_);
  if (!rename_as(file_, out_, replaces ? 0 : RENAME_NOREPLACE)) {
    if (replaces || !cannot_at_once()) fail(system_says(errno));
    std::error_code code;
    fs::rename(file_, out_, code);
    if (code) fail(code.message());
  }
  folder_->remove();
  folder_.reset();
}

}  // namespace decant
