#include <algorithm>

#include "decant/base/errors.h"
#include "decant/patches/importance.h"
#include "decant/patches/importance/methods.h"

namespace decant::patches {
namespace {

std::deque<ImportanceMethod>& all_importance_methods() {
  static std::deque<ImportanceMethod> list = {gradient_energy(),   gradcam_plus_plus(), gradcam(),
                                              attention_rollout(), occlusion(),         random_importance()};
  return list;
}

}  // namespace

const std::deque<ImportanceMethod>& importance_methods() {
  return all_importance_methods();
}

const ImportanceMethod* find_importance(std::string_view name) {
  const auto found = std::ranges::find(importance_methods(), name, &ImportanceMethod::name);
  return found == importance_methods().end() ? nullptr : &*found;
}

const ImportanceMethod& add_importance(ImportanceMethod method) {
  DECANT_CHECK(find_importance(method.name) == nullptr, ==, true);
  return all_importance_methods().emplace_back(std::move(method));
}

}  // namespace decant::patches
