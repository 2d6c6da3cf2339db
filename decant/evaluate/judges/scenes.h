// What detectors and segmenters that were trained on a set find in the test pictures: the part that
// both judges share (detection.cc, segmentation.cc).
//
// All sets take the same number of steps, and a set is judged once, by its final weights. Seed s of
// every set shares initial weights and augmentation. Pictures are decoded once for all of them, and
// with --backbone what it makes of them is computed once.
//
// A unit of work is a step; a test picture, forward alone, counts a third of a training picture.
#pragma once

#include <memory>
#include <string>

#include "decant/evaluate/judges/list.h"

namespace decant::evaluate {

struct SceneJudgeSpec {
  std::string judge;
  CountedIn taught = CountedIn::objects;
  std::string net;  ///< the one that it trains
};

std::unique_ptr<Judge> make_scene_judge(SceneJudgeSpec spec, const Tools& tools);

}  // namespace decant::evaluate
