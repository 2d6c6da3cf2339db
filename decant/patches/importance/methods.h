// The importance methods, a file each.
#pragma once

#include "decant/patches/importance.h"

namespace decant::patches {

/// The mean squared gradient of luminance over a cell, of the decoded picture at its own size.
///
/// With L = (77 R + 150 G + 29 B) / 256, rounded, a pixel's energy is
///     e = ½ [(L(x+1,y) − L)² + (L − L(x−1,y))² + (L(x,y+1) − L)² + (L − L(x,y−1))²],
/// differences with what is outside the picture being 0. Both one-sided differences count, since
/// the central one, L(x+1,y) − L(x−1,y), does not see stripes of one pixel. Map cell i of `side`
/// covers pixels ⌊i·W/side⌋ … ⌊(i+1)·W/side⌋ − 1, and one pixel at least. Sums are exact.
///
/// Needs no network and no label. A flat cell counts 0; noise counts much. Cost: decoding, and
/// about 1 ns per pixel.
ImportanceMethod gradient_energy();

/// Uniform in [0, 1) from Random(seed, "importance", row): what other methods must beat.
ImportanceMethod random_importance();

/// Those that ask a network: see torch/ for formulas and sources.
ImportanceMethod gradcam_plus_plus();
ImportanceMethod gradcam();
ImportanceMethod attention_rollout();
ImportanceMethod occlusion();

}  // namespace decant::patches
