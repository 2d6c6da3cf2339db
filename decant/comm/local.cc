#include "decant/comm/local.h"

#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>

#include "decant/base/errors.h"

namespace decant {
namespace {

/// Where the threads meet. A collective call is two meetings: everyone has shown its bytes;
/// everyone has read the others'.
class MeetingPlace {
 public:
  explicit MeetingPlace(int size) : shown_(static_cast<size_t>(size)), size_(size) {}

  void show(int rank, Bytes bytes) { shown_[static_cast<size_t>(rank)] = bytes; }
  Bytes shown(int rank) const { return shown_[static_cast<size_t>(rank)]; }
  int size() const { return size_; }

  void meet() {
    std::unique_lock lock(mutex_);
    if (failure_) throw Cancelled();
    const int64_t meeting = meeting_;
    if (++here_ == size_) {
      here_ = 0;
      ++meeting_;
      everyone_.notify_all();
      return;
    }
    everyone_.wait(lock, [&] { return meeting_ != meeting || failure_; });
    if (meeting_ == meeting) throw Cancelled();
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    everyone_.notify_all();
  }
  const std::exception_ptr& failure() const { return failure_; }

 private:
  std::mutex mutex_;
  std::condition_variable everyone_;
  std::vector<Bytes> shown_;
  int size_;
  int here_ = 0;
  int64_t meeting_ = 0;
  std::exception_ptr failure_;
};

class ThreadComm final : public Comm {
 public:
  ThreadComm(MeetingPlace& place, int rank) : place_(place), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return place_.size(); }
  bool all_arrive(double) override { return true; }
  void end_job(int code) override { std::_Exit(code); }

 private:
  void do_all_gather(Bytes mine, std::vector<std::byte>& all, std::vector<int64_t>& counts) override {
    place_.show(rank_, mine);
    place_.meet();
    all.clear();
    counts.clear();
    for (int rank = 0; rank < size(); ++rank) {
      const Bytes theirs = place_.shown(rank);
      all.insert(all.end(), theirs.begin(), theirs.end());
      counts.push_back(static_cast<int64_t>(theirs.size()));
    }
    place_.meet();
  }

  void do_broadcast(std::span<std::byte> bytes, int from) override {
    if (rank_ == from) place_.show(rank_, bytes);
    place_.meet();
    const Bytes theirs = place_.shown(from);
    DECANT_CHECK(theirs.size(), ==, bytes.size());
    if (rank_ != from) std::copy(theirs.begin(), theirs.end(), bytes.begin());
    place_.meet();
  }

  MeetingPlace& place_;
  int rank_;
};

}  // namespace

void run_ranks(int size, const std::function<void(Comm&)>& body) {
  MeetingPlace place(size);
  {
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < size; ++rank) {
      threads.emplace_back([&, rank] {
        ThreadComm comm(place, rank);
        try {
          body(comm);
        } catch (...) {
          place.fail(std::current_exception());
        }
      });
    }
  }
  if (place.failure()) std::rethrow_exception(place.failure());
}

}  // namespace decant
