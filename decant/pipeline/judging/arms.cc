#include "decant/pipeline/judging/arms.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "decant/base/cache.h"
#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/select/methods/random.h"
#include "decant/select/pools/quota.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

/// The input without the held-out rows. Its digest is another, for features are fitted to what is
/// left.
Input to_choose_from(const JudgedSets& sets) {
  Input input = sets.full;
  if (sets.held_out.empty()) return input;
  for (const int64_t row : sets.held_out)
    input.excluded.push_back({row, input.dataset.train().key(row), "held out", Excluded::Why::held_out});
  std::ranges::sort(input.excluded, {}, &Excluded::row);
  input.digest = Digest().add(input.digest).add(std::as_bytes(std::span(sets.held_out))).hex();
  return input;
}

/// Subsets by size and seed.
using Draws = std::map<int64_t, std::vector<Subset>>;

/// Chooses with one method, for every size and seed.
class MethodArm {
 public:
  MethodArm(const std::string& name, const Input& input, const EvaluateOptions& options, uint64_t seed, const Context& context)
      : spec_(parse_method(name, options.select)), input_(input), options_(options), seed_(seed), context_(context), log_("") {}

  /// The largest size first: what was chosen for it may serve smaller ones, too.
  Draws draw(std::vector<int64_t> counts) {
    std::ranges::sort(counts, std::greater<>());
    const bool by_count = spec_.method == nullptr;  // "auto": another method for another number
    Draws draws;
    ChosenRows chosen;
    for (size_t i = 0; i < counts.size(); ++i) {
      if (i == 0 || by_count || counts[i] < chosen.selection.serves_from || counts[i] > chosen.selection.serves_to)
        chosen = choose(counts[i]);
      for (int s = 0; s < options_.seeds; ++s) draws[counts[i]].push_back(one(chosen, counts[i], s));
    }
    return draws;
  }

 private:
  ChosenRows choose(int64_t count) {
    const Json deciding = deciding_options(spec_, options_.features, seed_);
    const ResolvedMethod method = method_for(spec_, input_, options_.features, count, context_);
    std::optional<LockedFolder> folder;  // of the bins that an interrupted evaluation finished
    if (method.method->cuts_bins) {
      const CacheKey key = CacheKey("choosing").add("input", input_.digest).add("options", json_text(deciding)).add("count", count);
      folder = Cache(options_.features.cache, context_).workspace(key);
    }
    Checkpoint checkpoint(folder ? folder->path() / Checkpoint::kFolder : fs::path(), deciding, /*overwrite=*/true, nullptr, context_);
    ChosenRows chosen = choose_rows(input_, method, options_.features, count, seed_, checkpoint, log_, context_);
    checkpoint.remove();
    if (folder) folder->remove();
    return chosen;
  }

  Subset one(const ChosenRows& chosen, int64_t count, int s) const {
    const uint64_t seed = seed_ + static_cast<uint64_t>(s);
    if (s > 0 && chosen.redraw) return sample(chosen.redraw(seed), {}, count, seed);
    return sample(chosen.selection, {}, count, seed);
  }

  MethodSpec spec_;
  const Input& input_;
  const EvaluateOptions& options_;
  uint64_t seed_;
  const Context& context_;
  RunLog log_;
};

/// How many rows --keep asks for, each number once, in the order given.
std::vector<int64_t> kept_counts(const EvaluateOptions& options, const RowCounts& counts) {
  std::vector<int64_t> kept;
  for (const std::string& part : split_list(options.keep)) {
    const int64_t count = keep_count(part, counts.all);
    if (count > counts.usable)
      throw InputError(
          {options.full, "", fmt::format("{} rows are to be kept, but only {} can be read", count, counts.usable), "Lower --keep"});
    if (std::ranges::find(kept, count) == kept.end()) kept.push_back(count);
  }
  return kept;
}

/// `kept`, and the sizes of the given sets, which the others are compared with.
std::vector<int64_t> with_sizes(std::vector<int64_t> kept, const std::vector<RowCounts::Given>& given) {
  for (const RowCounts::Given& set : given) {
    if (std::ranges::find(kept, set.rows) == kept.end()) kept.push_back(set.rows);
  }
  return kept;
}

/// The sizes at which a method is to choose, each once.
std::vector<int64_t> sizes_of(const std::string& method, const std::vector<ArmOutline>& outline) {
  std::vector<int64_t> sizes;
  for (const ArmOutline& arm : outline) {
    if (arm.kind == ArmOutline::Kind::method && arm.name == method && std::ranges::find(sizes, arm.rows) == sizes.end())
      sizes.push_back(arm.rows);
  }
  return sizes;
}

/// Class-balanced random rows of the full set, drawn anew for every seed.
std::function<Subset(uint64_t)> random_rows(const JudgedSets& sets, int64_t count) {
  return [&sets, count](uint64_t seed) {
    const Subset left_out = sets.full.excluded_rows().united(sets.held_out);
    return sample(select_random(sets.full.rows(), sets.full.labels, left_out, true, seed), {}, count, seed);
  };
}

}  // namespace

std::vector<MethodSpec> methods_against(const EvaluateOptions& options) {
  std::vector<MethodSpec> specs;
  for (const std::string& name : split_list(options.against)) {
    if (name == "full" || name == "random") continue;
    try {
      specs.push_back(parse_method(name, options.select));
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("--against {}: {}", name, error.what()));
    }
  }
  return specs;
}

void require_sound(const EvaluateOptions& options) {
  require_some_judge(options);
  methods_against(options);
  if (options.seeds < 1) throw UsageError("--seeds must be at least 1");
  if (const auto folder = options.out.parent_path(); !folder.empty() && !fs::is_directory(folder))
    throw InputError(
        {options.out.string(), "", "cannot be written: its folder does not exist", "Create the folder, or choose another --out"});
}

std::vector<ArmOutline> outline_arms(const EvaluateOptions& options, const RowCounts& counts) {
  using Kind = ArmOutline::Kind;
  const std::vector<int64_t> kept = kept_counts(options, counts);
  const std::vector<int64_t> sizes = with_sizes(kept, counts.given);
  std::vector<ArmOutline> arms;
  for (const std::string& name : split_list(options.against)) {
    if (name == "full") {
      arms.push_back({name, Kind::full, counts.usable});
      continue;
    }
    if (sizes.empty()) throw InputError({options.full, "--against " + name, "no subset size is given", "Give --keep, or a small set"});
    const Kind kind = name == "random" ? Kind::random : Kind::method;
    for (const int64_t rows : kind == Kind::method && !kept.empty() ? kept : sizes) arms.push_back({name, kind, rows});
  }
  for (size_t i = 0; i < counts.given.size(); ++i) arms.push_back({counts.given[i].name, Kind::given, counts.given[i].rows, i});
  if (arms.empty()) throw UsageError("--against names no set and no small set is given, so there is nothing to compare");
  return arms;
}

std::vector<evaluate::Arm> make_arms(const JudgedSets& sets, const EvaluateOptions& options, const Context& context) {
  const uint64_t seed = options.seed;
  using Kind = ArmOutline::Kind;
  const Rows* const full = &sets.full.dataset.train();
  const std::string& digest = sets.full.digest;
  const std::vector<ArmOutline> outline = outline_arms(options, counts_of(sets));
  const Input input = to_choose_from(sets);
  std::map<std::string, Draws> chosen;
  std::vector<evaluate::Arm> arms;
  for (const ArmOutline& arm : outline) {
    if (arm.kind == Kind::full) {
      arms.push_back({arm.name, full, digest, [&sets](uint64_t) { return sets.full_rows; }});
    } else if (arm.kind == Kind::random) {
      arms.push_back({arm.name, full, digest, random_rows(sets, arm.rows)});
    } else if (arm.kind == Kind::given) {
      const GivenSet& set = sets.given[arm.given];
      arms.push_back({arm.name, set.rows.get(), set.digest, [&set](uint64_t) { return set.subset; }});
    } else {
      if (!chosen.contains(arm.name))
        chosen[arm.name] = MethodArm(arm.name, input, options, seed, context).draw(sizes_of(arm.name, outline));
      arms.push_back(
          {arm.name, full, digest, [subsets = chosen[arm.name].at(arm.rows), seed](uint64_t of) { return subsets.at(of - seed); }});
    }
  }
  return arms;
}

}  // namespace decant
