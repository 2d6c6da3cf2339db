// Networks that fill in pictures: they see some patches of each and predict all of them.
//
// A picture is cut into squares of patch_side() pixels, the patches, numbered in reading order; a
// patch is its values by line, column and channel. Images are as of network.h.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/data/image.h"
#include "decant/nn/module.h"

namespace decant::nn {

struct AutoencoderSpec {
  std::string name;  ///< one of autoencoder_names(), with options: "mae+width=192+depth=6+patch=4"
  ImageSize input;
};

/// Which patches of each picture of a batch are seen.
struct KeptPatches {
  Tensor places;     ///< int64 (batch, most): their numbers, ascending; a picture with fewer ends in fillers, the number of patches
  bool even = true;  ///< all pictures keep as many, so there are no fillers

  KeptPatches to(c10::Device device) const { return {places.to(device), even}; }
};

/// `kept`: of each picture, whether it keeps a patch; all of one length. On the CPU.
KeptPatches kept_patches(std::span<const std::vector<bool>> kept);

/// bool (batch, patches).
Tensor dropped_patches(const KeptPatches& kept, int64_t patches);

/// (batch, channels, height, width) → (batch, patches, side·side·channels), and back.
Tensor cut_into_patches(const Tensor& images, int64_t side);
Tensor join_patches(const Tensor& patches, ImageSize size, int64_t side);

class Autoencoder : public Module {
 public:
  const AutoencoderSpec& spec() const { return spec_; }
  std::string description() const override;

  int64_t patch_side() const { return side_; }
  int64_t patches_across() const { return spec_.input.width / side_; }
  int64_t patches_down() const { return spec_.input.height / side_; }
  int64_t patches() const { return patches_across() * patches_down(); }

  /// Share of the patches that it does not see while it is trained.
  double drop_share() const { return drop_share_; }
  /// What it predicts: pixels, or a patch's pixels shifted and scaled to mean 0 and deviation 1
  /// (the unbiased one, of the patch).
  bool predicts_normalised() const { return normalised_; }

  /// (batch, patches, side·side·channels): a prediction of every patch, those that were seen
  /// included. It never depends on values outside `kept`, but for the mean of a dropped patch if it
  /// takes means. `kept` is on the device of the images.
  virtual Tensor forward(const Pass& pass, const Tensor& images, const KeptPatches& kept) const = 0;

 protected:
  explicit Autoencoder(const AutoencoderSpec& spec) : spec_(spec) {}
  AutoencoderSpec spec_;
  int64_t side_ = 1;
  double drop_share_ = 0;
  bool normalised_ = false;
};

/// Those of models/list.h, in alphabetical order.
std::vector<std::string> autoencoder_names();

/// Whether a network of that name, options or not, is one.
bool is_autoencoder(const std::string& name);

/// Throws InputError for an unknown name, option or value, or pictures that cannot be cut into
/// patches.
std::unique_ptr<const Autoencoder> make_autoencoder(const AutoencoderSpec& spec);

}  // namespace decant::nn
