// COCO's average precision of detections, the twelve numbers and those of each class.
//
// For every class, range of areas and IoU threshold, detections are matched to true objects picture
// by picture, by falling score; precision is taken as a function of recall over all pictures, made
// non-increasing, and averaged over 101 recalls. AP is the mean over ten thresholds from 0.5 to
// 0.95 and all classes, AR that of the last recall.
//
// Source: T.-Y. Lin et al., "Microsoft COCO: common objects in context", ECCV 2014
// (arXiv:1405.0312), and as every paper reports it: pycocotools 2.0.11, `COCOeval`. The numbers are
// pycocotools' within 1e-12, since all that decides a match or an order is done as there, to the
// bit: boxes by corner and sides, thresholds and recalls as NumPy computes them (the ninth
// threshold is 0.8999999999999999), ties in the order given, a crowd matched any number of times.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/detections.h"

namespace decant {

/// One of the numbers; −1 where no true object bears it out.
struct AveragePrecision {
  double all = -1, at_50 = -1, at_75 = -1;
  double small = -1, medium = -1, large = -1;  ///< areas to 32², from there to 96², from there on
};

struct AverageRecall {
  double of_1 = -1, of_10 = -1, of_100 = -1;  ///< the best so many of each picture and class
  double small = -1, medium = -1, large = -1;
};

struct CocoScores {
  AveragePrecision precision;
  AverageRecall recall;
  std::vector<double> of_class;     ///< AP of each class
  std::vector<double> of_class_50;  ///< at IoU 0.5
};

/// O(Σ over pictures and classes of detections · true objects · 40) and one sort for each class, on
/// `context.threads` threads; the result does not depend on how many. Memory: 50 bytes a detection,
/// and 40 for every picture and class that has one; of masks those of the detections of one picture
/// and class, and of one true object, for each thread. REQUIRES: pictures and labels in range,
/// finite scores; what mask_of() does. Throws Cancelled.
CocoScores coco_scores(const Detections& detections, const Context& context);

}  // namespace decant
