// Records that are lines of a table: text classification as it is shared in TSV and CSV (SST-2, AG
// News).
//
// Which columns are texts and which is the class is said by a header: a first line that holds one
// of the usual names ("sentence", "text", "label", …) or one that the user named. Without a header,
// the column with the fewest different values (at most 1,000, and fewer than half the rows looked
// at) is the class, and of the others the one with the longest values is the text.
//
// Where the class is the last column, tabs before it that are too many belong to the text; any
// other line with too many or too few columns is a fault. Blank fields are empty texts; a blank
// class is none.
#pragma once

#include <span>
#include <vector>

#include "decant/formats/records/layout.h"
#include "decant/formats/records/record_reader.h"

namespace decant::records {

/// What the first lines tell.
struct Table {
  Form form = Form::tsv;
  bool header = false;             ///< the first line is no record
  std::vector<std::string> names;  ///< of the columns: those of the header, else "column 1" and so on
  std::vector<size_t> texts;       ///< columns, at least one
  size_t label = kNone;            ///< column

  static constexpr size_t kNone = ~size_t{0};
};

/// `first`: the first lines, a header among them. `file`: for messages. Throws InputError where no
/// column is a text, or one that was named is missing.
Table recognise_table(std::span<const std::string_view> first, Form form, const FieldNames& names, const std::string& file);

std::unique_ptr<RecordReader> table_reader(Table table);

/// Whether a column of that name is usually a text ("sentence", "question", …).
bool is_usual_text(std::string_view name);

/// Whether the lines look like a table: at least two columns in the first, and as many in most.
bool looks_like_table(std::span<const std::string_view> first, Form form);

}  // namespace decant::records
