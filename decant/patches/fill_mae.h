// Reconstruction by a masked autoencoder (nn/autoencoder.h), for programs: free of libtorch,
// reached through the module (base/module.h).
//
// A picture is resized to the network's square where its size differs, stretched, so that all of it
// is seen. A patch of the network counts as dropped where any of its area lies in a dropped cell:
// cells may be larger than patches, smaller, or lie across them. The network predicts those patches
// from the others; the square, predictions in their places, is resized back, and dropped pixels are
// taken from it. Kept pixels stay as they are. (Where a picture is resized, the filter reaches a
// little way into dropped cells: a kept patch next to one sees some of its mean colour.)
//
// A dropped cell of a stored picture has the mean colour that it had. With `keep_means` the pixels
// of every cell are shifted, each channel by itself, to have that mean again. Then they are rounded
// and cut off at 0 and 255.
//
// What repeats: a call computes on one thread of libtorch's, so the same pictures in the same
// batches give the same bytes whatever the number of threads, unless a training gives BLAS more of
// them at the time; then, and alone or together with others, a picture may differ by one grey level
// here and there.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "decant/base/module.h"
#include "decant/patches/fill.h"

namespace decant::patches {

struct MaeFillOptions {
  /// safetensors. Those that decant trained say in their metadata what net they are of, at which
  /// size, mean and deviation of pixels; of others, `net` must be given, pictures are squares of
  /// 224, and ImageNet's mean and deviation count.
  std::filesystem::path weights;
  std::string net;         ///< "mae-base"; empty = as the weights say
  bool keep_means = true;  ///< only for pictures whose dropped cells have their mean colour
  int batch = 32;
  std::string device = "cpu";
};

struct MaeFill {
  static constexpr const ModuleFile& kModule = kNeuralModule;
  static constexpr const char* kSymbol = "decant_mae_fill_v1";

  /// Throws InputError: weights that do not fit the net or say nonsense, a net that is not one that
  /// fills in pictures or does not predict pixels (norm-pix), a device that is not here. A colour
  /// picture given to a network for grey ones is an InputError of fill().
  std::shared_ptr<const Filler> (*open)(const MaeFillOptions& options);
};

/// MaeFill::open.
std::shared_ptr<const Filler> open_mae_fill(const MaeFillOptions& options);

}  // namespace decant::patches
