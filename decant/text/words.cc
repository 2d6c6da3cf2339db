#include "decant/text/words.h"

#include <algorithm>
#include <array>

namespace decant::text {
namespace {

constexpr Decoded kBroken = {0xfffd, 1};

struct Range {
  char32_t first;
  char32_t last;
};

// Ascending.
constexpr std::array<Range, 13> kSeparators = {{{0x80, 0xa9},
                                                {0xab, 0xb1},
                                                {0xb4, 0xb4},
                                                {0xb6, 0xb8},
                                                {0xbb, 0xbb},
                                                {0xbf, 0xbf},
                                                {0xd7, 0xd7},
                                                {0xf7, 0xf7},
                                                {0x2000, 0x2bff},  // punctuation, symbols, arrows, boxes
                                                {0x3000, 0x3004},  // punctuation of Han text
                                                {0x3008, 0x3020},
                                                {0xfe10, 0xfe6f},
                                                {0xff00, 0xff0f}}};
constexpr std::array<Range, 5> kFurtherSeparators = {
    {{0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65}, {0xfffd, 0xfffd}, {0x1f000, 0x1faff}}};  // the last: emoji
constexpr std::array<Range, 4> kWholeWords = {{{0x3040, 0x30ff}, {0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0x20000, 0x3134f}}};

template <size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

bool continues(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80;
}

}  // namespace

Decoded decode_utf8(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
  const char32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return kBroken;
  char32_t c = first & (0xffU >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if (!continues(text, i)) return kBroken;
    c = c << 6 | (byte(i) & 0x3f);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool sound = c >= kLeast[size] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
  return sound ? Decoded{c, size} : kBroken;
}

void append_utf8(char32_t c, std::string& out) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

Kind kind_of(char32_t c) {
  if (c < 0x80) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter ? Kind::letter : Kind::separator;
  }
  if (is_in(kSeparators, c) || is_in(kFurtherSeparators, c)) return Kind::separator;
  return is_in(kWholeWords, c) ? Kind::whole_word : Kind::letter;
}

char32_t lower_case(char32_t c) {
  const auto in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (in('A', 'Z') || in(0xc0, 0xde) || in(0x391, 0x3ab) || in(0x410, 0x42f)) return c == 0xd7 ? c : c + 32;
  if (in(0x400, 0x40f)) return c + 80;
  if (in(0x531, 0x556)) return c + 48;
  if (c == 0x130) return 'i';
  if (c == 0x178) return 0xff;
  const bool odd_capitals = in(0x139, 0x148) || in(0x179, 0x17e);
  if (odd_capitals) return c % 2 == 1 ? c + 1 : c;
  const bool even_capitals = in(0x100, 0x137) || in(0x14a, 0x177) || in(0x460, 0x481) || in(0x48a, 0x4bf) || in(0x1e00, 0x1eff);
  return even_capitals && c % 2 == 0 ? c + 1 : c;
}

}  // namespace decant::text
