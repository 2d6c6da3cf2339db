#include "decant/pipeline/automatic.h"

#include "decant/base/errors.h"

namespace decant {

Automatic choose_method(const Input& input, const SelectOptions& select, int64_t count) {
  Automatic automatic{select, ""};
  const double keep = static_cast<double>(count) / static_cast<double>(input.rows());
  if (input.labelled() && input.classes > 1 && input.dataset.train().has_images() && !select.pool) {
    automatic.select.method = "dual";
    automatic.reason = fmt::format("; because labels exist and {:.3g} % are kept", 100 * keep);
  } else {
    automatic.select.method = "random";
    automatic.reason = "; because without labels nothing was shown to be better";
  }
  return automatic;
}

}  // namespace decant
