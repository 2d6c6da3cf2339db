// The picture set that the demo draws: an image folder and a file with the truth about it.
//
// Non-goals: realism, and being hard. The set is there so that a selection can be watched at work,
// in seconds, on a machine with no network; so it has what real sets have and what selections live
// on: many of the usual, few of the unusual, bursts of nearly the same picture, some wrong labels.
// docs/demo-pictures.md tells it in prose.
//
// A set is planned first, all counts exact, and then drawn; the plan costs nothing and can be
// looked at alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/draw/scenes.h"

namespace decant {

struct DrawOptions {
  int per_class = 600;            ///< training pictures drawn of each class, 1 … 100,000
  int test_per_class = 300;       ///< 0 … 100,000
  int classes = 12;               ///< 1 … 12, the first of the catalogue
  int side = 48;                  ///< pixels, 16 … 512
  double wrong_labels = 0.03;     ///< share of the training pictures filed under another class, 0 … 0.5; needs two classes
  double near_duplicates = 0.25;  ///< share of the training pictures that are further snapshots of a scene, 0 … 0.9
  uint64_t seed = 0;
};

/// One picture: what was drawn, and where it was filed.
struct DrawnPicture {
  Split split = Split::train;
  std::string file;       ///< "train/fish/0042.jpg", relative to the set's folder
  draw::Scene scene;      ///< scene.object_class is the true class
  int snapshot = 0;       ///< 0 = the scene's first picture, else a near-duplicate of it
  int filed_under = 0;    ///< class of the folder; differs from the true class where the label is wrong
  int64_t original = -1;  ///< index of the picture that this one nearly repeats, or −1

  bool wrong_label() const { return filed_under != scene.object_class; }
};

struct DrawnTruth {
  std::vector<std::string> classes;    ///< names, ascending, so that their positions are the folder reader's labels
  std::vector<DrawnPicture> pictures;  ///< training pictures first; within a split in a random order
};

/// Which pictures the set consists of. Exact, for every seed:
///   training modes   kModeShares of per_class in each class, by largest remainder
///   test modes       half even, half in the training shares, so that covering the rare ones pays
///   near-duplicates  round(share · training pictures), in proportion over classes and modes; fewer
///                    only where a mode of a class would lose its last scene
///   wrong labels     round(share · training pictures), training only, the other class drawn evenly
/// Throws InputError for options out of range.
DrawnTruth plan_picture_set(const DrawOptions& options);

/// Draws the planned set as folder/train/CLASS/NNNN.jpg, folder/test/CLASS/NNNN.jpg and
/// folder/truth.jsonl. The folder appears under its name when it is complete; one that exists is an
/// InputError, unless it was drawn and `overwrite` is set. Same options, same bytes: on every
/// machine, for every thread count. About 0.4 ms of one core per picture at 48 pixels; memory for
/// the plan, some 250 bytes per picture.
DrawnTruth draw_picture_set(const std::filesystem::path& folder, const DrawOptions& options, const Context& context = {},
                            bool overwrite = false);

}  // namespace decant
