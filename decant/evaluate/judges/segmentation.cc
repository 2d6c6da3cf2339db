// Mean IoU of a segmenter (nn/models/pyramid.cc), and the IoU of every class.
#include "decant/evaluate/judges/scenes.h"

namespace decant::evaluate {

std::unique_ptr<Judge> make_segmentation(const Tools& tools) {
  return make_scene_judge({"segmentation", CountedIn::pixels, "pyramid"}, tools);
}

}  // namespace decant::evaluate
