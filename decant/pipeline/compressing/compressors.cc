#include "decant/pipeline/compressing/compressors.h"

#include <algorithm>
#include <map>
#include <utility>

#include "decant/base/errors.h"
#include "decant/pipeline/judging/arm_spec.h"

namespace decant {
namespace {

constexpr std::string_view kLabels = "labels=";

using MakeCompressor = std::function<std::shared_ptr<const trials::Compressor>(const std::string& spec)>;

std::map<std::string, MakeCompressor>& added() {
  static std::map<std::string, MakeCompressor> all;
  return all;
}

std::shared_ptr<const trials::Compressor> picture_compressor(const std::string& spec, const CompressorOptions& options) {
  const std::string base = spec.substr(0, spec.find('+'));
  if (const auto own = added().find(base); own != added().end()) return own->second(spec);
  if (std::ranges::find(options.distillers, base) != options.distillers.end()) return make_distilling_compressor(spec, options);
  return make_choosing_compressor(spec, options);
}

}  // namespace

std::string add_compressor(std::string name, MakeCompressor make) {
  const auto [place, is_new] = added().emplace(std::move(name), std::move(make));
  DECANT_CHECK(is_new, ==, true);
  return place->first;
}

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
