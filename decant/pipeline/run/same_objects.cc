#include "decant/pipeline/run/same_objects.h"

#include <algorithm>

#include "decant/base/errors.h"

namespace decant {

void require_same_objects(const Dataset& other, const Rows& tested, const std::string& path, const Dataset& full,
                          const std::string& full_path) {
  const std::optional<CountedIn> taught = full.train().taught();
  if (tested.taught() != taught)
    throw InputError({path, "", fmt::format("holds no {}, which {} does", *taught == CountedIn::pixels ? "masks" : "objects", full_path),
                      "Test on the same kind of set"});
  if (other.classes == full.classes) return;
  const auto [theirs, ours] = std::ranges::mismatch(other.classes, full.classes);
  const auto named = [](auto at, const std::vector<std::string>& classes) {
    return at == classes.end() ? std::string("none") : fmt::format("'{}'", *at);
  };
  throw InputError({path, "",
                    fmt::format("has other classes than {}: class {} is {} and not {}", full_path, theirs - other.classes.begin(),
                                named(theirs, other.classes), named(ours, full.classes)),
                    "Give both sets the same list of classes"});
}

std::shared_ptr<const Rows> tested_split(const Dataset& dataset) {
  for (const Split split : {Split::test, Split::validation}) {
    const auto found = dataset.splits.find(split);
    if (found != dataset.splits.end() && found->second->taught() == dataset.train().taught()) return found->second;
  }
  return nullptr;
}

}  // namespace decant
