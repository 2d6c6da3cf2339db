// Features computed once and used again.
//
// A folder holds features.npy and features.json; the sidecar names what the numbers were computed from and is written last, so a
// killed run leaves no sidecar and its half-written numbers are never mistaken for whole ones.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "decant/base/matrix.h"
#include "decant/data/features.h"

namespace decant::features {

/// What decides the numbers. Two keys that differ in any field never share features. The number of threads is left out: what was
/// computed on four is found again on two, although a network would give other last digits there.
struct FeatureKey {
  std::string input;      ///< digest of the data set
  std::string extractor;  ///< "conv-kmeans", "embedding"
  std::string options;    ///< all options that change the result, the weights' digest among them, in a fixed order
  std::string numerics;   ///< of a network: the library that computed, its version and the device (nn::Networks::numerics); else empty
  std::string digest() const;
};

/// The features in `folder`, mapped, when they were stored under the same key and have this shape; nothing otherwise, also when a
/// file is missing or damaged. Only a machine's fault throws (IoError).
std::optional<Features> find_features(const std::filesystem::path& folder, const FeatureKey& key, int64_t rows, int64_t columns);

/// Lets `fill` write rows × columns numbers (zero at first) and stores them under the key; returns them mapped. What was there is
/// invalid from the start: an exception from `fill` leaves a folder in which find_features() finds nothing. REQUIRES: rows and
/// columns > 0; the folder exists.
Features store_features(const std::filesystem::path& folder, const FeatureKey& key, int64_t rows, int64_t columns,
                        const std::function<void(MatrixView<float>)>& fill);

}  // namespace decant::features
