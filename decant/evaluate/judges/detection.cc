// COCO's average precision of a detector (nn/models/centre.cc): AP, AP50, and AP50 of every class.
#include "decant/evaluate/judges/scenes.h"

namespace decant::evaluate {

std::unique_ptr<Judge> make_detection(const Tools& tools) {
  return make_scene_judge({"detection", CountedIn::objects, "centre"}, tools);
}

}  // namespace decant::evaluate
