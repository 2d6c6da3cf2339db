// The outputs of a run. Nothing of the user's is ever replaced.
//
// An output appears under its name when it is whole. Until then it is NAME.partial, marked and
// locked (lock_file.h): a second run with the same output reports who has it. An existing output is
// an InputError; with `overwrite` it is replaced, but only if decant made it, and only if it is not
// an input, around one or inside one, under any name. A NAME.partial that decant did not make is an
// InputError too. All of this is checked before anything is read, and once more before the output
// is put in place.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/lock_file.h"
#include "decant/base/map_guard.h"

namespace decant {

struct OutputOptions {
  bool overwrite = false;
  /// What is read: paths and patterns, as the user named them.
  std::vector<std::string> inputs = {};
  /// Why what lies at a path is not an output of this kind that decant wrote ("holds no run.json");
  /// empty when it is. Without this function nothing is replaced.
  std::function<std::string(const std::filesystem::path&)> why_foreign = {};
  /// Of a folder: the entry that stays when an interrupted run left OUT.partial behind.
  std::string keep = {};
};

/// The output folder of a run, filled as OUT.partial/. Not committed, OUT.partial stays when it
/// holds more than a log; OUT is untouched.
class OutputFolder {
 public:
  /// Throws UsageError when `out` has no name, InputError as above, IoError.
  OutputFolder(std::filesystem::path out, OutputOptions options);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  const std::filesystem::path& path() const { return partial_; }  ///< where to write now
  /// Gives the folder its name. Throws IoError when a file mapped since the start has changed. What
  /// was there is swapped out first and deleted last; after an error either the old or the new
  /// output stands under its name, and the message says where the new one is.
  void commit();
  /// What path() is for such an output.
  static std::filesystem::path partial_of(const std::filesystem::path& out);

 private:
  void leave();

  std::filesystem::path out_;
  std::filesystem::path partial_;
  OutputOptions options_;
  MapWatch read_;
  std::vector<std::filesystem::path> made_;  ///< the folders above it that were missing, the innermost first
  std::optional<LockedFolder> folder_;
};

/// A single output file, written as path(), in the folder OUT.partial/, by whatever writes files.
/// What a killed process left there, temporary files of its own among it, the next one clears.
class OutputFile {
 public:
  /// As OutputFolder; InputError too when the folder it is to lie in is missing.
  OutputFile(std::filesystem::path out, OutputOptions options);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  const std::filesystem::path& path() const { return file_; }
  void commit();

 private:
  std::filesystem::path out_;
  std::filesystem::path partial_;
  std::filesystem::path file_;
  OutputOptions options_;
  MapWatch read_;
  std::optional<LockedFolder> folder_;
};

/// Removes what a process that was killed when `out` was whole left of OUT.partial, or of a lock in
/// OUT. Nothing where another process is at it, or where decant did not make it.
void sweep_after(const std::filesystem::path& out);

/// Afterwards each name stands for what the other one did: in one step where the file system can,
/// else (or not `at_once`) in three, which are undone when one fails. Throws IoError, which says
/// where things are.
void swap_names(const std::filesystem::path& a, const std::filesystem::path& b, bool at_once = true);

}  // namespace decant
