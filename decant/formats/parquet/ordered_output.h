// The parts of a file, made by several threads at once and written in their order.
//
// The first part that is not yet whole goes to the file as it is made. Later ones are held, and
// their threads wait where all that is held takes as much as is allowed; the first never waits, so
// there is always one that goes on. REQUIRES: that parts are begun in their order.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

#include "decant/base/context.h"
#include "decant/formats/parquet/gathered.h"

namespace decant::parquet {

class OrderedOutput {
 public:
  using Write = std::function<void(const Gathered&)>;

  /// `write` is called by one thread at a time. `most_held`: bytes, not counting what is only
  /// referred to.
  OrderedOutput(size_t parts, size_t most_held, Write write, const Context& context)
      : held_(parts), most_held_(most_held), write_(std::move(write)), context_(context) {}

  /// More of a part. Throws what write() throws, what another part failed with, and Cancelled.
  void put(size_t part, Gathered bytes);
  /// The part is whole. Returns true to one caller: the one with whom all parts are written.
  bool end(size_t part);
  /// It will never be whole: who waits gets the same error.
  void fail(std::exception_ptr error);

 private:
  struct Held {
    std::vector<Gathered> bytes;
    bool ended = false;
  };

  /// By the thread whose turn it is, or that ended the part before.
  void write_held(size_t part);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Held> held_;
  size_t turn_ = 0;        ///< the part that is written
  size_t held_bytes_ = 0;  ///< of all
  size_t most_held_;
  std::exception_ptr error_;
  Write write_;
  const Context& context_;
};

}  // namespace decant::parquet
