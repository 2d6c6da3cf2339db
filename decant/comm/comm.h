// Ranks: processes, or threads, that work on one problem in lock-step, each with rows of its own.
//
// Every rank calls the same functions in the same order (a *collective* call). What they return is
// the same on every rank, so whatever is decided from it is decided alike everywhere; that is the
// only way in which ranks agree. All there is to build on is "everyone's bytes, in the order of
// ranks" and "one rank's bytes, everywhere".
//
// One of them may fail alone. Where that can be foreseen (a file that only one of them opens),
// all_or_none() makes all of them fail. Where it cannot, the others wait for it: whoever catches
// the exception at the top notices through all_arrive() and calls end_job(); where ranks are
// threads, run_ranks() (local.h) wakes them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <span>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"

namespace decant {

class Comm {
 public:
  virtual ~Comm() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// Everyone's bytes one after the other, in the order of ranks; the numbers of bytes may differ.
  /// `counts`: bytes of each rank.
  void all_gather(Bytes mine, std::vector<std::byte>& all, std::vector<int64_t>& counts);
  /// The bytes of rank `from`, in place on every other rank. The number is the same everywhere.
  void broadcast(std::span<std::byte> bytes, int from);

  /// True when every rank calls this within so many seconds. The last thing a rank does.
  virtual bool all_arrive(double seconds) = 0;
  /// Ends all ranks now, with this exit code.
  virtual void end_job(int code) = 0;

  struct Traffic {
    int64_t messages = 0;  ///< collective calls
    int64_t bytes = 0;     ///< received by this rank from others
  };
  const Traffic& traffic() const { return traffic_; }

 private:
  virtual void do_all_gather(Bytes mine, std::vector<std::byte>& all, std::vector<int64_t>& counts) = 0;
  virtual void do_broadcast(std::span<std::byte> bytes, int from) = 0;

  Traffic traffic_;
};

/// Everyone's values one after the other. `begins`, if asked for: where each rank's begin, and the
/// end.
template <class T>
std::vector<T> gather_all(Comm& comm, std::span<const T> mine, std::vector<size_t>* begins = nullptr) {
  std::vector<std::byte> bytes;
  std::vector<int64_t> counts;
  comm.all_gather(std::as_bytes(mine), bytes, counts);
  std::vector<T> all(bytes.size() / sizeof(T));
  if (!all.empty()) std::memcpy(all.data(), bytes.data(), bytes.size());
  if (begins == nullptr) return all;
  begins->assign(1, 0);
  for (const int64_t count : counts) begins->push_back(begins->back() + static_cast<size_t>(count) / sizeof(T));
  return all;
}

template <class T>
std::vector<T> gather_each(Comm& comm, const T& mine) {
  return gather_all(comm, std::span<const T>(&mine, 1));
}

/// Over all ranks, in their order; what one has when there are no ranks (null).
inline double sum_all(Comm* ranks, double mine) {
  if (ranks == nullptr) return mine;
  double sum = 0;
  for (const double value : gather_each(*ranks, mine)) sum += value;
  return sum;
}
inline double mean_of_all(Comm* ranks, double mine) {
  return ranks == nullptr ? mine : sum_all(ranks, mine) / ranks->size();
}
inline double max_all(Comm* ranks, double mine) {
  if (ranks == nullptr) return mine;
  const auto all = gather_each(*ranks, mine);
  return *std::max_element(all.begin(), all.end());
}
inline double min_all(Comm* ranks, double mine) {
  return -max_all(ranks, -mine);
}
inline bool any_of_all(Comm* ranks, bool mine) {
  return max_all(ranks, mine ? 1 : 0) > 0;
}

/// What a rank throws because another one failed, whose own error says why.
class OtherRankFailed : public Error {
 public:
  OtherRankFailed() : Error("another rank failed") {}
};

/// Runs body() on the ranks for which `here`. When it throws on any of them, every rank throws: its
/// own error or OtherRankFailed.
template <class Body>
void all_or_none(Comm* ranks, bool here, Body&& body) {
  std::exception_ptr error;
  try {
    if (here) body();
  } catch (...) {
    error = std::current_exception();
  }
  const bool failed = any_of_all(ranks, error != nullptr);
  if (error) std::rethrow_exception(error);
  if (failed) throw OtherRankFailed();
}

inline bool is_root(const Comm* ranks) {
  return ranks == nullptr || ranks->rank() == 0;
}

/// The part of `count` things that is a rank's own: contiguous, in the order of ranks, sizes that
/// differ by one at most.
struct RankShare {
  int64_t begin = 0;
  int64_t end = 0;
};
inline RankShare share_of(int64_t count, int rank, int size) {
  return {count * rank / size, count * (rank + 1) / size};
}

}  // namespace decant
