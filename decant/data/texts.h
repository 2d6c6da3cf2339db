// What a record says: its turns, decoded, and where each of them lies in the record's bytes. An
// instruction with its answer is two turns, a chat is as many as it has messages, a sentence is
// one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace decant {

struct Turn {
  std::string_view role;  ///< "system", "user", "assistant", "text", or what the record calls it
  std::string_view text;  ///< UTF-8, decoded
  int64_t begin = 0;      ///< of the text as it stands, escapes included and quotes not: bytes of the record
  int64_t end = 0;
  bool answer = false;  ///< whether a model learns to say it
};

/// The turns of one record, in the order of its bytes. Views point into the record's own bytes or
/// into storage that the Record holds, and are void once either is used again.
class Record {
 public:
  Record() = default;
  Record(const Record&) = delete;  // views would point into the other one
  Record& operator=(const Record&) = delete;

  std::vector<Turn> turns;

  /// Holds the record's bytes, for rows that are made when they are read. Void with the next call.
  std::string_view hold(std::string bytes) {
    held_ = std::move(bytes);
    return held_;
  }
  /// Forgets everything but what it holds and makes room for `bytes` bytes of decoded text.
  void restart(size_t bytes) {
    turns.clear();
    used_ = 0;
    if (storage_.size() < bytes) storage_.resize(bytes);
  }
  /// Where decoded text may be written: all that is left of the room asked for.
  char* room() { return storage_.data() + used_; }
  /// Keeps the first `bytes` of the room.
  std::string_view keep(size_t bytes) {
    const std::string_view kept(room(), bytes);
    used_ += bytes;
    return kept;
  }

 private:
  std::vector<char> storage_;
  size_t used_ = 0;
  std::string held_;
};

/// All const members may be called from many threads at once.
class Texts {
 public:
  virtual ~Texts() = default;
  /// Throws InputError naming key and fault for a row with a known_fault().
  virtual void read(int64_t row, Record& out) const = 0;
  /// How records are laid out, for people: "alpaca: instruction, input, output".
  virtual std::string schema() const = 0;
};

}  // namespace decant
