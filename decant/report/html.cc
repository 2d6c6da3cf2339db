#include "decant/report/html.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/base/json.h"
#include "decant/base/printable.h"

namespace decant::report {
namespace {

bool is_markup_space(char32_t code) {
  return code == '\t' || code == '\n';
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = code_point(text, at);
    const std::string_view own = text.substr(at, point.length);
    const bool control = (point.code < 0x20 && !is_markup_space(point.code)) || (point.code >= 0x7f && point.code < 0xa0);
    out += !point.valid || control ? printable(own) : std::string(own);
    at += point.length;
  }
  return out;
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : clean(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string prose(std::string_view sentence) {
  std::string out = escape(sentence);
  replace_all(out, " %", "&nbsp;%");
  return out;
}

std::string json_block(std::string_view id, const Json& value) {
  std::string text = json_text(value);
  replace_all(text, "<", "\\u003c");
  return fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", escape(id), text);
}

std::string base64(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t word = 0;
    for (size_t j = 0; j < 3; ++j) word = word << 8 | (j < count ? std::to_integer<uint32_t>(bytes[i + j]) : 0u);
    for (size_t j = 0; j < 4; ++j) out += j <= count ? digits[word >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

std::string percent(double part, double whole) {
  if (whole <= 0) return "0 %";
  const double value = 100 * part / whole;
  if (std::abs(value - std::round(value)) < 1e-9) return fmt::format("{:.0f} %", value);
  if (value < 0.01) return "<0.01 %";
  if (value < 0.1) return fmt::format("{:.2f} %", value);
  if (value > 99.9) return fmt::format("{:.2f} %", std::floor(value * 100) / 100);
  return fmt::format("{:.1f} %", value);
}

std::string shell_quote(std::string_view word) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=:,+@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
  std::string quoted(word);
  replace_all(quoted, "'", "'\\''");
  return "'" + quoted + "'";
}

}  // namespace decant::report
