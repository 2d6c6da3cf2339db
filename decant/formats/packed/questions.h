// An error as answers to yes-or-no questions: is it 0? is it negative? is its size at least 2, 4, 8
// …? and then the binary digits below the leading one, of which the first two are asked with
// probabilities of their own and the rest cost a bit each.
#pragma once

#include <cstdlib>

namespace decant::packed {

constexpr int kIsNonzero = 0;
constexpr int kIsNegative = 1;
constexpr int kIsLonger = 2;      ///< + octave, 0 … 6
constexpr int kFirstDigit = 9;    ///< + octave − 1, 0 … 6
constexpr int kSecondDigit = 16;  ///< + 2 (octave − 2) + first digit, 0 … 11
constexpr int kQuestionsAsked = 28;

/// `ask(question, answer)` gives the answer: `answer` itself, or what a decoder reads; so does
/// `digit(answer)`, for digits of even chances. Returns the error, in −255 … 255.
template <class Ask, class Digit>
int answer(int error, Ask&& ask, Digit&& digit) {
  if (!ask(kIsNonzero, error != 0)) return 0;
  const bool negative = ask(kIsNegative, error < 0);
  const int size = std::abs(error);
  int octave = 0;
  while (octave < 7 && ask(kIsLonger + octave, (size >> (octave + 1)) != 0)) ++octave;
  int known = 1;
  for (int at = octave - 1; at >= 0; --at) {
    const bool set = ((size >> at) & 1) != 0;
    const bool found = at == octave - 1   ? ask(kFirstDigit + octave - 1, set)
                       : at == octave - 2 ? ask(kSecondDigit + 2 * (octave - 2) + (known & 1), set)
                                          : digit(set);
    known = 2 * known + (found ? 1 : 0);
  }
  return negative ? -known : known;
}

}  // namespace decant::packed
