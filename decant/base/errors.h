// Kinds of errors, by who can fix them.
//
//   InputError   the user's data or options: says which file, where in it, what is wrong and what
//                to do about it
//   UsageError   the command line itself (exit code 2)
//   IoError      the machine: disk full, no permission, file vanished
//   Cancelled    someone pressed Ctrl-C
//   BugError     a defect in decant: DECANT_CHECK prints both values
//
// The library throws these and nothing else of its own; it never prints and never exits.
#pragma once

#include <fmt/core.h>
#include <stdexcept>
#include <string>
#include <string_view>

namespace decant {

/// what() is one line that a terminal can show, whatever names are in it (printable.h).
class Error : public std::runtime_error {
 public:
  explicit Error(std::string_view text);
};

/// The four parts of a useful complaint; empty parts are left out of the sentence.
struct Fault {
  std::string file;    ///< path as the user would type it
  std::string place;   ///< "row 17", "byte 4096", "member a/b.jpg"
  std::string what;    ///< the fault, a clause without a full stop
  std::string remedy;  ///< what the user can do, a sentence without a full stop
};

/// "file: place: what. remedy."
std::string describe(const Fault& fault);

class InputError : public Error {
 public:
  explicit InputError(Fault fault) : Error(describe(fault)), fault_(std::move(fault)) {}
  const Fault& fault() const { return fault_; }

 private:
  Fault fault_;
};

class UsageError : public Error {
 public:
  using Error::Error;
};

class IoError : public Error {
 public:
  explicit IoError(Fault fault) : Error(describe(fault)), fault_(std::move(fault)) {}
  const Fault& fault() const { return fault_; }

 private:
  Fault fault_;
};

class Cancelled : public Error {
 public:
  Cancelled() : Error("interrupted") {}
};

class BugError : public Error {
 public:
  using Error::Error;
};

/// IoError for a failed system call; reads errno, so call it at once. `doing`: "cannot write".
[[noreturn]] void throw_errno(const std::string& file, std::string_view doing);

template <class A, class B>
[[noreturn]] void check_failed(const char* expression, const A& a, const B& b, const char* file, int line) {
  throw BugError(fmt::format("{}:{}: {} does not hold ({} and {}); this is a bug in decant", file, line, expression, a, b));
}

}  // namespace decant

/// DECANT_CHECK(a, ==, b): an invariant of ours; throws BugError with both values. Always on.
#define DECANT_CHECK(a, op, b)                                                                                      \
  do {                                                                                                              \
    const auto decant_a = (a);                                                                                      \
    const auto decant_b = (b);                                                                                      \
    if (!(decant_a op decant_b)) ::decant::check_failed(#a " " #op " " #b, decant_a, decant_b, __FILE__, __LINE__); \
  } while (false)
