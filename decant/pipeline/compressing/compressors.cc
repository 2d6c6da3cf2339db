#include "decant/pipeline/compressing/compressors.h"

#include <algorithm>

#include "decant/pipeline/judging/arm_spec.h"

namespace decant {
namespace {

constexpr std::string_view kLabels = "labels=";

std::shared_ptr<const trials::Compressor> picture_compressor(const std::string& spec, const CompressorOptions& options) {
  const std::string base = spec.substr(0, spec.find('+'));
  if (std::ranges::find(options.distillers, base) != options.distillers.end()) return make_distilling_compressor(spec, options);
  return make_choosing_compressor(spec, options);
}

}  // namespace

std::shared_ptr<const trials::Compressor> make_compressor(const std::string& spec, const CompressorOptions& options) {
  std::string pictures;
  std::string labels;
  for (const std::string& piece : spec_pieces(spec)) {
    if (piece.starts_with(kLabels))
      labels = piece.substr(kLabels.size());
    else
      pictures += (pictures.empty() ? "" : "+") + piece;
  }
  auto made = picture_compressor(pictures, options);
  const bool soft = label_spec_from(labels, "--with " + spec).soft;
  return soft ? make_labelling_compressor(spec, labels, std::move(made), options) : made;
}

}  // namespace decant
