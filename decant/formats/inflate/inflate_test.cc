#include "decant/formats/inflate/inflate.h"

#include <gtest/gtest.h>
#include <vector>
#include <zlib.h>
#include <zstd.h>

#include "decant/base/random.h"

namespace decant {
namespace {

constexpr Compression kKinds[] = {Compression::deflate, Compression::zlib, Compression::gzip, Compression::zstd};

std::string compressed(const std::string& text, Compression kind) {
  std::string out(text.size() + 1000, '\0');
  if (kind == Compression::zstd) {
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
  }
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, kind == Compression::deflate ? -15 : kind == Compression::zlib ? 15 : 31, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Outcome {
  std::string text;
  std::string fault;
  bool whole = false;  ///< ended with the last byte
};

/// In pieces of these sizes.
Outcome inflated_by(const std::string& file, Compression kind, size_t in_piece, size_t out_piece) {
  Inflater inflater(kind);
  Bytes in = as_bytes(file);
  Outcome outcome;
  std::vector<std::byte> piece(out_piece);
  for (;;) {
    const Inflater::Step step = inflater.step(in.first(std::min(in.size(), in_piece)), piece);
    outcome.text += as_text(Bytes(piece).first(step.given));
    in = in.subspan(step.taken);
    outcome.fault = step.fault;
    outcome.whole = step.ended && in.empty();
    if (outcome.whole || !step.fault.empty() || (step.stuck() && in.size() <= in_piece)) return outcome;
  }
}

std::string drawn_text(size_t size) {
  Random random(1, "inflate");
  std::string text(size, 'x');
  for (size_t i = 0; i < size; i += 1 + random.below(9)) text[i] = static_cast<char>(random.below(256));
  return text;
}

TEST(Inflater, GivesBackEveryKindInAnyPieces) {
  const std::string text = drawn_text(50'000);
  for (const Compression kind : kKinds) {
    const std::string file = compressed(text, kind);
    for (const size_t piece : {1UL, 7UL, 4096UL, 1UL << 20}) {
      const Outcome outcome = inflated_by(file, kind, piece, piece);
      EXPECT_TRUE(outcome.whole);
      EXPECT_EQ(outcome.text, text) << static_cast<int>(kind) << " " << piece;
    }
  }
}

TEST(Inflater, GoesOnWithTheNextMember) {
  for (const Compression kind : {Compression::gzip, Compression::zstd}) {
    const Outcome outcome = inflated_by(compressed("one ", kind) + compressed("two", kind), kind, 64, 64);
    EXPECT_EQ(outcome.text, "one two");
    EXPECT_TRUE(outcome.whole);
  }
}

TEST(Inflater, SaysWhatIsCutOrDamaged) {
  const std::string text = drawn_text(5'000);
  for (const Compression kind : kKinds) {
    const std::string file = compressed(text, kind);
    const Outcome cut = inflated_by(file.substr(0, file.size() - 5), kind, 4096, 4096);
    EXPECT_FALSE(cut.whole) << static_cast<int>(kind);
    EXPECT_EQ(cut.fault, "");
    std::string damaged = file;
    damaged[file.size() / 2] = static_cast<char>(damaged[file.size() / 2] ^ 0x55);
    const Outcome bad = inflated_by(damaged, kind, 4096, 4096);
    EXPECT_TRUE(!bad.fault.empty() || bad.text != text);
    if (kind == Compression::deflate) continue;  // has no mark at its beginning
    EXPECT_NE(inflated_by(std::string(100, '\7'), kind, 4096, 4096).fault, "");
  }
}

}  // namespace
}  // namespace decant
