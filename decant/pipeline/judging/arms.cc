#include "decant/pipeline/judging/arms.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/formats/image/picture_files.h"
#include "decant/pipeline/choosing/repeats.h"
#include "decant/pipeline/judging/length_matched.h"
#include "decant/pipeline/judging/method_arm.h"
#include "decant/pipeline/labelling/label_data.h"
#include "decant/pipeline/labelling/labelled_sizes.h"
#include "decant/pipeline/patching/byte_budget.h"
#include "decant/pipeline/patching/fill_source.h"
#include "decant/pipeline/patching/row_sizes.h"
#include "decant/select/methods/random.h"
#include "decant/select/pools/quota.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

/// How many rows --keep asks for, each number once, in the order given.
std::vector<int64_t> kept_counts(const EvaluateOptions& options, const RowCounts& counts) {
  std::vector<int64_t> kept;
  for (const std::string& part : split_list(options.keep)) {
    const int64_t count = keep_count(part, counts.all, counts.usable);
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

/// How many bytes --bytes asks for, each number once, in the order given.
std::vector<int64_t> byte_budgets(const EvaluateOptions& options, const RowCounts& counts) {
  std::vector<int64_t> budgets;
  for (const std::string& part : split_list(options.bytes)) {
    const int64_t budget = bytes_from(part, counts.stored_bytes, "--bytes");
    if (std::ranges::find(budgets, budget) == budgets.end()) budgets.push_back(budget);
  }
  return budgets;
}

/// How many tokens --keep-tokens, or objects --keep-objects asks for, each number once, in the
/// order given.
std::vector<int64_t> counted_budgets(const CountedBudget& counted, const RowCounts& counts) {
  std::vector<int64_t> budgets;
  for (const std::string& part : split_list(counted.text)) {
    if (part == "same") continue;
    const int64_t budget = counted.amount(part, counts.counted);
    if (std::ranges::find(budgets, budget) == budgets.end()) budgets.push_back(budget);
  }
  return budgets;
}

int64_t size_of(const RowCounts::Given& set, Budget::Unit unit) {
  return unit == Budget::Unit::bytes ? set.bytes : set.counted;
}

/// What a given set is compared under: the budget that was asked for, where it fills one to a
/// hundredth, else its own size.
int64_t budget_of_given(const RowCounts::Given& set, Budget::Unit unit, const std::vector<int64_t>& asked) {
  const int64_t size = size_of(set, unit);
  const auto filled = std::ranges::find_if(asked, [&](int64_t budget) { return size <= budget && size >= budget - budget / 100; });
  return unit == Budget::Unit::bytes && filled != asked.end() ? *filled : size;
}

/// `budgets`, and what the given sets take, which others are compared with.
std::vector<int64_t> with_sizes_of_given(std::vector<int64_t> budgets, const std::vector<RowCounts::Given>& given, Budget::Unit unit) {
  const std::vector<int64_t> asked = budgets;
  for (const RowCounts::Given& set : given) {
    const int64_t size = budget_of_given(set, unit, asked);
    if (size > 0 && std::ranges::find(budgets, size) == budgets.end()) budgets.push_back(size);
  }
  return budgets;
}

/// How many bytes an arm asks for itself ("+bytes=5MB"), each number once; "same" are those of each
/// given set.
std::vector<int64_t> own_budgets(const ArmSpec& arm, const RowCounts& counts) {
  if (arm.bytes.empty()) return {};
  if (arm.bytes != "same") return {bytes_from(arm.bytes, counts.stored_bytes, "--against " + arm.name)};
  std::vector<int64_t> budgets;
  for (const RowCounts::Given& set : counts.given) {
    if (set.all_bytes == 0)
      throw InputError({set.name, "", "does not say how many bytes it takes", "Give a run's folder, or +bytes=N in place of +bytes=same"});
    if (std::ranges::find(budgets, set.all_bytes) == budgets.end()) budgets.push_back(set.all_bytes);
  }
  if (budgets.empty()) throw UsageError(fmt::format("--against {}: no set is given whose bytes it could have", arm.name));
  return budgets;
}

/// Whether any set is as large as so many bytes.
bool counts_bytes(const EvaluateOptions& options) {
  return !options.bytes.empty() || std::ranges::any_of(arms_against(options), [](const ArmSpec& arm) { return !arm.bytes.empty(); });
}

/// The sizes at which a method is to choose, each once.
std::vector<int64_t> sizes_of(const std::string& method, const std::vector<ArmOutline>& outline) {
  std::vector<int64_t> sizes;
  for (const ArmOutline& arm : outline) {
    if (arm.kind == ArmOutline::Kind::method && arm.spec.base == method && std::ranges::find(sizes, arm.rows) == sizes.end())
      sizes.push_back(arm.rows);
  }
  return sizes;
}

/// Class-balanced random rows of the full set.
Selection random_order(const JudgedSets& sets, uint64_t seed) {
  return select_random(sets.full.rows(), sets.full.labels.values(), sets.full.excluded_rows().united(sets.test.held_out), true, seed);
}

/// Drawn anew for every seed.
std::function<Subset(uint64_t)> random_rows(const JudgedSets& sets, int64_t count) {
  return [&sets, count](uint64_t seed) { return sample(random_order(sets, seed), {}, count, seed, sets.shares); };
}

/// As many of them as fit.
std::vector<Subset> random_rows_within(const JudgedSets& sets, SetSizes& sizes, int64_t budget, const EvaluateOptions& options) {
  std::vector<Subset> draws;
  for (int s = 0; s < options.seeds; ++s) {
    const uint64_t seed = options.seed + static_cast<uint64_t>(s);
    const Selection order = random_order(sets, seed);
    draws.push_back(sizes.largest_within(budget, order, [&](int64_t count) { return sample(order, {}, count, seed, sets.shares); }));
  }
  return draws;
}

std::function<Subset(uint64_t)> by_seed(std::vector<Subset> draws, uint64_t first) {
  return [draws = std::move(draws), first](uint64_t seed) { return draws.at(seed - first); };
}

}  // namespace

std::vector<ArmSpec> arms_against(const EvaluateOptions& options) {
  std::vector<ArmSpec> arms;
  for (const std::string& name : split_list(options.sets_against()))
    arms.push_back(parse_arm(name, beside(options.importance, options.features)));
  return arms;
}

std::vector<MethodSpec> methods_against(const EvaluateOptions& options) {
  std::vector<MethodSpec> specs;
  for (const ArmSpec& arm : arms_against(options)) {
    if (arm.base == "full" || arm.base == "random") continue;
    try {
      specs.push_back(parse_method(arm.base, options.select));
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("--against {}: {}", arm.name, error.what()));
    }
  }
  return specs;
}

void require_sound(const EvaluateOptions& options) {
  require_some_judge(options);
  require_fill(options.fill);
  if (!options.clean_test.empty()) require_copy_kind(options.clean_test, "--clean-test");
  methods_against(options);
  if (options.full_accuracy && !(*options.full_accuracy >= 0 && *options.full_accuracy <= 1))
    throw UsageError("--full-accuracy must lie between 0 and 1");
  if (options.seeds < 1) throw UsageError("--seeds must be at least 1");
  if (const auto folder = options.out.parent_path(); !folder.empty() && !fs::is_directory(folder))
    throw InputError(
        {options.out.string(), "", "cannot be written: its folder does not exist", "Create the folder, or choose another --out"});
}

namespace {

ArmOutline::Kind kind_of(const ArmSpec& spec) {
  using Kind = ArmOutline::Kind;
  return spec.base == "full" ? Kind::full : spec.base == "random" ? Kind::random : Kind::method;
}

void require_budget(const ArmSpec& spec, const std::vector<int64_t>& budgets) {
  if (spec.spends_on_pictures() && budgets.empty())
    throw UsageError(fmt::format("--against {}: spend needs --bytes, the budget that is spent", spec.name));
}

/// About how many rows a budget keeps, of pictures as they are.
int64_t rows_bought(const ArmSpec& spec, const RowCounts& counts, int64_t budget, Budget::Unit unit) {
  if (unit != Budget::Unit::bytes) return counts.rows_in_counted(budget);
  if (kind_of(spec) == ArmOutline::Kind::full) return counts.usable;
  return counts.rows_in(budget);
}

}  // namespace

std::vector<ArmOutline> outline_arms(const EvaluateOptions& options, const RowCounts& counts) {
  using Kind = ArmOutline::Kind;
  if (!options.bytes.empty() && !options.keep.empty())
    throw UsageError("--keep and --bytes both say how much to keep; give one of the two");
  const std::optional<CountedBudget> counted = counted_budget(options.keep_tokens, options.keep_objects);
  if (counted && (!options.bytes.empty() || !options.keep.empty()))
    throw UsageError(counted->option + ", --keep and --bytes all say how much to keep; give one of them");
  const Budget::Unit unit = counted ? counted->unit : Budget::Unit::bytes;
  const std::vector<int64_t> common = counted ? counted_budgets(*counted, counts) : byte_budgets(options, counts);
  const std::vector<int64_t> kept = kept_counts(options, counts);
  const std::vector<int64_t> sizes = with_sizes(kept, counts.given);
  std::vector<ArmOutline> arms;
  for (const ArmSpec& spec : arms_against(options)) {
    const Kind kind = kind_of(spec);
    std::vector<int64_t> budgets = spec.bytes.empty() ? common : own_budgets(spec, counts);
    require_budget(spec, budgets);
    const bool has_budget = !budgets.empty() || (counted && !counts.given.empty());
    const bool as_given = spec.bytes.empty() && (kind == Kind::random || counted);
    if (as_given) budgets = with_sizes_of_given(std::move(budgets), counts.given, unit);
    if (kind == Kind::full && !spec.spends_on_pictures()) {
      arms.push_back({.name = spec.name, .kind = kind, .rows = counts.usable, .spec = spec});
      continue;
    }
    const Budget::Unit own_unit = spec.bytes.empty() ? unit : Budget::Unit::bytes;
    for (const int64_t budget : budgets)
      arms.push_back({.name = spec.name,
                      .kind = kind,
                      .rows = rows_bought(spec, counts, budget, own_unit),
                      .spec = spec,
                      .budget = budget,
                      .unit = own_unit});
    if (has_budget) continue;
    if (sizes.empty() || counted)
      throw InputError({options.full, "--against " + spec.name, "no subset size is given", "Give --keep, --bytes, or a small set"});
    for (const int64_t rows : kind == Kind::method && !kept.empty() ? kept : sizes)
      arms.push_back({.name = spec.name, .kind = kind, .rows = rows, .spec = spec});
  }
  for (size_t i = 0; i < counts.given.size(); ++i)
    arms.push_back({.name = counts.given[i].name,
                    .kind = Kind::given,
                    .rows = counts.given[i].rows,
                    .given = i,
                    .budget = budget_of_given(counts.given[i], unit, common),
                    .unit = unit});
  if (arms.empty()) throw UsageError("--against names no set and no small set is given, so there is nothing to compare");
  return arms;
}

namespace {

/// Whether there may be pictures whose shorter side is longer than that, and that may be made
/// smaller.
bool may_exceed(const Rows& rows, int side) {
  if (rows.taught() == CountedIn::objects || rows.taught() == CountedIn::pixels) return false;
  const std::optional<ImageSize> size = rows.pictures() == nullptr ? std::nullopt : rows.pictures()->fixed_size();
  return side > 0 && (!size || std::min(size->width, size->height) > side);
}

/// Makes arms of what was outlined; what several share is made once.
class ArmMaker {
 public:
  ArmMaker(const JudgedSets& sets, const EvaluateOptions& options, const std::vector<ArmOutline>& outline, const JudgedBy& judge,
           const Context& context)
      : sets_(sets),
        options_(options),
        outline_(outline),
        judge_(judge),
        context_(context),
        input_(without_held_out(sets.full, sets.test.held_out)) {}

  evaluate::Arm make(const ArmOutline& outline) {
    evaluate::Arm arm{.name = outline.name, .rows = &sets_.full.dataset.train(), .digest = sets_.full.digest};
    if (outline.budget > 0) arm.budget = Budget{outline.budget, outline.unit};
    if (outline.unit == Budget::Unit::bytes && !outline.spec.softens()) arm.bytes = outline.budget;
    try {
      choose(arm, outline);
      if (outline.spec.softens()) soften(arm, outline.spec);
    } catch (const InputError& error) {
      Fault fault = error.fault();
      if (fault.file.empty() && fault.place.empty()) fault.place = arm.name;
      throw InputError(std::move(fault));
    }
    return arm;
  }

 private:
  void choose(evaluate::Arm& arm, const ArmOutline& outline) {
    if (outline.kind == ArmOutline::Kind::given)
      use_given(arm, sets_.given[outline.given]);
    else if (!outline.spec.length.empty())
      arm.subset = by_seed(as_long_as(outline), options_.seed);
    else if (outline.budget > 0 && outline.unit != Budget::Unit::bytes)
      arm.subset = by_seed(rows_by_count(outline.spec.base, outline.budget, outline.unit), options_.seed);
    else if (outline.budget > 0)
      meet_budget(arm, outline);
    else
      keep_rows(arm, outline);
  }

  /// The arm teaches what a teacher says of views of its rows, those of all seeds.
  void soften(evaluate::Arm& arm, const ArmSpec& spec) {
    LabelJob job = label_job(arm, spec);  // refuses before a teacher is trained
    const train::Teacher& teacher = teacher_of_full();
    std::vector<Subset> draws;
    for (int s = 0; s < options_.seeds; ++s) draws.push_back(arm.subset(options_.seed + static_cast<uint64_t>(s)));
    int64_t most = 0;
    for (const Subset& draw : draws) {
      job.which = job.which.united(draw);
      most = std::max(most, std::ssize(draw));
    }
    job.spec = spec_in_numbers(job, most, teacher);  // a budget is that of one seed's set
    const LabelledRows labelled = label_views(job, teacher, module_teacher_trainer("cpu"), context_);
    const SetBytes each = bytes_with_labels(job, draws, teacher);
    context_.info(fmt::format("{}: labels of {} views of {} rows take {}, next to {} of pictures", arm.name,
                              labelled.labels->recipe().views, human_count(std::ssize(draws.front())), human_bytes(each.labels),
                              human_bytes(each.pictures)));
    arm.parts = each;
    arm.bytes = each.sum();
    arm.own_rows = labelled.rows;
    arm.rows = arm.own_rows.get();
    Digest digest;
    digest.add(arm.digest).add("labels").add(spec.labels).add(teacher.digest).add(static_cast<int64_t>(options_.seed));
    if (label_spec_from(spec.labels, job.said).bytes > 0) digest.add(labelled.labels->recipe().views);
    arm.digest = digest.hex();
  }

  /// What is to be labelled, but for the rows.
  LabelJob label_job(const evaluate::Arm& arm, const ArmSpec& spec) const {
    if (!judge_.views)
      throw UsageError(fmt::format("--against {}: labels of views are for trainings that crop and flip pictures", spec.name));
    LabelJob job{.rows = arm.own_rows ? arm.own_rows : sets_.full.dataset.splits.at(Split::train),
                 .which = {},
                 .class_names = named_classes(sets_.full.dataset),
                 .recipe = *judge_.views,
                 .spec = label_spec_from(spec.labels, "--against " + spec.name),
                 .said = "--against " + spec.name};
    job.recipe.seed = options_.seed;
    if (const double asked = job.spec.resized_crop; asked > 0 && asked != job.recipe.cuts.resized_crop)
      throw UsageError(fmt::format("--against {}: its views are cut as the trainings cut pictures, so give --resized-crop {} to these",
                                   spec.name, asked));
    return job;
  }

  /// What the set of one seed takes, on average: its picture files, PNGs where the data set holds
  /// pixels, and its labels.
  SetBytes bytes_with_labels(const LabelJob& job, const std::vector<Subset>& draws, const train::Teacher& teacher) const {
    RowSizes sizes(as_picture_files(job.rows), job.which, context_);
    SetBytes sum;
    for (const Subset& draw : draws) {
      sum.pictures += sizes.total(draw);
      sum.labels += bytes_of_labels(job, std::ssize(draw), teacher);
    }
    const auto seeds = static_cast<int64_t>(draws.size());
    return {.pictures = sum.pictures / seeds, .labels = sum.labels / seeds};
  }

  /// Trained on every row that nobody is tested on.
  const train::Teacher& teacher_of_full() {
    if (!teacher_) {
      const train::TeacherJob wanted{
          .options = options_.teacher, .image_size = judge_.picture_side, .seed = options_.seed, .cache = options_.features.cache};
      teacher_ = teacher_of(input_, wanted, context_);
    }
    return *teacher_;
  }

  static void use_given(evaluate::Arm& arm, const GivenSet& set) {
    arm.rows = set.rows.get();
    arm.digest = set.digest;
    arm.subset = [&set](uint64_t) { return set.subset; };
    arm.training = set.training;
    arm.bytes = set.bytes;
    arm.parts = set.parts;
  }

  /// So many rows. Importance is asked for those of all seeds at once.
  void keep_rows(evaluate::Arm& arm, const ArmOutline& outline) {
    arm.subset = subset_of(outline);
    if (!outline.spec.changes_pictures()) return;
    Subset chosen;
    for (int s = 0; s < options_.seeds; ++s) chosen = chosen.united(arm.subset(options_.seed + static_cast<uint64_t>(s)));
    show(arm, reduce(input_, chosen, outline.spec.reducing, options_.seed, context_), outline.spec);
  }

  std::function<Subset(uint64_t)> subset_of(const ArmOutline& arm) {
    if (arm.kind == ArmOutline::Kind::full) return [&rows = sets_.full_rows](uint64_t) { return rows; };
    if (arm.kind == ArmOutline::Kind::random) return random_rows(sets_, arm.rows);
    const std::string& method = arm.spec.base;
    if (!chosen_.contains(method)) chosen_[method] = method_arm(method).draw(sizes_of(method, outline_));
    return by_seed(chosen_[method].at(arm.rows), options_.seed);
  }

  /// What so many bytes buy.
  void meet_budget(evaluate::Arm& arm, const ArmOutline& outline) {
    const ArmSpec& spec = outline.spec;
    const PictureReducer reducer = reducer_of(spec);
    if (outline.kind == ArmOutline::Kind::full) return spend_on_every_row(arm, spec, spec.spend, reducer);
    const ReducedInput reduced = spec.spend == "auto"
                                     ? coarser_beside_rows(reducer, sets_.full_rows, outline.budget, sets_.full.classes, context_)
                                     : reducer.as_asked();
    std::vector<Subset> draws = rows_within(reduced, outline);
    const bool all_fit = draws.front().size() == sets_.full_rows.size();
    if (spec.spend == "auto" && all_fit) return spend_on_every_row(arm, spec, "quality", reducer);
    Subset drawn;
    for (const Subset& draw : draws) drawn = drawn.united(draw);
    if (const auto tally = reducer.tally(drawn, context_)) say_what_stays(*tally, std::ssize(drawn), context_);
    arm.subset = by_seed(std::move(draws), options_.seed);
    if (spec.changes_pictures()) show(arm, reduced, spec);
  }

  void spend_on_every_row(evaluate::Arm& arm, const ArmSpec& spec, const std::string& currency, const PictureReducer& reducer) {
    const int64_t budget = left_for_pictures(spec, arm.budget->amount);
    const Spent spent = spend_on_pictures(reducer, sets_.full_rows, currency, budget, options_.seed, context_);
    context_.info(fmt::format("{}: {} are met by {}", arm.name, human_bytes(arm.budget->amount), spent.words));
    arm.subset = [&rows = sets_.full_rows](uint64_t) { return rows; };
    show(arm, spent.reduced, spec);
  }

  /// As many rows as fit, for each seed.
  std::vector<Subset> rows_within(const ReducedInput& reduced, const ArmOutline& outline) {
    auto& sizes = sizes_[reduced.key];
    if (!sizes) sizes = std::make_unique<RowSizes>(reduced.rows, sets_.full_rows, context_);
    if (!outline.spec.softens()) return rows_within(*sizes, outline);
    const LabelJob job = label_job({}, outline.spec);
    LabelledSizes labelled(*sizes, job, teacher_of_full());
    return rows_within(labelled, outline);
  }

  std::vector<Subset> rows_within(SetSizes& sizes, const ArmOutline& outline) {
    if (outline.kind == ArmOutline::Kind::random) return random_rows_within(sets_, sizes, outline.budget, options_);
    return method_arm(outline.spec.base).draw_within(sizes, {outline.budget}).at(outline.budget);
  }

  /// What a budget for every row leaves for its pictures.
  int64_t left_for_pictures(const ArmSpec& spec, int64_t budget) {
    if (!spec.softens()) return budget;
    const LabelJob job = label_job({}, spec);
    const int64_t labels = bytes_of_labels(job, std::ssize(sets_.full_rows), teacher_of_full());
    if (labels >= budget)
      throw InputError({"", job.said,
                        fmt::format("labels of {} rows take {} of {}, so nothing is left for pictures",
                                    human_count(std::ssize(sets_.full_rows)), human_bytes(labels), human_bytes(budget)),
                        "Give more bytes, or fewer views"});
    return budget - labels;
  }

  /// What each row holds of it.
  RowSizes& counts_in(Budget::Unit unit) {
    auto& counts = counts_[unit];
    if (!counts) counts = std::make_unique<RowSizes>(sets_.full.dataset.splits.at(Split::train), sets_.full_rows, context_, unit);
    return *counts;
  }

  /// The budgets of tokens or objects at which a method is to choose.
  std::vector<int64_t> counted_budgets_of(const std::string& base) const {
    std::vector<int64_t> budgets;
    for (const ArmOutline& arm : outline_) {
      const bool wanted = arm.unit != Budget::Unit::bytes && arm.budget > 0 && (arm.spec.base == base || arm.spec.length == base);
      if (wanted && std::ranges::find(budgets, arm.budget) == budgets.end()) budgets.push_back(arm.budget);
    }
    return budgets;
  }

  /// As many rows, at random or of a method, as so many tokens or objects are in, for each seed.
  const std::vector<Subset>& rows_by_count(const std::string& base, int64_t budget, Budget::Unit unit) {
    Draws& known = by_count_[base];
    if (known.contains(budget)) return known[budget];
    if (base == "random") return known[budget] = random_rows_within(sets_, counts_in(unit), budget, options_);
    known = method_arm(base).draw_within(counts_in(unit), counted_budgets_of(base));
    return known.at(budget);
  }

  /// For each seed, the rows of the set that `outline` is to be as long as.
  std::vector<Subset> like(const ArmOutline& outline) {
    const std::string& name = outline.spec.length;
    for (const GivenSet& set : sets_.given) {
      if (set.name == name) return std::vector<Subset>(static_cast<size_t>(options_.seeds), set.kept.without(sets_.test.held_out));
    }
    if (outline.budget > 0) return rows_by_count(name, outline.budget, outline.unit);
    if (!chosen_.contains(name) || !chosen_[name].contains(outline.rows)) return method_arm(name).draw({outline.rows}).at(outline.rows);
    return chosen_[name].at(outline.rows);
  }

  std::vector<Subset> as_long_as(const ArmOutline& outline) {
    std::vector<Subset> draws = like(outline);
    for (size_t s = 0; s < draws.size(); ++s)
      draws[s] = draw_as_long(counts_in(Budget::Unit::tokens).of_all_chosen(), sets_.full_rows, draws[s], options_.seed + s);
    return draws;
  }

  /// The arm trains on the same rows with their pictures reduced, and dropped cells filled.
  void show(evaluate::Arm& arm, const ReducedInput& reduced, const ArmSpec& spec) {
    const int grid = spec.reducing.importance.grid;
    arm.own_rows = std::make_shared<patches::FilledRows>(
        reduced.rows, obtain_filler(spec.fill, input_, grid, options_.features, options_.seed, context_));
    arm.rows = arm.own_rows.get();
    const std::string fill = fill_key_of(spec.fill, input_, grid);
    arm.digest = Digest().add(arm.digest).add(reduced.key).add("fill").add(fill).add(static_cast<int64_t>(options_.seed)).hex();
  }

  PictureReducer reducer_of(const ArmSpec& spec) {
    ReduceOptions reducing = spec.reducing;
    const Rows& full = sets_.full.dataset.train();
    if (makes_jpegs(spec.spend, reducing, full)) reducing.quality = kQualityOfPixels;
    if (spec.spend == "auto" && reducing.resolution.empty() && may_exceed(full, judge_.picture_side))
      reducing.resolution = fmt::format("{}px", judge_.picture_side);
    return {input_.dataset, reducing, importance_of(spec)};
  }

  /// Of all rows that a budget may buy: the same for every arm and budget. Null where no cell is
  /// dropped.
  std::shared_ptr<const ImportanceSet> importance_of(const ArmSpec& spec) {
    if (!spec.drops_cells()) return nullptr;
    auto& known = importance_[spec.reducing.importance.importance];
    if (!known) known = importance_wanted(input_, sets_.full_rows, spec.reducing, true, options_.seed, context_);
    return known;
  }

  MethodArm method_arm(const std::string& name) { return {name, input_, options_, sets_.shares, judge_.steps, context_}; }

  const JudgedSets& sets_;
  const EvaluateOptions& options_;
  const std::vector<ArmOutline>& outline_;
  const JudgedBy judge_;
  const Context& context_;
  const Input input_;
  std::optional<train::Teacher> teacher_;
  std::map<std::string, Draws> chosen_;                                     ///< by method
  std::map<Budget::Unit, std::unique_ptr<RowSizes>> counts_;                ///< tokens or objects, once they are counted
  std::map<std::string, Draws> by_count_;                                   ///< by method
  std::map<std::string, std::unique_ptr<RowSizes>> sizes_;                  ///< by what is done to pictures
  std::map<std::string, std::shared_ptr<const ImportanceSet>> importance_;  ///< by method
};

}  // namespace

std::vector<evaluate::Arm> make_arms(const JudgedSets& sets, const EvaluateOptions& options, const JudgedBy& judge,
                                     const Context& context) {
  const std::optional<CountedBudget> counted = counted_budget(options.keep_tokens, options.keep_objects);
  RowCounts counts = counts_of(sets, !options.bytes.empty(), counted ? std::optional(counted->unit) : std::nullopt, context);
  if (counts_bytes(options)) counts.stored_bytes = sets.full.dataset.train().stored_bytes();
  const std::vector<ArmOutline> outline = outline_arms(options, counts);
  ArmMaker maker(sets, options, outline, judge, context);
  std::vector<evaluate::Arm> arms;
  for (const ArmOutline& arm : outline) arms.push_back(maker.make(arm));
  return arms;
}

}  // namespace decant
