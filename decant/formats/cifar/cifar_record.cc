#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/formats/cifar/cifar.h"

namespace decant {
namespace {

void require_record_length(Bytes file, const CifarKind& kind, const std::string& name) {
  const int64_t size = static_cast<int64_t>(file.size());
  if (size == 0) throw InputError({name, "", "is empty", "Unpack the download again, or remove the file"});
  const int64_t left = size % kind.record_bytes();
  if (left == 0) return;
  throw InputError({name, fmt::format("byte {}", size - left),
                    fmt::format("ends with {} bytes that are not a whole record of {}", left, kind.record_bytes()),
                    "The file is truncated or not from " + std::string(kind.label_bytes == 1 ? "CIFAR-10" : "CIFAR-100") +
                        ": unpack the download again"});
}

void require_label(int label, int classes, int64_t record, const std::string& name) {
  if (label < classes) return;
  throw InputError({name, fmt::format("record {}", record), fmt::format("has label {}, which is not in 0 to {}", label, classes - 1),
                    "The file is damaged or not a CIFAR file: unpack the download again"});
}

}  // namespace

std::vector<uint8_t> cifar_labels(Bytes file, const CifarKind& kind, const std::string& name) {
  require_record_length(file, kind, name);
  const size_t stride = static_cast<size_t>(kind.record_bytes());
  std::vector<uint8_t> labels(file.size() / stride);
  for (size_t record = 0; record < labels.size(); ++record) {
    const std::byte* bytes = file.data() + record * stride;
    const int coarse = std::to_integer<int>(bytes[0]);
    if (kind.label_bytes == 2) require_label(coarse, 20, static_cast<int64_t>(record), name);
    labels[record] = std::to_integer<uint8_t>(bytes[kind.label_bytes - 1]);
    require_label(labels[record], kind.classes, static_cast<int64_t>(record), name);
  }
  return labels;
}

void interleave_planes(const std::byte* __restrict planes, uint8_t* __restrict pixels) {
  const uint8_t* __restrict red = reinterpret_cast<const uint8_t*>(planes);
  const uint8_t* __restrict green = red + kCifarPixels;
  const uint8_t* __restrict blue = green + kCifarPixels;
  for (int64_t i = 0; i < kCifarPixels; ++i) {
    pixels[3 * i] = red[i];
    pixels[3 * i + 1] = green[i];
    pixels[3 * i + 2] = blue[i];
  }
}

void part_planes(const uint8_t* __restrict pixels, std::byte* __restrict planes) {
  for (int64_t i = 0; i < kCifarPixels; ++i) {
    for (int64_t channel = 0; channel < 3; ++channel) planes[channel * kCifarPixels + i] = std::byte{pixels[3 * i + channel]};
  }
}

}  // namespace decant
