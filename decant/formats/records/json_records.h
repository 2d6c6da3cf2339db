// Records that are JSON objects. A schema says which keys are texts, who speaks them and which a
// model learns to say; it is one entry of a list, and recognised from the first records.
//
//   alpaca       instruction, input (may lack), output
//   dolly        instruction, context, response
//   sharegpt     conversations: [{from, value}, …], system (may lack)
//   messages     messages: [{role, content}, …], tools (may lack)
//   preferences  prompt (may lack), chosen, rejected
//   completion   prompt, completion
//   text         text, label (may lack)
//
// A value is a string, a list of turns, or a list of parts of a turn ({"type": "text", "text": …}),
// whichever the schema: prompts and answers come as either. A turn's "human" is "user" and its
// "gpt" is "assistant". Calls of tools and tools themselves are turns whose text is their JSON.
//
// Everything in a record is checked, whether or not it is read: strings (UTF-8, escapes, no lone
// surrogates), numbers, brackets.
#pragma once

#include <span>

#include "decant/formats/records/record_reader.h"

namespace decant::records {

/// A reader for records like these: by the names given, else by the first schema that fits most of
/// them. `file`: for messages. Throws InputError where none fits, naming the keys found.
std::unique_ptr<RecordReader> json_reader(std::span<const std::string_view> first, const FieldNames& names, const std::string& file);

}  // namespace decant::records
