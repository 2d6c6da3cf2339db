#include "decant/pipeline/patching/fill_source.h"

#include <algorithm>

#include "decant/patches/importance.h"
#include "decant/pipeline/choosing/own_network.h"

namespace decant {
namespace {

// docs/training.md has what that gives.
constexpr int kEpochs = 3;
constexpr int64_t kFewestSteps = 1200;
constexpr int64_t kBatch = 32;  // as such networks are usually trained

constexpr int kLargestSide = 128;

std::vector<int64_t> bad_rows(const Input& input) {
  std::vector<int64_t> rows;
  for (const Excluded& row : input.excluded) rows.push_back(row.row);
  return rows;
}

}  // namespace

void require_fill(const std::string& name) {
  if (name != kOwnMae) patches::require_filler(name, {kOwnMae});
}

OwnMae own_mae(const Input& input, int grid) {
  const int64_t rows = std::max<int64_t>(1, input.rows());
  const int64_t epochs = std::max<int64_t>(kEpochs, (kFewestSteps * kBatch + rows - 1) / rows);
  OwnMae mae{.net = kOwnMae, .epochs = static_cast<int>(epochs)};
  const int usual = patches::map_side(input.dataset.train(), bad_rows(input));
  if (usual == patches::kSmallMapSide) return mae;  // whose patches are cells, or parts of them
  const int cells = grid > 0 ? grid : usual;
  for (const int patch : {4, 8, 16}) {
    if (cells * patch > kLargestSide) break;
    mae.net = fmt::format("{}+patch={}", kOwnMae, patch);
    mae.image_size = cells * patch;
  }
  return mae;
}

std::string fill_key_of(const std::string& name, const Input& input, int grid) {
  if (name != kOwnMae) return patches::fill_key(name);
  const OwnMae mae = own_mae(input, grid);
  return fmt::format("{} of {}, {} epochs", mae.net, mae.image_size, mae.epochs);
}

std::shared_ptr<const patches::Filler> obtain_filler(const std::string& name, const Input& input, int grid, const FeatureOptions& features,
                                                     uint64_t seed, const Context& context) {
  if (name != kOwnMae) return patches::make_filler(name);
  const OwnMae mae = own_mae(input, grid);
  const OwnNetwork own{.net = mae.net,
                       .classifier = false,
                       .epochs = mae.epochs,
                       .image_size = mae.image_size,
                       .device = features.device,
                       .cache = features.cache,
                       .purpose = "filling"};
  return patches::make_filler(weights_of(own, input, seed, context).string());
}

}  // namespace decant
