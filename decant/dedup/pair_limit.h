// How many pairs of near rows are held before a search gives up.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace decant {

/// Counts on all threads; whichever finds the pair too many says so.
class PairLimit {
 public:
  PairLimit(int64_t most, double threshold, std::string remedy) : most_(most), threshold_(threshold), remedy_(std::move(remedy)) {}
  /// Throws InputError.
  void add() {
    if (++found_ > most_) give_up();
  }

 private:
  [[noreturn]] void give_up() const;

  int64_t most_;
  double threshold_;
  std::string remedy_;
  std::atomic<int64_t> found_{0};
};

}  // namespace decant
