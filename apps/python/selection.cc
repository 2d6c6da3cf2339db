// Selections: choosing rows of arrays, and other ratios of an order that is there.
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "decant/base/errors.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/select_rows.h"
#include "decant/select/pools/quota.h"
#include "decant/select/pools/sampler.h"

#include "apps/python/arrays.h"
#include "apps/python/bindings.h"
#include "apps/python/options.h"
#include "apps/python/row_sample.h"
#include "apps/python/work.h"

namespace decant::python {
namespace {

namespace nb = nanobind;

/// What the package knows of a selection: plain values and arrays, under the names of their fields.
nb::dict as_dict(const Selection& selection) {
  nb::dict all;
  all["method"] = selection.method;
  all["bin_count"] = selection.bin_count;
  all["pool_count"] = selection.pool_count;
  all["ranked"] = selection.ranked;
  all["serves_from"] = selection.serves_from;
  all["serves_to"] = selection.serves_to;
  all["ties"] = selection.ties ? nb::cast(*selection.ties) : nb::none();
  all["bins"] = owned_array(selection.bins.values());
  all["pools"] = owned_array(selection.pools.values());
  all["order"] = owned_array(selection.order.values());
  all["gains"] = owned_array(selection.gains.values());
  return all;
}

Selection from_dict(const nb::dict& all) {
  Selection selection;
  selection.method = nb::cast<std::string>(all["method"]);
  selection.bin_count = nb::cast<int32_t>(all["bin_count"]);
  selection.pool_count = nb::cast<int32_t>(all["pool_count"]);
  selection.ranked = nb::cast<bool>(all["ranked"]);
  selection.serves_from = nb::cast<int64_t>(all["serves_from"]);
  selection.serves_to = nb::cast<int64_t>(all["serves_to"]);
  if (!all["ties"].is_none()) selection.ties = nb::cast<uint64_t>(all["ties"]);
  selection.bins = copied<int32_t>(all["bins"]);
  selection.pools = copied<int32_t>(all["pools"]);
  selection.order = copied<int64_t>(all["order"]);
  selection.gains = copied<float>(all["gains"]);
  return selection;
}

/// Rows of `arrays`, or of what `spec` names where there are none.
Features features_of(const std::vector<nb::tuple>& arrays, const std::string& spec) {
  if (arrays.empty()) return read_features(spec);
  std::vector<FeatureBlock> blocks;
  for (const nb::tuple& array : arrays) blocks.push_back(block_of(array));
  return Features(std::move(blocks));
}

nb::tuple select(const std::vector<nb::tuple>& arrays, const std::string& spec, std::optional<Vector<int32_t>> labels,
                 std::vector<std::string> classes, Vector<int64_t> left_out, std::optional<Vector<double>> scores,
                 std::optional<nb::tuple> record, const std::string& scores_name, const OptionTexts& given, int threads,
                 nb::object progress, nb::object log) {
  SelectOptions options;
  OptionTable table;
  options.declare(table);
  set_options(table, given, "select");
  MatrixRows matrix{.features = features_of(arrays, spec),
                    .classes = std::move(classes),
                    .left_out = {left_out.data(), left_out.data() + left_out.size()},
                    .name = arrays.empty() ? spec : "X"};
  if (labels) matrix.labels.assign(labels->data(), labels->data() + labels->size());
  if (scores) options.select.given_scores = {scores->data(), scores->size()};
  if (record) options.select.given_dynamics = dynamics_of(*record);
  if (scores || record) options.select.scores = scores_name;
  const RowSample before(matrix.features, matrix.name);
  SelectedRows chosen =
      work({.threads = threads, .progress = std::move(progress), .log = std::move(log), .check = [&] { before.require_unchanged(); }},
           [&](const Context& context) { return select_rows(matrix, options, context); });
  return nb::make_tuple(as_dict(chosen.selection), owned_array(chosen.kept.rows()), chosen.note);
}

nb::object sample_again(const nb::dict& selection, const std::string& keep, uint64_t seed) {
  const Selection order = from_dict(selection);
  const int64_t count = keep_count(keep, std::ssize(order.bins), std::ssize(order.order));
  return owned_array(sample(order, {}, count, seed).rows());
}

nb::tuple load(const std::string& folder) {
  RunFolder run = load_run_folder(folder);
  return nb::make_tuple(as_dict(run.selection), owned_array(run.kept.rows()));
}

void save(const nb::dict& selection, const std::string& note, uint64_t seed, const std::string& command, const std::string& folder,
          bool overwrite) {
  save_order(from_dict(selection), note, seed, command, folder, overwrite);
}

}  // namespace

void bind_selection(nb::module_& core) {
  core.def("select", select, nb::arg("arrays"), nb::arg("spec"), nb::arg("labels").none(), nb::arg("classes"), nb::arg("left_out"),
           nb::arg("scores").none(), nb::arg("record").none(), nb::arg("scores_name"), nb::arg("options"), nb::arg("threads"),
           nb::arg("progress").none(), nb::arg("log").none());
  core.def("sample", sample_again, nb::arg("selection"), nb::arg("keep"), nb::arg("seed"));
  core.def("load_selection", load, nb::arg("folder"));
  core.def("save_selection", save, nb::arg("selection"), nb::arg("note"), nb::arg("seed"), nb::arg("command"), nb::arg("folder"),
           nb::arg("overwrite"));
  core.def("describe_array", describe_array, nb::arg("array"));
}

}  // namespace decant::python
