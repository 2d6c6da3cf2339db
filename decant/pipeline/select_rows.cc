#include "decant/pipeline/select_rows.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/choosing/empty_classes.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/select/pools/quota.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace {

/// A row's bytes are its numbers as float32.
class RowsInMemory final : public Rows, public Targets {
 public:
  explicit RowsInMemory(const MatrixRows& matrix) : features_(matrix.features), labels_(matrix.labels) {}

  int64_t size() const override { return features_.count(); }
  std::string key(int64_t row) const override { return std::to_string(row); }
  int32_t label(int64_t row) const override { return labels_[static_cast<size_t>(row)]; }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override {
    scratch.resize(static_cast<size_t>(features_.width()) * sizeof(float));
    std::vector<float> values(static_cast<size_t>(features_.width()));
    features_.copy_row(row, values);
    std::ranges::copy(std::as_bytes(std::span(values)), scratch.begin());
    return scratch;
  }
  int64_t stored_bytes() const override { return features_.count() * features_.width() * int64_t{sizeof(float)}; }
  const Modality& modality() const override { return modality::vectors; }
  const Features* features() const override { return &features_; }
  const Targets* targets() const override { return labels_.empty() ? nullptr : this; }

 private:
  Features features_;
  std::vector<int32_t> labels_;
};

void require_fitting(const MatrixRows& matrix) {
  const int64_t rows = matrix.features.count();
  if (rows == 0) throw InputError({matrix.name, "", "has no rows", "Give at least one row"});
  if (!matrix.labels.empty() && std::ssize(matrix.labels) != rows)
    throw InputError(
        {matrix.name, "", fmt::format("has {} rows, and there are {} labels", rows, matrix.labels.size()), "Give one label per row"});
  if (!matrix.left_out.empty() && (matrix.left_out.front() < 0 || matrix.left_out.back() >= rows))
    throw InputError({matrix.name, "", fmt::format("has {} rows, and rows beyond them are to be left out", rows), "Number rows from 0"});
}

Input input_of(const MatrixRows& matrix) {
  require_fitting(matrix);
  const auto rows = std::make_shared<RowsInMemory>(matrix);
  Input input{.dataset = {.format = "matrix", .root = matrix.name, .classes = matrix.classes, .splits = {{Split::train, rows}}}};
  input.labels = label_column(*rows);
  input.classes = class_count(input.dataset);
  for (const int64_t row : matrix.left_out) input.excluded.push_back({.row = row, .key = rows->key(row), .text = "left out by the caller"});
  return input;
}

}  // namespace

void SelectOptions::declare(OptionTable& table) {
  table.add("keep", keep, "HOW-MUCH", "0.2, 20% or a count");
  select.declare(table);
  table.add("seed", seed, "N", "determines every random choice");
}

SelectedRows select_rows(const MatrixRows& matrix, const SelectOptions& options, const Context& context) {
  const MethodSpec spec = parse_method(options.select);
  const Input input = input_of(matrix);
  const int64_t count = keep_count(options.keep, input.rows(), std::ssize(input.usable_rows()));
  const FeatureOptions own_rows{.features = "rows"};
  Checkpoint nowhere({}, Json::object(), false, nullptr, context);
  RunLog log("");
  const ResolvedMethod method = method_for(spec, input, own_rows, count, context);
  ChosenRows chosen = choose_rows(input, method, own_rows, count, options.seed, nowhere, log, context);
  warn_of_idle(spec, method, /*pictures=*/false, context);
  Subset kept = sample(chosen.selection, {}, count, options.seed);
  warn_of_empty_classes(
      chosen.selection, input.labels, kept, chosen.by_class(), [&](int32_t label) { return input.class_name(label); }, context);
  return {std::move(chosen.selection), std::move(kept), std::move(chosen.note)};
}

void save_order(const Selection& selection, const std::string& note, uint64_t seed, const std::string& command,
                const std::filesystem::path& folder, bool overwrite) {
  OutputFolder out(folder, {.overwrite = overwrite, .why_foreign = why_no_run});
  const RunLog log("");
  write_selection(selection, out.path());
  RunRecord run = begin_record(selection, note, seed, command, {}, log);
  run.bin_count = selection.bin_count;
  run.pool_count = selection.pool_count;
  write_file(out.path() / "run.json", json_text(to_json(run), 2) + "\n");
  out.commit();
}

}  // namespace decant
