// What a record teaches a model to say, as tokens: the words (words.h) of each turn that is an
// answer, and an end mark after each. A record in which no turn is marked is all answer, as a model
// of plain text learns all of it.
//
// These are the tokens of budgets in tokens and of the n-gram judge. A model's own tokenizer cuts
// English into about 1.3 times as many.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "decant/data/texts.h"
#include "decant/text/words.h"

namespace decant::text {

/// Calls word(std::string_view) for every word, which is void with the next one, and end() after
/// every answer. Linear.
template <class Word, class End>
void each_answer_token(const Record& record, std::string& scratch, Word word, End end) {
  const bool marked = std::ranges::any_of(record.turns, &Turn::answer);
  for (const Turn& turn : record.turns) {
    if (marked && !turn.answer) continue;
    each_word(turn.text, scratch, word);
    end();
  }
}

/// How many there are, end marks included.
inline int64_t answer_tokens(const Record& record, std::string& scratch) {
  int64_t count = 0;
  each_answer_token(
      record, scratch, [&](std::string_view) { ++count; }, [&] { ++count; });
  return count;
}

}  // namespace decant::text
