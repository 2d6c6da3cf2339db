// Finished bins on disk, so that a run that was stopped (Ctrl-C, a kill, a power cut) goes on where
// it was.
//
// OUT.partial/checkpoint/ holds begun.json, which says what decides the bins, and files of bins.
// The same command again finds them and cuts what is missing; the end is the same to the last bit.
// When the run is whole the folder is removed before OUT gets its name.
//
// What decides: the options that change a bin, and digests (XXH3) of rows, labels, bad rows and
// features. Rows and labels are digested as they are read in any case; features that are another
// file take one pass more, on all threads, at the speed of memory: no run is so small that it would
// be worth leaving out. Options or data that differ are an InputError, or with `overwrite` the
// checkpoint is dropped.
//
// A file is written when its bins hold some thousands of rows or a second has passed, so a thousand
// small pools make some files, not ten thousand, and what a kill loses is a second and the bins
// that were under way. Files are written as X.partial and renamed, and carry a checksum: a file
// that is damaged, or that a power cut left empty, is dropped with a warning and its bins are cut
// again.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/comm/comm.h"
#include "decant/data/features.h"
#include "decant/select/engine/bin_picker.h"

namespace decant {

class Checkpoint final : public BinKeeper {
 public:
  /// Something that was read: what it is ("labels"), where it is from, and what it holds.
  struct Source {
    std::string what;
    std::string file;
    std::string digest;
  };
  static constexpr const char* kFolder = "checkpoint";  ///< in OUT.partial

  /// `folder`: empty where nothing is kept. `options`: an object of those that change a bin. What
  /// an earlier run left in `folder` is read by begin(); that it had these options is checked at
  /// once, before anything costly. Nothing is written yet. Throws InputError naming the option that
  /// differs.
  ///
  /// With ranks, all of them call all of this but finished() and keep(), and the folder is one that
  /// all of them see: the first looks after it, each reads everything and writes files of its own.
  Checkpoint(std::filesystem::path folder, const Json& options, bool overwrite, Comm* ranks, const Context& context);
  ~Checkpoint() override;  ///< writes what is left, as far as it can
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;

  /// Before the first bin. Throws InputError naming the first source that differs from what the
  /// interrupted run read.
  void begin(const std::vector<Source>& sources);
  std::vector<FinishedBin> finished(int64_t pool) override;
  void keep(int64_t pool, int64_t bin, std::span<const int64_t> rows, std::span<const double> gains) override;
  void flush();   ///< writes what is not written yet
  void remove();  ///< the run is whole: nothing stays

 private:
  void look_at_folder();
  void drop();
  void go_on_or_drop(const std::vector<Source>& sources);
  void read_files_of_bins();
  void write_begun();
  void write_buffered();

  std::filesystem::path folder_;
  std::unique_ptr<Json> begun_;  ///< this run
  std::unique_ptr<Json> found_;  ///< an interrupted run; null when there is none
  bool overwrite_;
  Comm* ranks_;
  bool begun_written_ = false;
  const Context& context_;
  std::string identity_;

  std::mutex mutex_;
  std::map<int64_t, std::map<int64_t, FinishedBin>> known_;
  int64_t files_ = 0;
  std::vector<std::byte> buffer_;
  int64_t buffered_rows_ = 0;
  std::chrono::steady_clock::time_point written_;
};

/// Digest of all rows as float32. One pass, on all threads.
std::string digest_of_rows(const Features& features, const Context& context);

}  // namespace decant
