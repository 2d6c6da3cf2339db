// The module decant_mpi.so: Comm on MPI. The only file that includes <mpi.h>.
#include <chrono>
#include <mpi.h>
#include <numeric>
#include <thread>

#include "decant/comm/world.h"

namespace decant {
namespace {

constexpr int64_t kMostAtOnce = int64_t{1} << 30;  // MPI counts in int

/// Waits for a collective call without taking a core from ranks that still compute: many share a
/// machine with others.
void wait_for(MPI_Request request) {
  constexpr int kEager = 200;
  for (int tries = 0, done = 0;; ++tries) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done != 0) return;
    if (tries < kEager) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }
}

class MpiComm final : public Comm {
 public:
  MpiComm() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm_dup(MPI_COMM_WORLD, &farewell_);
  }
  ~MpiComm() override { MPI_Finalize(); }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  bool all_arrive(double seconds) override {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + std::chrono::duration<double>(seconds);
    MPI_Request request;
    MPI_Ibarrier(farewell_, &request);
    for (int done = 0; done == 0; std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (done == 0 && Clock::now() > until) return false;
    }
    return true;
  }

  void end_job(int code) override {
    MPI_Abort(MPI_COMM_WORLD, code);
    std::abort();
  }

 private:
  void do_all_gather(Bytes mine, std::vector<std::byte>& all, std::vector<int64_t>& counts) override {
    counts.resize(static_cast<size_t>(size_));
    const auto own = static_cast<int64_t>(mine.size());
    MPI_Request request;
    MPI_Iallgather(&own, 1, MPI_INT64_T, counts.data(), 1, MPI_INT64_T, MPI_COMM_WORLD, &request);
    wait_for(request);
    const int64_t total = std::accumulate(counts.begin(), counts.end(), int64_t{0});
    all.resize(static_cast<size_t>(total));
    if (total == 0) return;
    std::vector<int64_t> begins(counts.size(), 0);
    std::partial_sum(counts.begin(), counts.end() - 1, begins.begin() + 1);
    if (total > kMostAtOnce) return gather_by_broadcasts(mine, all, counts, begins);
    const std::vector<int> sizes(counts.begin(), counts.end());
    const std::vector<int> places(begins.begin(), begins.end());
    MPI_Iallgatherv(mine.data(), static_cast<int>(own), MPI_BYTE, all.data(), sizes.data(), places.data(), MPI_BYTE, MPI_COMM_WORLD,
                    &request);
    wait_for(request);
  }

  void gather_by_broadcasts(Bytes mine, std::span<std::byte> all, std::span<const int64_t> counts, std::span<const int64_t> begins) {
    for (int from = 0; from < size_; ++from) {
      const auto at = static_cast<size_t>(from);
      const auto part = all.subspan(static_cast<size_t>(begins[at]), static_cast<size_t>(counts[at]));
      if (from == rank_) std::copy(mine.begin(), mine.end(), part.begin());
      do_broadcast(part, from);
    }
  }

  void do_broadcast(std::span<std::byte> bytes, int from) override {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), static_cast<size_t>(kMostAtOnce)));
      MPI_Request request;
      MPI_Ibcast(part.data(), static_cast<int>(part.size()), MPI_BYTE, from, MPI_COMM_WORLD, &request);
      wait_for(request);
      bytes = bytes.subspan(part.size());
    }
  }

  int rank_ = 0;
  int size_ = 1;
  MPI_Comm farewell_ = MPI_COMM_NULL;
};

}  // namespace
}  // namespace decant

extern "C" decant::Comm* decant_mpi_v1() {
  return new decant::MpiComm;
}
