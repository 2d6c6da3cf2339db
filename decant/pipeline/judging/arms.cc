#include "decant/pipeline/judging/arms.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/select/methods/random.h"
#include "decant/select/pools/quota.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

/// The input without the held-out rows. Its digest is another, for features are fitted to what is left.
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
class Method {
 public:
  Method(std::string name, const Input& input, const EvaluateOptions& options, uint64_t seed, const Context& context)
      : name_(std::move(name)), input_(input), options_(options), seed_(seed), context_(context), log_("") {
    select_ = options.select;
    select_.method = name_;
  }

  /// The largest size first: what was chosen for it may serve smaller ones, too.
  Draws draw(std::vector<int64_t> counts) {
    std::ranges::sort(counts, std::greater<>());
    const bool by_count = method_of(name_, options_.select).method == "auto";  // another method for another number
    Draws draws;
    Chosen chosen;
    for (size_t i = 0; i < counts.size(); ++i) {
      if (i == 0 || by_count || counts[i] < chosen.selection.serves_from || counts[i] > chosen.selection.serves_to)
        chosen = choose(counts[i]);
      for (int s = 0; s < options_.seeds; ++s) draws[counts[i]].push_back(one(chosen, counts[i], s));
    }
    return draws;
  }

 private:
  Chosen choose(int64_t count) {
    const Json deciding = deciding_options(select_, options_.features, seed_);
    const fs::path folder = cache_folder(options_.features.cache) / "evidence" /
                            ("choosing-" + Digest().add(input_.digest).add(json_text(deciding)).add(count).hex());
    Checkpoint checkpoint(folder, deciding, /*overwrite=*/true, nullptr, context_);
    Chosen chosen = choose_rows(input_, select_, options_.features, count, seed_, checkpoint, log_, context_);
    checkpoint.remove();
    return chosen;
  }

  Subset one(const Chosen& chosen, int64_t count, int s) const {
    const uint64_t seed = seed_ + static_cast<uint64_t>(s);
    if (s > 0 && chosen.redraw) return sample(chosen.redraw(seed), {}, count, seed);
    return sample(chosen.selection, {}, count, seed);
  }

  std::string name_;
  const Input& input_;
  const EvaluateOptions& options_;
  uint64_t seed_;
  const Context& context_;
  SelectOptions select_;
  RunLog log_;
};

/// How many rows --keep asks for, each number once, in the order given.
std::vector<int64_t> kept_counts(const JudgedSets& sets, const EvaluateOptions& options) {
  const int64_t all = sets.full.rows() - std::ssize(sets.held_out);
  std::vector<int64_t> counts;
  for (const std::string& part : split_list(options.keep)) {
    const int64_t count = keep_count(part, all);
    if (count > std::ssize(sets.full_rows))
      throw InputError(
          {options.full, "", fmt::format("{} rows are to be kept, but only {} can be read", count, sets.full_rows.size()), "Lower --keep"});
    if (std::ranges::find(counts, count) == counts.end()) counts.push_back(count);
  }
  return counts;
}

void add_sizes(std::vector<int64_t>& counts, const std::vector<GivenSet>& given) {
  for (const GivenSet& set : given) {
    if (std::ranges::find(counts, std::ssize(set.subset)) == counts.end()) counts.push_back(std::ssize(set.subset));
  }
}

/// Class-balanced random rows of the full set, drawn anew for every seed.
std::function<Subset(uint64_t)> random_rows(const JudgedSets& sets, int64_t count) {
  return [&sets, count](uint64_t seed) {
    const Subset left_out = sets.full.excluded_rows().united(sets.held_out);
    return sample(select_random(sets.full.rows(), sets.full.labels, left_out, true, seed), {}, count, seed);
  };
}

}  // namespace

void require_known_methods(const EvaluateOptions& options) {
  for (const std::string& name : split_list(options.against)) {
    if (name == "full" || name == "random") continue;
    try {
      method_of(name, options.select);
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("--against {}: {}", name, error.what()));
    }
  }
}

std::vector<evaluate::Arm> make_arms(const JudgedSets& sets, const EvaluateOptions& options, uint64_t seed, const Context& context) {
  const Rows* const full = &sets.full.dataset.train();
  const std::vector<int64_t> asked = kept_counts(sets, options);
  std::vector<int64_t> counts = asked;
  add_sizes(counts, sets.given);  // what the small sets are compared with
  const Input input = to_choose_from(sets);
  std::vector<evaluate::Arm> arms;
  for (const std::string& name : split_list(options.against)) {
    if (name == "full") {
      arms.push_back({name, full, sets.full.digest, [&sets](uint64_t) { return sets.full_rows; }});
      continue;
    }
    if (counts.empty())
      throw InputError({options.full, "--against " + name, "nothing says how many rows to keep", "Give --keep, or a small set"});
    if (name == "random") {
      for (const int64_t count : counts) arms.push_back({name, full, sets.full.digest, random_rows(sets, count)});
      continue;
    }
    const std::vector<int64_t>& own = asked.empty() ? counts : asked;
    Draws draws = Method(name, input, options, seed, context).draw(own);
    for (const int64_t count : own) {
      arms.push_back({name, full, sets.full.digest, [subsets = draws.at(count), seed](uint64_t of) { return subsets.at(of - seed); }});
    }
  }
  for (const GivenSet& set : sets.given) arms.push_back({set.name, set.rows.get(), set.digest, [&set](uint64_t) { return set.subset; }});
  if (arms.empty()) throw UsageError("--against names no set, and there is no small one: nothing to compare");
  return arms;
}

}  // namespace decant
