// What was written of each kept row, where pictures did not keep their bytes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/subset.h"

namespace decant {

struct StoredFile {
  std::string sha256;  ///< of the bytes as they were written
  int64_t bytes = 0;   ///< how many those are
  int cells = 0;       ///< 0 for a picture that nothing was dropped from
  int cells_kept = 0;
  std::string annotations = {};  ///< annotation_digest() of what was written, where it is not the source's
};

/// Rows that note what a writer takes from them. The bytes of a kept row are one file, however
/// often they are asked for.
class NotedRows final : public WrappedRows {
 public:
  /// REQUIRES: rows whose bytes are picture files. `kept` must outlive this.
  NotedRows(std::shared_ptr<const Rows> below, const Subset& kept);

  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override;

  /// Of every kept row, in their order; for a row that was never asked for, an empty one.
  const std::vector<StoredFile>& files() const { return files_; }

 private:
  const Subset& kept_;
  mutable std::vector<StoredFile> files_;  ///< each entry is written by one thread at a time: a writer's for its row
};

/// Of rows that are written already, in their order.
std::vector<StoredFile> stored_files(const Rows& written, const Context& context);

}  // namespace decant
