#include "decant/formats/parquet/snappy_literals.h"

#include <algorithm>

namespace decant::parquet {
namespace {

constexpr size_t kLongest = size_t{1} << 16;

/// Fills one literal after the other.
class LiteralWriter {
 public:
  explicit LiteralWriter(Gathered& out) : out_(out) {}

  void add(Bytes piece, bool refers) {
    if (size_ + piece.size() > kLongest) end_literal();
    while (!piece.empty()) {
      const Bytes here = piece.first(std::min(piece.size(), kLongest));
      pieces_.push_back({here, refers});
      size_ += here.size();
      piece = piece.subspan(here.size());
      if (!piece.empty()) end_literal();
    }
  }

  void end_literal() {
    if (size_ == 0) return;
    const auto code = static_cast<uint32_t>(size_ - 1);
    constexpr char kTwoBytes = static_cast<char>(61 << 2);  // of its length
    const char tag[] = {kTwoBytes, static_cast<char>(code), static_cast<char>(code >> 8)};
    out_.add(std::string_view(tag, sizeof tag));
    for (const auto& [bytes, refers] : pieces_) refers ? out_.refer(bytes) : out_.add(as_text(bytes));
    pieces_.clear();
    size_ = 0;
  }

 private:
  struct Part {
    Bytes bytes;
    bool refers;
  };

  Gathered& out_;
  std::vector<Part> pieces_;  ///< of the literal that is being filled
  size_t size_ = 0;
};

}  // namespace

Gathered snappy_literals(const Gathered& body) {
  Gathered out;
  std::string length;
  size_t left = body.size();
  for (; left >= 128; left >>= 7) length += static_cast<char>(left | 128);
  length += static_cast<char>(left);
  out.add(length);
  LiteralWriter literals(out);
  body.visit([&](Bytes piece, bool refers) { literals.add(piece, refers); });
  literals.end_literal();
  return out;
}

}  // namespace decant::parquet
