#include "decant/train/pixel_statistics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/ranges.h>
#include <span>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant::train {
namespace {

constexpr size_t kMostChannels = 3;

/// One number for each channel: "0.5" or "0.49,0.48,0.45". Empty for another text.
std::vector<float> channels_from(const std::string& text) {
  std::vector<float> values;
  for (const std::string& part : split_list(text)) {
    float value = 0;
    const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (code != std::errc() || end != part.data() + part.size() || !std::isfinite(value)) return {};
    values.push_back(value);
  }
  return values.size() == 1 || values.size() == kMostChannels ? values : std::vector<float>();
}

}  // namespace

std::optional<nn::PixelStatistics> pixel_statistics_from(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const size_t slash = std::min(text.find('/'), text.size());
  const std::vector<float> mean = channels_from(text.substr(0, slash));
  const std::vector<float> deviation = channels_from(text.substr(std::min(slash + 1, text.size())));
  if (mean.empty() || mean.size() != deviation.size() || *std::ranges::min_element(deviation) <= 0)
    throw InputError({"", "normalise", fmt::format("'{}' is no mean and positive deviation", text),
                      "Write 0.13/0.31, or one number for each channel; ImageNet's are 0.485,0.456,0.406/0.229,0.224,0.225"});
  nn::PixelStatistics pixels{.channels = static_cast<int>(mean.size())};
  std::ranges::copy(mean, pixels.mean.begin());
  std::ranges::copy(deviation, pixels.deviation.begin());
  return pixels;
}

std::string normalise_text(const nn::PixelStatistics& pixels) {
  const auto count = static_cast<size_t>(pixels.channels);
  return fmt::format("{}/{}", fmt::join(std::span(pixels.mean).first(count), ","),
                     fmt::join(std::span(pixels.deviation).first(count), ","));
}

}  // namespace decant::train
