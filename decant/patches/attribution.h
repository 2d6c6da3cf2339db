// What a network looks at: the settings of the importance methods that ask one.
//
// Networks see the centre square of a picture, resized (loader::fit_picture), here as in training.
// Maps are of the whole stored picture: what lies outside that square is never seen, so it counts
// nothing, and a cell that is half outside counts half.
//
// Free of libtorch; the work is done in the torch part of this folder, and programs reach it
// through Attribution below.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/base/module.h"
#include "decant/base/options.h"

namespace decant::patches {

struct ImportanceJob;

struct AttributionOptions {
  std::string net;                ///< a name that nn/network.h knows
  std::filesystem::path weights;  ///< safetensors
  int image_size = 0;             ///< as in train::TrainOptions
  /// Of the data set. Labels count only where the weights are for as many: the labels of ten
  /// classes are not the first ten of ImageNet's. Else the class that the network predicts is
  /// taken, and a warning says so. 0 = labels are the network's.
  int classes = 0;
  /// Grad-CAM's: whose output is looked at, by its name among Taps::outputs; empty = the last one
  /// whose sides are at least 4. Coarser maps (1×1 in vgg11 at 32 pixels, 2×2 in resnet18-imagenet
  /// at 64) say little of where; 4×4 to 8×8 cells is the step of the paper, 7×7 to 14×14.
  std::string layer;
  std::string normalisation = "data";  ///< as in features::NetworkFeatureOptions
  int batch = 64;
  std::string device = "cpu";

  void declare(OptionTable& table);  ///< all but the weights, whose content decides
};

/// For programs, through the module (base/module.h). `method`: the name of one that asks a network.
/// As ImportanceMethod::fill (importance.h), with InputError for an unknown network, layer, device
/// or normalisation, weights that do not fit, a network that the method does not suit, and a label
/// that the network has no class for. "data" normalisation reads all rows, chosen or not, as
/// training did.
struct Attribution {
  static constexpr const ModuleFile& kModule = kNeuralModule;
  static constexpr const char* kSymbol = "decant_attribution_v1";

  void (*compute)(const std::string& method, const ImportanceJob& job, MatrixView<float> out, const Context& context);
};

}  // namespace decant::patches
