#include "decant/features/network_features.h"

namespace decant::features {

void NetworkFeatureOptions::declare(OptionTable& table) {
  table.add("net", net, "NET", "network");
  table.add("image-size", image_size, "PIXELS", "side of the pictures that it sees");
  table.add("classes", classes, "N", "number of classes");
  table.add("normalisation", normalisation, "HOW", "of pixels: data or imagenet");
  table.add("batch", batch, "N", "pictures at a time");
  table.add("device", device, "DEV", "cpu or cuda");
}

}  // namespace decant::features
