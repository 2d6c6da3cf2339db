#include "decant/patches/attribution.h"

namespace decant::patches {

void AttributionOptions::declare(OptionTable& table) {
  table.add("net", net, "NET", "network");
  table.add("image-size", image_size, "PIXELS", "side of the pictures that it sees");
  table.add("classes", classes, "N", "number of classes");
  table.add("layer", layer, "NAME", "layer whose maps are weighted");
  table.add("normalisation", normalisation, "HOW", "of pixels: data or imagenet");
  table.add("batch", batch, "N", "pictures at a time").effect = Effect::speed;
  table.add("device", device, "DEV", "cpu or cuda");
}

}  // namespace decant::patches
