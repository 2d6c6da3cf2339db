// How records lie in a text file, and where each of them begins and ends.
//
//   array   a JSON array; a record is one element, from its first byte to its last
//   lines   JSON lines; a record is a line without its line end. Blank lines are none
//   tsv     a table; likewise. Nothing is quoted, so a tab or a line end never is part of a value
//   csv     a table as RFC 4180 has it: a quoted value may hold commas, line ends and doubled quotes
//   plain   plain text; a record is a line, as of JSON lines
//
// Only where a record begins is remembered: 4 bytes per row. Its end is looked for again when it is
// asked for, which costs what reading it costs. A byte order mark before the first record and the
// header of a table are no records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "decant/formats/records/places.h"

namespace decant::records {

enum class Form { array, lines, tsv, csv, plain };

/// "json", "jsonl", "tsv", "csv", "txt".
const char* name_of(Form form);

struct Layout {
  Form form = Form::lines;
  Places begins;
  /// Of an array: its end is missing, so it was cut off, inside its last record or after it.
  bool cut = false;
  size_t tail = 0;  ///< of an array: past its last record; what follows closes it
};

/// Finds the records. Linear in the text, and serial. Throws InputError, which names `file` and the
/// line: an array with something else than commas between its elements, or something after it.
Layout find_records(std::string_view text, Form form, const std::string& file);

/// Past the last byte of the record that begins at `begin`; the end of the text for one that is cut
/// off. REQUIRES: begin < text.size().
size_t record_end(std::string_view text, Form form, size_t begin);

/// Of a line, the first byte of the next one (or the end of the text); of an array's element, its
/// end.
size_t past_line_end(std::string_view text, Form form, size_t end);

/// Line number, from 1, of a byte. Linear.
int64_t line_of(std::string_view text, size_t at);

/// A file is JSON when its first byte that is no space is a bracket or a brace.
bool looks_like_json(std::string_view text);

}  // namespace decant::records
