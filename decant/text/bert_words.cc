#include "decant/text/bert_words.h"

#include <algorithm>
#include <utf8proc.h>

namespace decant::text {
namespace {

using Part = BertCharacters::Part;

utf8proc_int32_t code(char32_t character) {
  return static_cast<utf8proc_int32_t>(character);
}

/// Unicode's White_Space.
bool is_space(char32_t character) {
  if ((character >= 9 && character <= 13) || character == 0x85) return true;
  const utf8proc_category_t category = utf8proc_category(code(character));
  return category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP;
}

bool is_punctuation(char32_t character) {
  if (character < 0x80)
    return (character >= 33 && character <= 47) || (character >= 58 && character <= 64) || (character >= 91 && character <= 96) ||
           (character >= 123 && character <= 126);
  const utf8proc_category_t category = utf8proc_category(code(character));
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

/// Control characters but for tab and line ends, format characters, private use. (BERT's own list
/// has what is not assigned as well; tokenizers keeps it.)
bool is_cleaned(char32_t character) {
  if (character == '\t' || character == '\n' || character == '\r') return false;
  if (character == 0xFFFD) return true;
  const utf8proc_category_t category = utf8proc_category(code(character));
  return category >= UTF8PROC_CATEGORY_CC;
}

bool is_nonspacing_mark(char32_t character) {
  return utf8proc_category(code(character)) == UTF8PROC_CATEGORY_MN;
}

/// The blocks as tokenizers has them. (Of extension E it leaves out the first 256 characters.)
bool is_chinese(char32_t character) {
  struct Block {
    char32_t first;
    char32_t last;
  };
  constexpr std::array<Block, 8> kBlocks = {{{0x3400, 0x4DBF},
                                             {0x4E00, 0x9FFF},
                                             {0xF900, 0xFAFF},
                                             {0x20000, 0x2A6DF},
                                             {0x2A700, 0x2B73F},
                                             {0x2B740, 0x2B81F},
                                             {0x2B920, 0x2CEAF},
                                             {0x2F800, 0x2FA1F}}};
  return std::ranges::any_of(kBlocks, [&](const Block& block) { return character >= block.first && character <= block.last; });
}

Part part_of(char32_t character) {
  return is_space(character) ? Part::space : is_punctuation(character) ? Part::alone : Part::letter;
}

void push(char32_t character, Part part, BertCharacters& out) {
  if (out.count < out.all.size()) out.all[out.count++] = {character, part};
}

/// The one character whose lower case is two is U+0130.
void push_lower(char32_t character, bool alone, const BertNormaliser& options, BertCharacters& out) {
  const char32_t lower = options.lower_case ? static_cast<char32_t>(utf8proc_tolower(code(character))) : character;
  push(lower, alone ? Part::alone : part_of(lower), out);
  if (character == 0x130 && options.lower_case) push(0x307, Part::letter, out);
}

}  // namespace

BertCharacters normalised(char32_t character, const BertNormaliser& options) {
  BertCharacters out;
  if (options.clean && is_cleaned(character)) return out;
  const bool alone = options.chinese_apart && is_chinese(character);
  if (!options.strip_accents) {
    push_lower(character, alone, options, out);
    return out;
  }
  std::array<utf8proc_int32_t, 8> parts = {};
  int boundary = 0;
  const utf8proc_ssize_t count = utf8proc_decompose_char(code(character), parts.data(), parts.size(), UTF8PROC_DECOMPOSE, &boundary);
  for (utf8proc_ssize_t i = 0; i < std::min<utf8proc_ssize_t>(count, parts.size()); ++i) {
    const auto part = static_cast<char32_t>(parts[static_cast<size_t>(i)]);
    if (!is_nonspacing_mark(part)) push_lower(part, alone, options, out);
  }
  return out;
}

BertWords::BertWords(const BertNormaliser& options, int64_t longest) : options_(options), longest_(longest) {
  for (char32_t character = 0; character < 128; ++character) ascii_[character] = normalised(character, options);
}

}  // namespace decant::text
