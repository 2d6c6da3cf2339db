// Files of records to test with.
#pragma once

#include <string>
#include <string_view>

#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/open.h"
#include "decant/formats/records/records.h"

namespace decant {

/// "user: text | assistant* text", where * marks an answer.
inline std::string said(const Rows& rows, int64_t row) {
  Record record;
  require_texts(rows).read(row, record);
  std::string all;
  for (const Turn& turn : record.turns)
    all += (all.empty() ? "" : " | ") + std::string(turn.role) + (turn.answer ? "* " : ": ") + std::string(turn.text);
  return all;
}

/// What the bytes of every turn's span say.
inline std::string spans(const Rows& rows, int64_t row) {
  Record record;
  require_texts(rows).read(row, record);
  const std::string bytes = text_of(rows, row);
  std::string all;
  for (const Turn& turn : record.turns)
    all += (all.empty() ? "" : " | ") + bytes.substr(static_cast<size_t>(turn.begin), static_cast<size_t>(turn.end - turn.begin));
  return all;
}

}  // namespace decant
