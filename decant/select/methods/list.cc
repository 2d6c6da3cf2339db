#include "decant/select/methods/list.h"

#include <algorithm>

#include "decant/select/methods/facility_location.h"
#include "decant/select/methods/herding.h"
#include "decant/select/methods/k_center.h"
#include "decant/select/methods/kmeans_centres.h"
#include "decant/select/methods/moderate.h"
#include "decant/select/methods/subzerocore.h"
#include "decant/select/methods/thinning.h"
#include "decant/select/methods/zcore.h"

namespace decant {
namespace {

/// A ranker of `rank(features, pool, seed, context)`.
template <class Rank>
auto ranker_from(Rank rank) {
  return [rank](const Features& features, uint64_t seed) -> Ranker {
    return [rank, &features, seed](const Pool& pool, const Context& context) { return rank(features, pool, seed, context); };
  };
}

std::vector<FeatureMethod> list_feature_methods() {
  using X = const Features&;
  using P = const Pool&;
  using C = const Context&;
  return {
      {"facility-location", Serves::up_to_count, false,
       ranker_from([](X x, P pool, uint64_t, C context) { return facility_location(x, pool, {}, context); })},
      {"subzerocore", Serves::count_alone, false,
       ranker_from([](X x, P pool, uint64_t, C context) { return subzerocore(x, pool, {}, context); })},
      {"k-center", Serves::up_to_count, false,
       ranker_from([](X x, P pool, uint64_t, C context) { return k_center(x, pool, {}, context); })},
      {"herding", Serves::up_to_count, false, ranker_from([](X x, P pool, uint64_t, C context) { return herding(x, pool, context); })},
      {"k-means", Serves::count_alone, true,
       ranker_from([](X x, P pool, uint64_t seed, C context) { return kmeans_centres(x, pool, {.seed = seed}, context); })},
      {"zcore", Serves::any_number, true,
       ranker_from([](X x, P pool, uint64_t seed, C context) { return zcore(x, pool, {.seed = seed}, context); })},
      {"thinning", Serves::count_alone, true,
       ranker_from([](X x, P pool, uint64_t seed, C context) { return thinning(x, pool, {.seed = seed}, context); })},
      {"moderate", Serves::any_number, false, ranker_from([](X x, P pool, uint64_t, C context) { return moderate(x, pool, context); })}};
}

}  // namespace

const std::vector<FeatureMethod>& feature_methods() {
  static const std::vector<FeatureMethod> list = list_feature_methods();
  return list;
}

const FeatureMethod* find_feature_method(std::string_view name) {
  const auto& list = feature_methods();
  const auto found = std::find_if(list.begin(), list.end(), [&](const FeatureMethod& method) { return method.name == name; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace decant
