#include "decant/pipeline/judging/test_rows.h"

#include <algorithm>
#include <cmath>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/text.h"
#include "decant/data/rows_view.h"
#include "decant/dedup/joined_rows.h"
#include "decant/formats/open.h"
#include "decant/pipeline/judging/relabelled.h"
#include "decant/pipeline/run/same_objects.h"
#include "decant/select/methods/random.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace {

/// The splits that --test-split names, of those that teach what is needed. Throws UsageError for
/// another word, InputError for a split that is named and not there.
TestRows held_out_split(const Dataset& dataset, const std::string& path, std::optional<CountedIn> needs, const std::string& which) {
  const auto rows_of = [&](Split split) -> std::shared_ptr<const Rows> {
    const auto found = dataset.splits.find(split);
    return found != dataset.splits.end() && (!needs || found->second->taught() == needs) ? found->second : nullptr;
  };
  const auto named = [&](Split split) {
    auto rows = rows_of(split);
    if (rows == nullptr)
      throw InputError(
          {path, "", fmt::format("has no {} split to judge by", name_of(split)), "Omit --test-split, or name other data with --test"});
    return rows;
  };
  const auto called = [&](const char* split) { return fmt::format("{} split of {}", split, path); };
  if (which == "test") return {named(Split::test), called("test")};
  if (which == "validation") return {named(Split::validation), called("validation")};
  if (which == "both")
    return {std::make_shared<JoinedRows>(named(Split::validation), named(Split::test), path), called("validation and test")};
  if (which != "auto") throw UsageError(fmt::format("--test-split is '{}'; choose from auto, test, validation, both", which));
  for (const Split split : {Split::test, Split::validation}) {
    if (auto rows = rows_of(split)) return {std::move(rows), called(name_of(split))};
  }
  return {};
}

/// The rows that --test names: the test split of a data set that has one, else all of it.
TestRows named_test(const EvaluateOptions& options, const Dataset& full, const Context& context) {
  const Dataset other = open_dataset(options.test, options.fields.to_open(options.test_labels), context);
  const std::optional<CountedIn> needs = usual_judge(options, full)->needs();
  auto [rows, name] = held_out_split(other, options.test, needs, options.test_split);
  if (rows == nullptr) {
    rows = other.splits.contains(Split::test) ? other.splits.at(Split::test) : other.splits.at(Split::train);
    name = options.test;
  }
  if (rows->modality().name != full.train().modality().name)
    throw InputError({options.test, "", "is not the same kind of data as the data set", "Test on the same"});
  if (!needs) return {rows, name};
  if (*needs != CountedIn::rows) {
    require_same_objects(other, *rows, options.test, full, options.full);
    return {rows, name};
  }
  for (int64_t row = 0; row < rows->size(); ++row) {
    if (rows->label(row) == kNoLabel)
      throw InputError({options.test, rows->key(row), "has no label", "Give --test-labels, or remove such rows"});
  }
  auto renamed = relabelled(rows, other, full);
  for (int64_t row = 0; row < rows->size(); ++row) {
    if (renamed->label(row) == kNoLabel)
      throw InputError(
          {options.test, rows->key(row),
           fmt::format("is of the class '{}', which {} does not have", other.classes[static_cast<size_t>(rows->label(row))], options.full),
           "Use the same class names in both, or remove such rows"});
  }
  return {std::move(renamed), std::move(name)};
}

/// By a seed of its own: rows that --method random keeps with the same seed would be the very rows
/// held out.
Subset draw_held_out(const Input& full, double share, uint64_t seed_given) {
  const uint64_t seed = Random(seed_given, "held out").bits64();
  const int64_t count = held_out_count(share, std::ssize(full.usable_rows()));
  return sample(select_random(full.rows(), full.labels.values(), full.excluded_rows(), true, seed), {}, count, seed);
}

}  // namespace

std::shared_ptr<const Rows> readable_rows(std::shared_ptr<const Rows> rows, const std::string& from, const Context& context) {
  const std::vector<Excluded> bad = find_bad_rows(*rows, Depth::full, context);
  if (bad.empty()) return rows;
  context.warn(fmt::format("{} test rows cannot be read and are skipped, first {}: {}", bad.size(), bad.front().key, bad.front().text));
  std::vector<int64_t> taken;
  for (const Excluded& row : bad) taken.push_back(row.row);
  std::vector<int64_t> good = Subset::all(rows->size()).without(Subset(std::move(taken))).rows();
  if (good.empty())
    throw InputError({from, bad.front().key, fmt::format("none of the {} test rows can be read: {}", bad.size(), bad.front().text),
                      "Repair the test split, or give other rows with --test"});
  return std::make_shared<RowsView>(std::move(rows), std::move(good));
}

TestRows given_test_rows(const EvaluateOptions& options, const Dataset& full, const Context& context) {
  if (!options.test.empty()) return named_test(options, full, context);
  return held_out_split(full, options.full, usual_judge(options, full)->needs(), options.test_split);
}

int64_t held_out_count(double share, int64_t usable) {
  if (!(share > 0 && share < 1)) throw UsageError("--hold-out must lie between 0 and 1");
  return std::max<int64_t>(1, std::llround(share * static_cast<double>(usable)));
}

void require_same_width(const Rows& tested, const Rows& trained, const std::string& file) {
  const Features* const test = tested.features();
  const Features* const full = trained.features();
  if (test != nullptr && full != nullptr && test->width() != full->width())
    throw InputError(
        {file, "", fmt::format("has {} columns, and the data set has {}", test->width(), full->width()), "Test on the same features"});
}

void require_test_of_labels(const EvaluateOptions& options) {
  if (options.test.empty() && !options.test_labels.empty()) throw UsageError("--test-labels needs --test");
}

Input without_held_out(Input full, const Subset& held_out) {
  if (held_out.empty()) return full;
  for (const int64_t row : held_out) full.excluded.push_back({row, full.dataset.train().key(row), "held out", Excluded::Why::held_out});
  std::ranges::sort(full.excluded, {}, &Excluded::row);
  full.digest = Digest().add(full.digest).add(std::as_bytes(std::span(held_out))).hex();
  return full;
}

JudgedTest find_test_rows(const Input& full, const EvaluateOptions& options, const Context& context) {
  require_test_of_labels(options);
  JudgedTest found;
  if (TestRows test = given_test_rows(options, full.dataset, context); test.rows != nullptr) {
    found.rows = readable_rows(std::move(test.rows), options.test.empty() ? options.full : options.test, context);
    found.name = std::move(test.name);
    if (found.rows->features() != nullptr) require_finite(*found.rows->features(), options.test, {}, {}, context);
    require_same_width(*found.rows, full.dataset.train(), options.test);
    found.digest = content_digest(*found.rows, nullptr, context);
    context.info(fmt::format("{} test rows: {}", human_count(found.rows->size()), found.name));
    return found;
  }
  found.held_out = draw_held_out(full, options.hold_out, options.seed);
  found.rows = std::make_shared<RowsView>(full.dataset.splits.at(Split::train), found.held_out.rows());
  found.digest = Digest().add(full.digest).add(std::as_bytes(std::span(found.held_out))).hex();
  found.name = "rows reserved of " + options.full;
  found.note = fmt::format("; no test split: {} training rows reserved for testing", human_count(std::ssize(found.held_out)));
  return found;
}

}  // namespace decant
