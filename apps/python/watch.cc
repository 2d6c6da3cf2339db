// Training dynamics of the user's own loop: six numbers per row of a batch, and the record of them.
#include <cmath>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "decant/base/errors.h"
#include "decant/kernels/half.h"
#include "decant/pipeline/scores.h"
#include "decant/train/observation.h"

#include "apps/python/arrays.h"
#include "apps/python/bindings.h"

namespace decant::python {
namespace {

namespace nb = nanobind;

using Logits = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Halves = nb::ndarray<uint16_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

/// Writes what is seen of `rows` into their columns of `epoch`, (6, all rows) of float16. The
/// package made sure that rows and labels are in range.
void observe_batch(const Vector<int64_t>& rows, const Logits& logits, const Vector<int64_t>& labels,
                   const std::optional<Vector<float>>& norms, const Halves& epoch) {
  const nb::gil_scoped_release release;
  const size_t classes = logits.shape(1);
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::span row(logits.data() + i * classes, classes);
    for (const float value : row) {
      if (std::isfinite(value)) continue;
      throw InputError({"logits", fmt::format("row {}", rows.data()[i]), fmt::format("holds {}", value),
                        "The training has diverged: lower its learning rate"});
    }
    const train::Observation seen = train::observe(row, labels.data()[i], norms ? norms->data()[i] : 0);
    for (size_t what = 0; what < kDynamicCount; ++what)
      epoch.data()[what * epoch.shape(1) + static_cast<size_t>(rows.data()[i])] = float_to_half(static_cast<float>(seen[what]));
  }
}

void save_record(const nb::tuple& record, const std::string& digest, const std::string& command, const std::string& folder,
                 bool overwrite) {
  save_dynamics(dynamics_of(record), {.input = digest, .net = "watched training", .command = command}, folder, overwrite);
}

}  // namespace

void bind_watch(nb::module_& core) {
  core.def("observe", observe_batch, nb::arg("rows"), nb::arg("logits"), nb::arg("labels"), nb::arg("norms").none(), nb::arg("epoch"));
  core.def("save_record", save_record, nb::arg("record"), nb::arg("digest"), nb::arg("command"), nb::arg("folder"), nb::arg("overwrite"));
}

}  // namespace decant::python
