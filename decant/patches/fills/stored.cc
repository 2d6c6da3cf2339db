// The mean colour that a dropped cell keeps.
#include "decant/patches/fills/list.h"

namespace decant::patches {
namespace {

class StoredFill final : public Filler {
 public:
  void fill(std::span<const Filling>) const override {}
};

}  // namespace

std::shared_ptr<const Filler> make_stored_fill() {
  return std::make_shared<StoredFill>();
}

}  // namespace decant::patches
