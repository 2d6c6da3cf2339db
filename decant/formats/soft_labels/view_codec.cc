#include "decant/formats/soft_labels/view_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <string>

#include "decant/base/errors.h"
#include "decant/kernels/half.h"

namespace decant {
namespace {

constexpr int kSpreadBits = 16;
constexpr float kLargestHalf = 65504;

int bits_of_class(const ViewShape& shape) {
  return static_cast<int>(std::bit_width(static_cast<uint64_t>(shape.classes - 1)));
}

/// Whether one bit for every class is shorter than the numbers of those that are stored.
bool marks_classes(const ViewShape& shape) {
  return shape.classes < shape.top * bits_of_class(shape);
}

int64_t bits_of_classes(const ViewShape& shape) {
  return shape.stores_all() ? 0 : std::min(shape.classes, shape.top * bits_of_class(shape));
}

class BitReader {
 public:
  BitReader(Bytes bytes, int64_t at) : bytes_(bytes), at_(at) {}
  uint32_t take(int bits) {
    uint32_t value = 0;
    for (int done = 0; done < bits;) {
      const auto byte = static_cast<uint32_t>(bytes_[static_cast<size_t>(at_ / 8)]);
      const int from = static_cast<int>(at_ % 8);
      const int some = std::min(8 - from, bits - done);
      value |= ((byte >> from) & ((1U << some) - 1)) << done;
      done += some;
      at_ += some;
    }
    return value;
  }

 private:
  Bytes bytes_;
  int64_t at_;
};

class BitWriter {
 public:
  BitWriter(std::span<std::byte> bytes, int64_t at) : bytes_(bytes), at_(at) {}
  void put(uint32_t value, int bits) {
    for (int done = 0; done < bits;) {
      const int from = static_cast<int>(at_ % 8);
      const int some = std::min(8 - from, bits - done);
      bytes_[static_cast<size_t>(at_ / 8)] |= static_cast<std::byte>(((value >> done) & ((1U << some) - 1)) << from);
      done += some;
      at_ += some;
    }
  }

 private:
  std::span<std::byte> bytes_;
  int64_t at_;
};

/// The classes that are stored, ascending: the likeliest, of equal ones those of lower number.
std::vector<int32_t> likeliest(const ViewShape& shape, std::span<const float> logits) {
  std::vector<int32_t> classes(logits.size());
  std::iota(classes.begin(), classes.end(), 0);
  if (shape.stores_all()) return classes;
  const auto end = classes.begin() + shape.top;
  std::ranges::nth_element(classes, end - 1, [&](int32_t a, int32_t b) {
    const float of_a = logits[static_cast<size_t>(a)];
    const float of_b = logits[static_cast<size_t>(b)];
    return of_a != of_b ? of_a > of_b : a < b;
  });
  classes.resize(static_cast<size_t>(shape.top));
  std::ranges::sort(classes);
  return classes;
}

void put_classes(const ViewShape& shape, const std::vector<int32_t>& classes, BitWriter& out) {
  if (shape.stores_all()) return;
  if (!marks_classes(shape)) {
    for (const int32_t label : classes) out.put(static_cast<uint32_t>(label), bits_of_class(shape));
    return;
  }
  size_t next = 0;
  for (int32_t label = 0; label < shape.classes; ++label) {
    const bool stored = next < classes.size() && classes[next] == label;
    out.put(stored ? 1 : 0, 1);
    next += stored ? 1 : 0;
  }
}

/// Those that are named, in the order of their bits: as many as may be, in any order, or fewer, of
/// bits that are not sound.
std::vector<int32_t> take_classes(const ViewShape& shape, BitReader& in) {
  std::vector<int32_t> classes;
  if (shape.stores_all()) {
    classes.resize(static_cast<size_t>(shape.classes));
    std::iota(classes.begin(), classes.end(), 0);
  } else if (marks_classes(shape)) {
    for (int32_t label = 0; label < shape.classes; ++label) {
      if (in.take(1) == 1) classes.push_back(label);
    }
  } else {
    for (int64_t i = 0; i < shape.top; ++i) classes.push_back(static_cast<int32_t>(in.take(bits_of_class(shape))));
  }
  return classes;
}

/// The logarithm of the mean probability of the classes that are not `stored`.
float shared_logit(std::span<const float> logits, const std::vector<int32_t>& stored) {
  const float most = std::ranges::max(logits);
  double sum = 0;
  size_t next = 0;
  for (size_t c = 0; c < logits.size(); ++c) {
    if (next < stored.size() && stored[next] == static_cast<int32_t>(c)) {
      ++next;
      continue;
    }
    sum += std::exp(static_cast<double>(logits[c] - most));
  }
  const double mean = sum / static_cast<double>(logits.size() - stored.size());
  return std::max(static_cast<float>(std::log(mean)), -kLargestHalf);  // of probabilities that round to 0
}

uint32_t code_of_logit(float logit, float spread, uint32_t most) {
  if (spread == 0) return most;
  const float code = std::round((1 + logit / spread) * static_cast<float>(most));
  return static_cast<uint32_t>(std::clamp(code, 0.0F, static_cast<float>(most)));
}

float logit_of(uint32_t code, float spread, uint32_t most) {
  return -spread * (1 - static_cast<float>(code) / static_cast<float>(most));
}

}  // namespace

int64_t bits_of_view(const ViewShape& shape) {
  if (shape.exact()) return bits_of_classes(shape) + 32 * (shape.top + (shape.stores_all() ? 0 : 1));
  return kSpreadBits + bits_of_classes(shape) + shape.top * shape.bits;
}

void encode_view(const ViewShape& shape, std::span<const float> logits, int64_t at, std::span<std::byte> out) {
  DECANT_CHECK(std::ssize(logits), ==, shape.classes);
  const std::vector<int32_t> classes = likeliest(shape, logits);
  const float most = std::ranges::max(logits);
  const auto below = [&](int32_t label) { return logits[static_cast<size_t>(label)] - most; };
  BitWriter writer(out, at);
  if (shape.exact()) {
    put_classes(shape, classes, writer);
    for (const int32_t label : classes) writer.put(std::bit_cast<uint32_t>(below(label)), 32);
    if (!shape.stores_all()) writer.put(std::bit_cast<uint32_t>(shared_logit(logits, classes)), 32);
    return;
  }
  const float least = shape.stores_all() ? std::ranges::min(logits) - most : shared_logit(logits, classes);
  const uint16_t half = float_to_half(std::min(-least, kLargestHalf));
  const float spread = half_to_float(half);
  const uint32_t codes = (1U << shape.bits) - 1;
  writer.put(half, kSpreadBits);
  put_classes(shape, classes, writer);
  for (const int32_t label : classes) writer.put(code_of_logit(below(label), spread, codes), shape.bits);
}

void decode_view(const ViewShape& shape, Bytes bytes, int64_t at, std::span<float> logits) {
  DECANT_CHECK(std::ssize(logits), ==, shape.classes);
  BitReader reader(bytes, at);
  const float spread = shape.exact() ? 0 : half_to_float(static_cast<uint16_t>(reader.take(kSpreadBits)));
  const std::vector<int32_t> classes = take_classes(shape, reader);
  std::ranges::fill(logits, -spread);
  const uint32_t codes = shape.exact() ? 0 : (1U << shape.bits) - 1;
  std::vector<float> stored;
  for (size_t i = 0; i < classes.size(); ++i)
    stored.push_back(shape.exact() ? std::bit_cast<float>(reader.take(32)) : logit_of(reader.take(shape.bits), spread, codes));
  if (shape.exact() && !shape.stores_all()) std::ranges::fill(logits, std::bit_cast<float>(reader.take(32)));
  for (size_t i = 0; i < classes.size(); ++i) logits[static_cast<size_t>(classes[i])] = stored[i];
}

std::string fault_of_view(const ViewShape& shape, Bytes bytes, int64_t at) {
  BitReader reader(bytes, at);
  if (!shape.exact()) {
    const float spread = half_to_float(static_cast<uint16_t>(reader.take(kSpreadBits)));
    if (!std::isfinite(spread) || spread < 0) return fmt::format("has the spread {}", spread);
  }
  const std::vector<int32_t> classes = take_classes(shape, reader);
  if (std::ssize(classes) != shape.top) return fmt::format("marks {} classes instead of {}", classes.size(), shape.top);
  for (size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] >= shape.classes) return fmt::format("names class {} of {}", classes[i], shape.classes);
    if (i > 0 && classes[i] <= classes[i - 1]) return fmt::format("names class {} after class {}", classes[i], classes[i - 1]);
  }
  if (!shape.exact()) return {};
  const int64_t values = shape.top + (shape.stores_all() ? 0 : 1);
  for (int64_t i = 0; i < values; ++i) {
    const auto value = std::bit_cast<float>(reader.take(32));
    if (!std::isfinite(value)) return fmt::format("holds {}", value);
    if (value > 0) return fmt::format("holds {}, and no logit is above 0, the largest", value);
  }
  return {};
}

}  // namespace decant
