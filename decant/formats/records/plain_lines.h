// Records that are lines of plain text: a sentence or a document a line, as corpora are shared in
// .txt. All of the line is the text; there are no fields and no classes.
#pragma once

#include "decant/formats/records/record_reader.h"

namespace decant::records {

/// `file`: for messages. Throws InputError where fields are named: lines have none.
std::unique_ptr<RecordReader> plain_reader(const FieldNames& names, const std::string& file);

}  // namespace decant::records
