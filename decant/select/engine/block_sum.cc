#include "decant/select/engine/block_sum.h"

#include <algorithm>

#include "decant/base/matrix.h"
#include "decant/base/parallel.h"

namespace decant {
namespace {

constexpr int64_t kMembers = 4096;  // of a block

/// The blocks that a rank's members are in, and which of them it finishes.
class OwnBlocks {
 public:
  OwnBlocks(RankShare own, bool last_rank, int64_t width)
      : own_(own),
        first_(own.begin / kMembers),
        end_(last_rank ? (own.end + kMembers - 1) / kMembers : own.end / kMembers),
        partial_((own.end + kMembers - 1) / kMembers - first_, width) {}

  bool begun_elsewhere() const { return own_.begin % kMembers != 0; }
  bool goes_on_elsewhere() const { return partial_.rows() > end_ - first_; }

  void add_begun_here(const AddMembers& add, const Context& context) {
    const int64_t skipped = begun_elsewhere() ? 1 : 0;
    parallel_for(context, partial_.rows() - skipped, 1, [&](int64_t i, int64_t) { add_block(skipped + i, add); });
  }
  /// REQUIRES: begun_elsewhere().
  void finish_begun(std::span<const double> so_far, const AddMembers& add) {
    std::copy(so_far.begin(), so_far.end(), partial_[0].begin());
    add_block(0, add);
  }
  std::span<const double> last() { return partial_[partial_.rows() - 1]; }
  std::span<const double> finished() {
    if (end_ <= first_) return {};
    return {partial_[0].data(), static_cast<size_t>((end_ - first_) * partial_.cols())};
  }

 private:
  void add_block(int64_t i, const AddMembers& add) {
    const int64_t begin = (first_ + i) * kMembers;
    add(std::max(begin, own_.begin), std::min(begin + kMembers, own_.end), partial_[i]);
  }

  RankShare own_;
  int64_t first_;
  int64_t end_;
  Matrix<double> partial_;
};

/// Hands the sum of an unfinished block from rank to rank.
void finish_in_turn(OwnBlocks& blocks, int64_t width, const AddMembers& add, Comm& ranks) {
  std::vector<double> handed(static_cast<size_t>(width));
  for (int rank = 0; rank < ranks.size(); ++rank) {
    if (rank == ranks.rank()) {
      if (blocks.begun_elsewhere()) blocks.finish_begun(handed, add);
      if (blocks.goes_on_elsewhere()) {
        const auto last = blocks.last();
        handed.assign(last.begin(), last.end());
      }
    }
    if (rank + 1 < ranks.size()) ranks.broadcast(std::as_writable_bytes(std::span(handed)), rank);
  }
}

}  // namespace

std::vector<double> block_sum(int64_t count, int64_t width, RankShare own, const AddMembers& add, Comm* ranks, const Context& context) {
  if (ranks == nullptr) own = {0, count};
  OwnBlocks blocks(own, ranks == nullptr || ranks->rank() + 1 == ranks->size(), width);
  blocks.add_begun_here(add, context);
  std::vector<double> gathered;
  std::span<const double> partial = blocks.finished();
  if (ranks != nullptr) {
    finish_in_turn(blocks, width, add, *ranks);
    gathered = gather_all(*ranks, partial);
    partial = gathered;
  }
  std::vector<double> total(static_cast<size_t>(width), 0.0);
  for (size_t i = 0; i < partial.size(); ++i) total[i % total.size()] += partial[i];
  return total;
}

}  // namespace decant
