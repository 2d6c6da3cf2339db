// Differentiable Siamese augmentation (DSA): the random changes that the field of distillation
// makes to a batch of pictures, as values. What is drawn here can be applied to any batch, which
// nn/siamese.h does: the same change to real and synthetic pictures, so that their gradients stay
// comparable.
//
// Source: Zhao and Bilen, "Dataset Condensation with Differentiable Siamese Augmentation", ICML
// 2021, and the code published with it (VICO-UoE/DatasetCondensation, utils.py), whose strengths
// are the defaults. With u uniform in [0, 1) and x a value of a normalised picture:
//
//     color    x + (u − 1/2)·brightness, then m + (x − m)·u·saturation with m the mean of the
//              pixel's channels, then m + (x − m)·(u + contrast) with m the mean of the picture
//     crop     moved by whole pixels, at most the side · crop in each direction; zeros come in
//     cutout   a box of side · cutout is set to zero; its centre is anywhere, so it may be cut off
//     flip     mirrored left to right with probability flip
//     scale    width and height each divided by s = 1/scale + u·(scale − 1/scale)
//     rotate   about the centre, by (2u − 1)·rotate degrees
//
// Scale and rotate read the picture bilinearly, zeros outside. Zero is the mean of a normalised
// picture. Of the operations one is drawn per batch (the paper's "single" mode) or for each
// picture, or all are made, in their order.
//
// Before there was DSA, Dataset Condensation (Zhao, Mopuri and Bilen, ICLR 2021; the same code)
// made one of crop, scale and rotate of each picture of MNIST, by 4 pixels, a fifth and 45 degrees:
// "each:crop=0.143_scale=1.25_rotate=45" (it draws the factor of a scale from 0.8 to 1.2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/base/random.h"
#include "decant/data/image.h"

namespace decant {

enum class SiameseOperation { color, crop, cutout, flip, scale, rotate };

struct SiameseOptions {
  std::vector<SiameseOperation> operations;  ///< distinct; none = pictures stay as they are
  bool all = false;                          ///< every operation, in order; else one of them, drawn per batch
  bool each = false;                         ///< or, in place of per batch, for each picture that has parameters of its own
  double brightness = 1;
  double saturation = 2;
  double contrast = 0.5;
  double crop = 0.125;
  double cutout = 0.5;
  double flip = 0.5;
  double scale = 1.2;  ///< ≥ 1
  double rotate = 15;  ///< degrees

  void remove(SiameseOperation operation) { std::erase(operations, operation); }
};

/// The operations named, joined by "_": "color_crop_cutout". "all:" in front makes all of them
/// instead of one per batch, "each:" one for each picture; "dsa" is short for
/// "color_crop_cutout_flip_scale_rotate". "crop=0.25" sets the strength of any but color, which has
/// three; the others keep their defaults. Throws InputError for an unknown operation, one named
/// twice, and a strength that it cannot have.
SiameseOptions siamese_named(const std::string& text);

/// What is done to one picture, as far as the operations of the draw ask for it.
struct SiameseParameters {
  double brightness = 0;  ///< is added
  double saturation = 1;  ///< factor
  double contrast = 1;    ///< factor
  int dy = 0;             ///< pixel (y, x) is that at (y + dy, x + dx)
  int dx = 0;
  int top = 0;  ///< lines top … bottom − 1 and columns left … right − 1 become zero
  int bottom = 0;
  int left = 0;
  int right = 0;
  bool mirror = false;
  double scale_y = 1;  ///< a pixel reads at this multiple of its distance from the centre
  double scale_x = 1;
  double angle = 0;  ///< radians; a pixel reads at its own place turned by it, from the x-axis (right) to the y-axis (down)
};

struct SiameseDraw {
  ImageSize size;                            ///< of the pictures that it is for; channels count for nothing
  std::vector<SiameseOperation> operations;  ///< made in this order; of a picture that has none of one, parameters that change nothing
  std::vector<SiameseParameters> pictures;   ///< one = the same for every picture of a batch; else one for each
};

/// `pictures`: 1 for what every picture of a batch shares (Siamese), else each picture its own
/// parameters; the operation is the same for all of them either way, unless the options say `each`.
SiameseDraw draw_siamese(const SiameseOptions& options, ImageSize size, Random random, int64_t pictures = 1);

}  // namespace decant
