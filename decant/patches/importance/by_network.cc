// The methods that ask a network, through the door of the torch part.
#include "decant/patches/importance/methods.h"

namespace decant::patches {
namespace {

auto filled_by_network(std::string name) {
  return [name](const ImportanceJob& job, MatrixView<float> out, const Context& context) {
    from_module<Attribution>().compute(name, job, out, context);
  };
}

}  // namespace

ImportanceMethod gradcam_plus_plus() {
  return {.name = "gradcam++",
          .summary = "what speaks for the class, by gradients at every place of the last maps",
          .labels = true,
          .network = true,
          .fill = filled_by_network("gradcam++")};
}

ImportanceMethod gradcam() {
  return {.name = "gradcam",
          .summary = "what speaks for the class, by mean gradients of the last maps",
          .labels = true,
          .network = true,
          .fill = filled_by_network("gradcam")};
}

ImportanceMethod attention_rollout() {
  return {.name = "rollout", .summary = "where a vision transformer attends to", .network = true, .fill = filled_by_network("rollout")};
}

ImportanceMethod occlusion() {
  return {.name = "occlusion",
          .summary = "how much less likely the class is without the cell; slow",
          .labels = true,
          .network = true,
          .fill = filled_by_network("occlusion")};
}

}  // namespace decant::patches
