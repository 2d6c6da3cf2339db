#include "decant/nn/autoencoder.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <algorithm>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

KeptPatches kept_patches(std::span<const std::vector<bool>> kept) {
  const auto counts = [](const std::vector<bool>& each) { return std::count(each.begin(), each.end(), true); };
  int64_t most = 0;
  int64_t fewest = kept.empty() ? 0 : counts(kept[0]);
  for (const std::vector<bool>& each : kept) {
    DECANT_CHECK(each.size(), ==, kept[0].size());
    most = std::max<int64_t>(most, counts(each));
    fewest = std::min<int64_t>(fewest, counts(each));
  }
  const Tensor places = at::empty({std::ssize(kept), most}, at::kLong);
  int64_t* next = places.data_ptr<int64_t>();
  for (const std::vector<bool>& each : kept) {
    int64_t* const end = next + most;
    for (size_t i = 0; i < each.size(); ++i) {
      if (each[i]) *next++ = static_cast<int64_t>(i);
    }
    next = std::fill_n(next, end - next, std::ssize(each));
  }
  return {places, fewest == most};
}

Tensor dropped_patches(const KeptPatches& kept, int64_t patches) {
  const Tensor all = at::ones({kept.places.size(0), patches + 1}, at::TensorOptions(kept.places.device()).dtype(at::kBool));
  return all.scatter(1, kept.places, false).narrow(1, 0, patches);
}

Tensor cut_into_patches(const Tensor& images, int64_t side) {
  const int64_t down = images.size(2) / side;
  const int64_t across = images.size(3) / side;
  const Tensor cut = images.reshape({images.size(0), images.size(1), down, side, across, side}).permute({0, 2, 4, 3, 5, 1});
  return cut.reshape({images.size(0), down * across, side * side * images.size(1)});
}

Tensor join_patches(const Tensor& patches, ImageSize size, int64_t side) {
  const int64_t down = size.height / side;
  const int64_t across = size.width / side;
  const Tensor cut = patches.reshape({patches.size(0), down, across, side, side, size.channels}).permute({0, 5, 1, 3, 2, 4});
  return cut.reshape({patches.size(0), size.channels, size.height, size.width});
}

std::string Autoencoder::description() const {
  return fmt::format("network '{}' for {}×{}×{} pictures", spec_.name, spec_.input.width, spec_.input.height, spec_.input.channels);
}

std::vector<std::string> autoencoder_names() {
#define DECANT_NAME(name, make) name,
  return {DECANT_AUTOENCODERS(DECANT_NAME)};
#undef DECANT_NAME
}

bool is_autoencoder(const std::string& name) {
  const std::vector<std::string> names = autoencoder_names();
  return std::ranges::find(names, name.substr(0, name.find('+'))) != names.end();
}

std::unique_ptr<const Autoencoder> make_autoencoder(const AutoencoderSpec& spec) {
  SpecText options(spec.name);
  std::unique_ptr<const Autoencoder> made;
#define DECANT_MAKE(known, maker) \
  if (options.name() == known) made = maker(spec, options);
  DECANT_AUTOENCODERS(DECANT_MAKE)
#undef DECANT_MAKE
  if (!made)
    throw InputError({"", "", fmt::format("'{}' is not a network that fills in pictures", options.name()),
                      fmt::format("Choose one of {}", fmt::join(autoencoder_names(), ", "))});
  options.require_all_asked();
  return made;
}

}  // namespace decant::nn
