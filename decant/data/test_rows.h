// What tests read off rows. Only *_test.cc include it.
#pragma once

#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/dataset.h"

namespace decant {

inline std::vector<std::string> keys_of(const Rows& rows) {
  std::vector<std::string> all;
  for (int64_t row = 0; row < rows.size(); ++row) all.push_back(rows.key(row));
  return all;
}

/// The bytes of a row as stored.
inline std::string text_of(const Rows& rows, int64_t row) {
  std::vector<std::byte> scratch;
  return std::string(as_text(rows.bytes(row, scratch)));
}

inline std::vector<int64_t> all_rows_of(const Rows& rows) {
  std::vector<int64_t> all;
  for (int64_t row = 0; row < rows.size(); ++row) all.push_back(row);
  return all;
}

/// "place: what" of every oddity.
inline std::vector<std::string> oddities_of(const Dataset& dataset) {
  std::vector<std::string> all;
  for (const Oddity& oddity : dataset.oddities) all.push_back(oddity.place + ": " + oddity.what);
  return all;
}

}  // namespace decant
