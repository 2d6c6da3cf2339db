#include "decant/select/bins/cut.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/comm/comm.h"
#include "decant/select/bins/pools_on_ranks.h"
#include "decant/select/engine/bin_picker.h"
#include "decant/select/engine/gradient_greedy.h"
#include "decant/select/engine/linear_greedy.h"
#include "decant/select/engine/linear_pool.h"
#include "decant/select/engine/nested_greedy.h"

namespace decant {
namespace {

std::unique_ptr<BinPicker> make_picker(LinearPool& pool, BinEngine engine, const Context& context) {
  if (engine == BinEngine::exhaustive) return std::make_unique<LinearPicker>(pool);
  NestedOptions options;
  options.may_fall_back = engine == BinEngine::automatic;
  return std::make_unique<NestedPicker>(pool, options, context);
}

}  // namespace

void validate(const CutOptions& options, int64_t width) {
  const auto name = name_of(options.function);
  if (options.bins < 1) {
    throw InputError({"", "", fmt::format("{} bins cannot be cut", options.bins), "Give at least one bin"});
  }
  if (!std::isfinite(options.lambda) || options.lambda < 0) {
    throw InputError({"", "", fmt::format("lambda is {}", options.lambda), "Give a weight of at least 0"});
  }
  if (options.lambda != 1 && !takes_lambda(options.function)) {
    throw InputError({"", "", fmt::format("{} has no lambda", name), "Omit lambda, or use graph-cut"});
  }
  if (options.function == BinFunction::graph_cut_gradient && (options.classes < 1 || options.classes >= width)) {
    throw InputError({"", "", fmt::format("{} of {} columns cannot be ∂loss/∂logits and leave an embedding", options.classes, width),
                      "graph-cut-gradient takes features [b | e] and the number of classes, the width of b"});
  }
}

GreedyResult cut_into_bins(const Features& features, std::span<const int64_t> rows, const CutOptions& options, const Context& context,
                           Stage* stage, const Keeping& keeping) {
  for (size_t i = 1; i < rows.size(); ++i) DECANT_CHECK(rows[i - 1], <, rows[i]);
  std::optional<LinearPool> pool;
  std::unique_ptr<BinPicker> picker;
  const auto when_needed = [&]() -> BinPicker& {
    if (picker != nullptr) return *picker;
    if (options.function == BinFunction::graph_cut_gradient) {
      picker = std::make_unique<GradientPicker>(features, rows, options.classes, options.lambda, context);
    } else {
      Comm* ranks = options.engine == BinEngine::exhaustive ? nullptr : options.ranks;
      pool.emplace(features, rows, linear_form(options.function, options.lambda), context, ranks);
      picker = make_picker(*pool, options.engine, context);
    }
    return *picker;
  };
  return run_bins(when_needed, rows, options.bins, context, stage, keeping);
}

std::vector<GreedyResult> cut_pools(const Features& features, std::span<const std::vector<int64_t>> pools, const CutOptions& options,
                                    const Context& context, BinKeeper* keeper) {
  if (options.ranks != nullptr) return cut_pools_on_ranks(features, pools, options, context, keeper);
  const auto count = static_cast<int64_t>(pools.size());
  const auto total = std::transform_reduce(pools.begin(), pools.end(), int64_t{0}, std::plus<>(),
                                           [](const auto& pool) { return static_cast<int64_t>(pool.size()); });
  Stage stage(context, "bins", total, "picks");
  std::vector<GreedyResult> results(pools.size());
  Context inside = context;
  inside.threads = count > 1 ? std::max(1, context.thread_count() / static_cast<int>(std::min<int64_t>(count, 1024))) : context.threads;
  parallel_for(context, count, 1, [&](int64_t begin, int64_t) {
    const auto at = static_cast<size_t>(begin);
    results[at] = cut_into_bins(features, pools[at], options, inside, &stage, {keeper, begin});
  });
  return results;
}

}  // namespace decant
