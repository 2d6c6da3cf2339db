#include "decant/pipeline/judging/method_arm.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "decant/base/cache.h"
#include "decant/base/json.h"
#include "decant/pipeline/patching/choose_within.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace fs = std::filesystem;

MethodArm::MethodArm(const std::string& method, const Input& input, const EvaluateOptions& options, Shares shares, int64_t steps,
                     const Context& context)
    : spec_(parse_method(method, options.select)), input_(input), options_(options), context_(context), log_("") {
  spec_.options.shares = shares;
  if (spec_.options.own.for_steps == 0) spec_.options.own.for_steps = steps;
}

Draws MethodArm::draw(std::vector<int64_t> counts) {
  std::ranges::sort(counts, std::greater<>());
  // "auto": another method for another number.
  const bool by_count = spec_.method == nullptr || follows_count(*spec_.method, spec_.options.own);
  Draws draws;
  ChosenRows chosen;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (i == 0 || by_count || counts[i] < chosen.selection.serves_from || counts[i] > chosen.selection.serves_to)
      chosen = choose(counts[i]);
    for (int s = 0; s < options_.seeds; ++s) draws[counts[i]].push_back(one(chosen, counts[i], s));
  }
  return draws;
}

Draws MethodArm::draw_within(SetSizes& sizes, std::vector<int64_t> budgets) {
  std::ranges::sort(budgets, std::greater<>());
  ChosenRows chosen;
  bool serves_fewer = false;
  Draws draws;
  for (const int64_t budget : budgets) {
    if (!serves_fewer)
      chosen = choose_within(
          sizes, budget,
          [&](int64_t count) {
            ChosenRows some = choose(count);
            serves_fewer = some.selection.serves_from == 1 && spec_.method != nullptr;
            return some;
          },
          [&](const ChosenRows& from, int64_t count) { return one(from, count, 0); });
    for (int s = 0; s < options_.seeds; ++s)
      draws[budget].push_back(sizes.largest_within(budget, chosen.selection, [&](int64_t count) { return one(chosen, count, s); }));
  }
  return draws;
}

ChosenRows MethodArm::choose(int64_t count) {
  const Json deciding = deciding_options(spec_, options_.features, options_.seed);
  const ResolvedMethod method = method_for(spec_, input_, options_.features, count, context_);
  std::optional<LockedFolder> folder;  // of the bins that an interrupted evaluation finished
  if (method.method->cuts_bins) {
    const CacheKey key = CacheKey("choosing").add("input", input_.digest).add("options", json_text(deciding)).add("count", count);
    folder = Cache(options_.features.cache, context_).workspace(key);
  }
  Checkpoint checkpoint(folder ? folder->path() / Checkpoint::kFolder : fs::path(), deciding, /*overwrite=*/true, nullptr, context_);
  ChosenRows chosen = choose_rows(input_, method, options_.features, count, options_.seed, checkpoint, log_, context_);
  checkpoint.remove();
  if (folder) folder->remove();
  return chosen;
}

Subset MethodArm::one(const ChosenRows& chosen, int64_t count, int seed_number) const {
  const uint64_t seed = options_.seed + static_cast<uint64_t>(seed_number);
  const Shares shares = chosen.method.options.shares_of_pools();
  if (seed_number > 0 && chosen.redraw) {
    Selection anew = chosen.redraw(seed);
    anew.serves_from = std::min(anew.serves_from, chosen.selection.serves_from);
    return sample(anew, {}, count, seed, shares);
  }
  return sample(chosen.selection, {}, count, seed, shares);
}

}  // namespace decant
