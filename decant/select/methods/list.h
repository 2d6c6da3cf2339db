// The methods that rank rows by features alone, by name.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct FeatureMethod {
  std::string name;  ///< "facility-location"
  Serves serves = Serves::up_to_count;
  bool draws = false;                                                     ///< another seed gives other rows
  std::function<Ranker(const Features& features, uint64_t seed)> ranker;  ///< with default options; views `features`
};

/// facility-location, subzerocore, k-center, herding, k-means, zcore, thinning, moderate.
const std::vector<FeatureMethod>& feature_methods();

/// Null when there is none of that name.
const FeatureMethod* find_feature_method(std::string_view name);

}  // namespace decant
