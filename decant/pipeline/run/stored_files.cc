#include "decant/pipeline/run/stored_files.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/parallel.h"
#include "decant/formats/image/recode.h"

namespace decant {
namespace {

StoredFile stored_file(Bytes bytes, const std::optional<PatchMask>& mask) {
  if (!mask) return {sha256(bytes), std::ssize(bytes)};
  return {sha256(bytes), std::ssize(bytes), mask->grid.count(), mask->kept_count()};
}

}  // namespace

NotedRows::NotedRows(std::shared_ptr<const Rows> below, const Subset& kept)
    : WrappedRows(std::move(below)), kept_(kept), files_(kept.size()) {}

Bytes NotedRows::bytes(int64_t row, std::vector<std::byte>& scratch) const {
  const Bytes bytes = below().bytes(row, scratch);
  const auto found = std::ranges::lower_bound(kept_, row);
  if (found != kept_.end() && *found == row)
    files_[static_cast<size_t>(found - kept_.begin())] = stored_file(bytes, stored_mask(bytes, key(row)));
  return bytes;
}

std::vector<StoredFile> stored_files(const Rows& written, const Context& context) {
  std::vector<StoredFile> files(static_cast<size_t>(written.size()));
  Stage stage(context, "hash", written.size(), "rows");
  parallel_for(context, written.size(), 256, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    for (int64_t row = begin; row < end; ++row)
      files[static_cast<size_t>(row)] = stored_file(written.bytes(row, scratch), written.pictures()->mask(row));
    stage.advance(end - begin);
  });
  return files;
}

}  // namespace decant
