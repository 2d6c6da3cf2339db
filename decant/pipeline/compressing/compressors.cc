#include "decant/pipeline/compressing/compressors.h"

#include <algorithm>

namespace decant {

std::shared_ptr<const trials::Compressor> make_compressor(const std::string& spec, const CompressorOptions& options) {
  const std::string base = spec.substr(0, spec.find('+'));
  if (std::ranges::find(options.distillers, base) != options.distillers.end()) return make_distilling_compressor(spec, options);
  return make_choosing_compressor(spec, options);
}

}  // namespace decant
