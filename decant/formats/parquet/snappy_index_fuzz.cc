// Any bytes as a snappy block: elements after a length and a literal that are put before them, so
// that blocks are as long as those that are indexed. What the index gives is what libsnappy
// unpacks, texts among it, and it gives nothing where libsnappy refuses.
#include <cstdlib>
#include <cstring>
#include <functional>
#include <snappy.h>
#include <string>

#include "decant/base/errors.h"
#include "decant/formats/parquet/encodings.h"

namespace {

using namespace decant;
using namespace decant::parquet;

std::string varint(size_t value) {
  std::string out;
  for (; value >= 128; value >>= 7) out += static_cast<char>(value | 128);
  return out += static_cast<char>(value);
}

std::string long_literal(uint32_t size) {
  const uint32_t code = size - 1;
  std::string out(1, static_cast<char>(63 << 2));
  out.append(reinterpret_cast<const char*>(&code), 4);
  for (uint32_t i = 0; i < size; ++i) out += static_cast<char>(i * 2654435761u >> 24);
  return out;
}

/// The same bytes, whole and in ranges of `step`.
void compare(const SnappyIndex& index, const std::string& plain, size_t step) {
  std::vector<std::byte> scratch;
  if (index.size() != plain.size() || as_text(index.read(0, plain.size(), scratch)) != plain) std::abort();
  for (size_t at = plain.size() / 2; at < plain.size(); at += step) {
    const size_t size = std::min(step, plain.size() - at);
    if (as_text(index.read(at, size, scratch)) != std::string_view(plain).substr(at, size)) std::abort();
  }
}

/// Up to `count` texts; fewer where the last is cut off.
std::vector<std::string> texts_of(int64_t count, const std::function<void(int64_t, Values&)>& read) {
  for (; count > 0; --count) {
    Values values;
    try {
      read(count, values);
    } catch (const InputError&) {
      continue;
    }
    std::vector<std::string> texts;
    std::vector<std::byte> scratch;
    for (int64_t i = 0; i < count; ++i) texts.emplace_back(values.get(i, scratch));
    return texts;
  }
  return {};
}

/// The same texts from `at` on.
void compare_texts(const SnappyIndex& index, const std::string& plain, size_t at) {
  const Where where{"fuzz", "a page"};
  Node column;
  column.path = "c";
  const auto packed = texts_of(5, [&](int64_t count, Values& out) { read_packed_texts(index, at, count, out, where); });
  const auto unpacked = texts_of(5, [&](int64_t count, Values& out) {
    read_values(as_bytes(plain).subspan(at), Encoding::plain, column, count, nullptr, out, where);
  });
  if (packed != unpacked) std::abort();
}

void check(const std::string& packed, size_t size, size_t step) {
  size_t claimed = 0;
  std::string plain(size, '\0');
  const bool sound = snappy::GetUncompressedLength(packed.data(), packed.size(), &claimed) && claimed == size &&
                     snappy::RawUncompress(packed.data(), packed.size(), plain.data());
  try {
    const auto index = SnappyIndex::make(as_bytes(packed), size, {"fuzz", "a page"});
    if (!index) return;
    if (!sound) std::abort();
    compare(*index, plain, step);
    compare_texts(*index, plain, std::min(size, SnappyIndex::kLeast + step / 16));
  } catch (const InputError&) {
    if (sound) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  uint16_t more = 0;
  std::memcpy(&more, data, 2);
  const std::string elements(reinterpret_cast<const char*>(data) + 3, size - 3);
  const size_t first = SnappyIndex::kLeast + data[2];
  check(varint(first + more) + long_literal(static_cast<uint32_t>(first)) + elements, first + more, 1 + size_t{data[2]} * 16);
  check(elements, size_t{more} * 2, 100);
  return 0;
}
