#include "decant/pipeline/plan.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <vector>

#include "decant/base/text.h"
#include "decant/formats/open.h"
#include "decant/formats/sheets/sheet_writer.h"
#include "decant/kernels/dot.h"
#include "decant/pipeline/choosing/automatic.h"
#include "decant/pipeline/choosing/extractor.h"
#include "decant/pipeline/choosing/method_spec.h"
#include "decant/pipeline/choosing/plan_costs.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/pipeline/choosing/score_source.h"
#include "decant/pipeline/patching/byte_budget.h"
#include "decant/pipeline/patching/row_sizes.h"
#include "decant/pipeline/patching/sheet_budget.h"
#include "decant/pipeline/recipe.h"
#include "decant/select/pools/quota.h"

namespace decant {
namespace {

constexpr int64_t kSampledRows = 2000;
constexpr std::chrono::seconds kSamplingLimit{1};  // each row may be a read from a slow disk
constexpr size_t kSampledPictures = 64;
constexpr size_t kSampledRecords = 256;
constexpr double kCosineOfNetworks = 0.5;

/// Evenly spread rows, 2,000 and up to twice as many where there are few, in an order whose
/// beginning is evenly spread, too.
std::vector<int64_t> spread_rows(int64_t count) {
  const int64_t step = std::max<int64_t>(1, count / kSampledRows);
  std::vector<int64_t> rows;
  for (const int64_t first : {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}) {
    for (int64_t row = first * step; row < count; row += 16 * step) rows.push_back(row);
  }
  return rows;
}

/// The average cosine of two different rows of one pool, over spread rows, as many as can be read
/// in a second; nothing when no pool has two of them.
std::optional<double> average_cosine(const Features& features, std::span<const int32_t> pools, const Context& context) {
  struct Sum {
    std::vector<double> total;
    double rows = 0;
  };
  std::map<int32_t, Sum> sums;
  std::vector<float> scratch;
  const auto end = std::chrono::steady_clock::now() + kSamplingLimit;
  for (const int64_t row : spread_rows(features.count())) {
    context.check_cancelled();
    if (std::chrono::steady_clock::now() > end) break;
    const auto x = features.row(row, scratch);
    const double squared = dot(x, x);
    Sum& sum = sums[pools.empty() ? 0 : pools[static_cast<size_t>(row)]];
    sum.total.resize(x.size());
    if (squared > 0) add_scaled(sum.total, 1 / std::sqrt(squared), x);
    sum.rows += 1;
  }
  double cosines = 0;
  double pairs = 0;
  for (const auto& [pool, sum] : sums) {
    const double squared = std::inner_product(sum.total.begin(), sum.total.end(), sum.total.begin(), 0.0);
    cosines += squared - sum.rows;
    pairs += sum.rows * (sum.rows - 1);
  }
  if (pairs == 0) return std::nullopt;
  return std::isfinite(cosines) ? cosines / pairs : 0;
}

/// What decides the cost of the bins.
struct Work {
  std::vector<double> pools;  ///< rows of each, the largest first; empty for random rows
  double rows = 0;
  double width = 0;
  double cosine = 0;
  std::optional<double> measured_cosine;
  double given_bytes = 0;                ///< of features that are there, in files
  const Extractor* extractor = nullptr;  ///< of features that are computed; null = none
  const Method* method = nullptr;
  double kept = 0;     ///< rows
  double targets = 0;  ///< examples to choose toward
  double proxy = 0;    ///< pictures that a proxy is trained on, all epochs; 0 = none is

  bool estimated() const { return extractor != nullptr && extractor->seconds; }
  double computed_bytes() const { return extractor != nullptr ? rows * width * 4 : 0; }  ///< of features that are computed
};

/// The pool of each row, or nothing for one pool. Those of k-means are not known before: equal ones
/// stand for them.
std::vector<int32_t> pools_of(const Rows& rows, const ChoosingOptions& select, const Context& context) {
  const PoolRule rule = pool_rule(select);
  if (rule.named()) return named_pools(rule, rows, {}, context).of_row;
  if (rule.kmeans > 0) {
    std::vector<int32_t> pools(static_cast<size_t>(rows.size()));
    for (size_t row = 0; row < pools.size(); ++row) pools[row] = static_cast<int32_t>(row % static_cast<size_t>(rule.kmeans));
    return pools;
  }
  if (select.pool || !rows.have_classes()) return {};
  std::vector<int32_t> labels = labels_of(rows);
  if (std::ranges::find(labels, kNoLabel) != labels.end()) labels.clear();
  return labels;
}

std::vector<double> pool_sizes(int64_t rows, std::span<const int32_t> pools) {
  if (pools.empty()) return {static_cast<double>(rows)};
  std::map<int32_t, int64_t> counts;
  for (const int32_t pool : pools) ++counts[pool];
  std::vector<double> sizes;
  for (const auto& [pool, count] : counts) sizes.push_back(static_cast<double>(count));
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  return sizes;
}

void look_at(const Features& features, std::span<const int32_t> pools, Work& work, const Context& context) {
  work.width = static_cast<double>(features.width());
  work.measured_cosine = average_cosine(features, pools, context);
  work.cosine = work.measured_cosine.value_or(kCosineOfNetworks);
  for (const FeatureBlock& block : features.blocks())
    work.given_bytes += static_cast<double>(block.rows * block.width * value_bytes(block.type));
}

Work work_of(const Dataset& dataset, const ResolvedMethod& method, const FeatureOptions& features, const Context& context) {
  const Rows& train = dataset.train();
  const ChoosingOptions& select = method.options;
  Work work{.rows = static_cast<double>(train.size()), .method = method.method};
  const ScoreSource source = method.score_source(train.pictures() != nullptr, select.hard_cut.value_or(0) > 0);
  if (source == ScoreSource::record && select.scores == "auto") {
    require_pictures_to_watch(dataset);
    work.proxy = work.rows * select.score_epochs;
  }
  if (!work.method->features && source != ScoreSource::probe && pool_rule(select).kmeans == 0) return work;
  const Extractor& extractor = extractor_for(features.features, dataset);
  const std::vector<int32_t> pools = pools_of(train, select, context);
  work.pools = pool_sizes(train.size(), pools);
  if (extractor.open) {
    look_at(extractor.open(dataset, features.features).features, pools, work, context);
  } else {
    work.extractor = &extractor;
    work.width = static_cast<double>(features.feature_width);
    work.cosine = work.pools.size() > 1 ? extractor.class_cosine : extractor.cosine;
  }
  return work;
}

/// Pools are cut side by side; one pool is cut by one thread.
double bins_seconds(const Work& work, double threads) {
  double all = 0;
  double longest = 0;
  for (const double rows : work.pools) {
    const double seconds = costs::bins_seconds(rows, work.width, work.cosine);
    all += seconds;
    longest = std::max(longest, seconds);
  }
  return std::max(longest, all / threads);
}

double cutting_bytes(const Work& work, double threads) {
  const auto at_once = std::min(work.pools.size(), static_cast<size_t>(threads));
  double bytes = work.rows * costs::kRowBytes;
  for (size_t i = 0; i < at_once; ++i) bytes += costs::pool_bytes(work.pools[i], work.width, work.cosine, work.pools.size() == 1);
  return bytes;
}

/// Of a ranking whose cost is known.
std::optional<double> ranking_seconds(const Work& work, double threads) {
  const std::string& name = work.method->name;
  double seconds = 0;
  for (const double rows : work.pools) {
    if (name == "facility-location")
      seconds += costs::cover_seconds(rows, work.width);
    else if (name == "k-means")
      seconds += costs::centres_seconds(rows, rows * work.kept / work.rows, work.width);
    else if (name == "toward" && work.targets > 0)
      seconds += costs::toward_seconds(rows, work.targets, work.width);
    else
      return std::nullopt;
  }
  return seconds / threads;
}

/// Scores and the choice itself.
void add_choosing(const Work& work, double threads, double area, PlanEstimate& plan) {
  if (work.proxy > 0) plan.stages.push_back({"scores", costs::proxy_seconds(work.proxy, area, threads)});
  if (work.method->cuts_bins) {
    plan.stages.push_back({"bins", bins_seconds(work, threads)});
  } else if (const auto seconds = ranking_seconds(work, threads)) {
    if (!work.pools.empty()) plan.stages.push_back({"rank", *seconds});
  } else if (!work.pools.empty()) {
    plan.unknown.push_back(work.method->name);
  }
}

/// The method that would be taken.
ResolvedMethod resolved(const Dataset& dataset, const MethodSpec& spec, const FeatureOptions& features, int64_t count,
                        const Context& context) {
  const auto known = [&] {
    const Rows& train = dataset.train();
    const std::vector<int32_t> labels = train.have_classes() ? labels_of(train) : std::vector<int32_t>();
    return known_of(train, train.size(), {labels.begin(), labels.end()}, spec.options, features, context);
  };
  return choose_method(spec, known, count);
}

PlanEstimate begin_plan(const char* verb, const Work& work) {
  return {.verb = verb,
          .method = work.method->name,
          .rows = static_cast<int64_t>(work.rows),
          .pools = std::ssize(work.pools),
          .columns = static_cast<int64_t>(work.width),
          .mean_cosine = work.measured_cosine};
}

PlanEstimate plan_bins(const Dataset& dataset, const MethodSpec& spec, const Context& context) {
  const Rows& train = dataset.train();
  const ResolvedMethod method = resolved(dataset, spec, {}, train.size(), context);
  const double threads = context.thread_count();
  const Work work = work_of(dataset, method, {.features = "rows"}, context);
  const auto bytes = static_cast<double>(train.stored_bytes());
  PlanEstimate plan = begin_plan("bins", work);
  plan.stages.push_back({"read", (costs::kStart + bytes * costs::kReadPerByte / threads) * 1e-9});
  if (!work.pools.empty()) plan.stages.push_back({"features", bytes * costs::kCheckPerByte * 1e-9});
  add_choosing(work, threads, 1, plan);
  plan.memory_bytes = static_cast<int64_t>(costs::kProgramBytes + cutting_bytes(work, threads));
  plan.mapped_bytes = train.stored_bytes();
  plan.disk_bytes = static_cast<int64_t>(work.rows * 20 + 3e3);
  return plan;
}

/// Decoding, reading, features, choosing, writing: in that order.
void add_stages(const Rows& train, const CompressOptions& options, const Work& work, double share, double threads, PlanEstimate& plan) {
  const bool encoded = train.pictures() != nullptr && train.pictures()->stored_as() != PictureBytes::raw;
  const auto bytes = static_cast<double>(train.stored_bytes());
  const double decoding = encoded ? bytes * costs::kDecodePerByte : 0;
  const double writing = bytes * share * 3 * costs::kReadPerByte + share * work.rows * costs::kWritePerRow;
  plan.stages.push_back({"read", (bytes * costs::kReadPerByte + (options.no_check ? 0 : decoding)) * 1e-9 / threads});
  if (work.estimated()) plan.stages.push_back({"features", (work.extractor->seconds(work.rows) + decoding * 1e-9) / threads});
  if (work.given_bytes > 0) plan.stages.push_back({"features", work.given_bytes * costs::kCheckPerByte * 1e-9});
  add_choosing(work, threads, picture_area(train, options.features), plan);
  if (work.extractor != nullptr && !work.estimated()) plan.unknown.push_back("features");
  plan.stages.push_back({"write", writing * 1e-9 / threads});
}

/// The most that is held at once: by a proxy, by learning features, or by the features and what
/// picks from them.
double choosing_bytes(const Work& work, double area, double threads) {
  const double watching = work.proxy > 0 ? costs::kNetworkBytes + std::min(1e9, work.rows * 3072 * area) : 0;
  const double learning = work.estimated() ? costs::kLearningBytes * std::min(1.0, work.rows / 1000) : 0;
  const double picking = work.computed_bytes() + cutting_bytes(work, threads) + work.rows * 200;
  return std::max({watching, learning, picking});
}

/// What is done to every picture before a budget makes any coarser.
ReduceOptions reducing_before_budget(const CompressOptions& options, const Rows& train) {
  ReduceOptions reducing = options.reducing;
  if (makes_jpegs(options.spend, reducing, train)) reducing.quality = kQualityOfPixels;
  return reducing;
}

void require_reducible_before_budget(CompressOptions options, const Dataset& dataset) {
  const Rows& train = dataset.train();
  if (train.pictures() != nullptr) options.reducing = reducing_before_budget(options, train);
  require_reducible(options, dataset, Subset::all(train.size()).without(Subset(train.known_faults())));
}

/// Bytes of all pictures before a budget makes them coarser: those stored, or where they become
/// coarser or JPEGs anyway, by a sample. What dropping cells saves is not in it.
double whole_bytes(const CompressOptions& options, const Dataset& dataset) {
  const Rows& train = dataset.train();
  const auto stored = static_cast<double>(train.stored_bytes());
  ReduceOptions reducing = reducing_before_budget(options, train);
  reducing.drop.clear();
  if (reduce_plan(reducing).nothing()) return stored;
  const PictureReducer reducer(dataset, reducing, nullptr);
  const Subset some = some_of(Subset::all(train.size()), kSampledPictures);
  int64_t bytes = 0;
  for (const int64_t row : some) bytes += reducer.bytes_of(row, reducer.plan());
  return static_cast<double>(bytes) * static_cast<double>(train.size()) / static_cast<double>(some.size());
}

/// About how many rows so many tokens hold, judged by some of them, or so many objects.
int64_t rows_that_hold(const CountedBudget& counted, const Dataset& dataset, const Context& context) {
  const Rows& train = dataset.train();
  const Subset usable = Subset::all(train.size()).without(Subset(train.known_faults()));
  const Subset some = counted.unit == Budget::Unit::tokens ? Subset(some_of(usable, kSampledRecords)) : usable;
  const auto found = static_cast<double>(RowSizes(dataset.splits.at(Split::train), some, context, counted.unit).total(some));
  const double each = found / static_cast<double>(std::max<size_t>(1, some.size()));
  const auto all = static_cast<double>(train.size());
  const auto budget = static_cast<double>(counted.amount(counted.text, static_cast<int64_t>(each * all)));
  return static_cast<int64_t>(std::clamp(budget / each, 1.0, all));
}

/// About how many rows a budget holds that makes their pictures coarser, too.
int64_t rows_beside_quality(const CompressOptions& options, const Dataset& dataset, int64_t budget, const Context& context) {
  const Rows& train = dataset.train();
  ReduceOptions reducing = reducing_before_budget(options, train);
  reducing.drop.clear();
  const Subset usable = Subset::all(train.size()).without(Subset(train.known_faults()));
  const std::vector<int32_t> labels = labels_of(train);
  const int classes = labels.empty() ? 1 : 1 + *std::ranges::max_element(labels);
  const ReducedInput reduced = coarser_beside_rows({dataset, reducing, nullptr}, usable, budget, classes, context);
  return RowSizes(reduced.rows, usable, context).about(budget);
}

/// About how many rows fit into sheets of a budget.
int64_t rows_that_sheets_hold(const CompressOptions& options, const Dataset& dataset, int64_t budget, const Context& context) {
  require_tileable(dataset, options.input.path, asking_for_sheets(options));
  const Subset usable = Subset::all(dataset.train().size()).without(Subset(dataset.train().known_faults()));
  const sheets::Style style = tile_style(options.tiling, options.reducing.quality, dataset, some_of(usable, kSampledPictures), context);
  return SheetSizes(dataset, style, usable, context).about(budget);
}

/// Rows that are kept; of a budget that buys rows, about as many as fit.
int64_t rows_to_keep(const CompressOptions& options, const Dataset& dataset, const Context& context) {
  const Rows& train = dataset.train();
  if (const auto counted = counted_budget(options.keep_tokens, options.keep_objects)) return rows_that_hold(*counted, dataset, context);
  if (options.bytes.empty()) return keep_count(options.keep, train.size());
  if (!spends_on_rows(options)) return keep_count(keep_of(options), train.size());
  const int64_t budget = bytes_from(options.bytes, train.stored_bytes(), "--bytes");
  if (options.spend == "auto") return rows_beside_quality(options, dataset, budget, context);
  if (options.tiling.given()) return rows_that_sheets_hold(options, dataset, budget, context);
  const double share = std::min(1.0, static_cast<double>(budget) / whole_bytes(options, dataset));
  return std::clamp<int64_t>(static_cast<int64_t>(share * static_cast<double>(train.size())), 1, train.size());
}

/// Bytes of the small set: of a budget, the budget.
double bytes_to_write(const CompressOptions& options, const Rows& train, double share) {
  const auto stored = static_cast<double>(train.stored_bytes());
  if (options.bytes.empty()) return stored * share;
  return std::min(stored, static_cast<double>(bytes_from(options.bytes, train.stored_bytes(), "--bytes")));
}

/// How coarse a budget makes the kept pictures, of which there are `kept`; empty where it buys
/// rows, or cells, whose importance is not known.
std::string spent_on(const CompressOptions& options, const Dataset& dataset, int64_t kept, const Context& context) {
  if (options.bytes.empty() || (options.spend != "quality" && options.spend != "resolution")) return {};
  const Rows& train = dataset.train();
  ReduceOptions reducing = reducing_before_budget(options, train);
  reducing.drop.clear();
  const int64_t budget = bytes_from(options.bytes, train.stored_bytes(), "--bytes");
  const Subset like_kept = some_of(Subset::all(train.size()), static_cast<size_t>(kept));
  return spent_about({dataset, reducing, nullptr}, like_kept, options.spend, budget, context);
}

/// As --tile says, or with as few cells as a budget allows, judged by some of the rows.
sheets::Style style_for(const CompressOptions& options, const Dataset& dataset, const Subset& like_kept, const Context& context) {
  const Subset some = some_of(like_kept, kSampledPictures);
  if (options.tiling.given()) return tile_style(options.tiling, options.reducing.quality, dataset, some, context);
  constexpr size_t kMeasuredPictures = 512;
  const Subset measured = some_of(like_kept, kMeasuredPictures);
  const double share = static_cast<double>(measured.size()) / static_cast<double>(like_kept.size());
  const int64_t budget = bytes_from(options.bytes, dataset.train().stored_bytes(), "--bytes");
  const auto of_measured = static_cast<int64_t>(share * static_cast<double>(budget));
  const FewestCells fewest = fewest_cells_within(options.tiling, options.reducing.quality, dataset, measured, of_measured, context);
  if (fewest.bytes > of_measured)
    refuse_budget_of_sheets(budget, fewest.style.tile, static_cast<int64_t>(static_cast<double>(fewest.bytes) / share));
  return fewest.style;
}

/// The small set as sheets: as many as rows spread evenly over the set would fill, and their bytes
/// by a few that are made.
struct PlannedSheets {
  double bytes = 0;  ///< table included
  std::string words;
};

PlannedSheets sheets_of(const CompressOptions& options, const Dataset& dataset, int64_t kept, const Context& context) {
  require_tileable(dataset, options.input.path, asking_for_sheets(options));
  const Rows& train = dataset.train();
  const Subset usable = Subset::all(train.size()).without(Subset(train.known_faults()));
  const Subset like_kept = some_of(usable, static_cast<size_t>(kept));
  const sheets::Style style = style_for(options, dataset, like_kept, context);
  const std::vector<sheets::PlannedSheet> all = plan_sheets(style, dataset, like_kept);
  constexpr size_t kMade = 3;
  double bytes = 0;
  double made = 0;  // pictures in sheets that were made
  for (size_t i = 0; i < std::min(kMade, all.size()); ++i) {
    const sheets::PlannedSheet& sheet = all[i * all.size() / std::min(kMade, all.size())];
    sheets::Sheet entry{.cells = std::vector<sheets::Cell>(sheet.rows.size())};
    std::tie(entry.columns, entry.rows) = sheets::grid_for(std::ssize(sheet.rows), style.tile);
    bytes += static_cast<double>(make_sheet(style, train, sheet.rows, entry).size());
    made += static_cast<double>(sheet.rows.size());
  }
  constexpr double kTablePerPicture = 100;
  double every = static_cast<double>(kept) * (bytes / std::max(1.0, made) + kTablePerPicture);
  if (!options.bytes.empty()) every = std::min(every, static_cast<double>(bytes_from(options.bytes, train.stored_bytes(), "--bytes")));
  return {every,
          fmt::format("{} sheets of {}, {}", human_count(std::ssize(all)), in_words(style), human_bytes(static_cast<int64_t>(every)))};
}

constexpr double kSheetsMeasured = 6;  // times that sheets are made where a budget says how many, or of how many cells

/// Every picture is decoded once more, and shrunk and coded in about the time that takes.
void add_tiling(const Rows& train, double share, double threads, PlanEstimate& plan) {
  plan.stages.push_back({"sheets", 2 * share * static_cast<double>(train.stored_bytes()) * costs::kDecodePerByte * 1e-9 / threads});
}

/// Pictures that do not keep their bytes: re-coded for what they take, and to be written; a ladder
/// is searched besides.
void add_reducing(const Rows& train, const CompressOptions& options, double share, double threads, PlanEstimate& plan) {
  const ReducePlan reduced = reduce_plan(options.reducing);
  if (makes_sheets(options)) return add_tiling(train, options.bytes.empty() ? share : kSheetsMeasured * share, threads, plan);
  if (reduced.nothing() && options.bytes.empty()) return;
  const double passes = options.bytes.empty() || options.spend == "rows" ? 2 : 5;
  plan.stages.push_back({"reduce", passes * share * static_cast<double>(train.stored_bytes()) * costs::kRecodePerByte * 1e-9 / threads});
  if (reduced.drop > 0 || options.spend == "cells") plan.unknown.push_back("importance");
}

/// A teacher, unless it is given, and its look at every view; of the network whose pace is known.
/// Returns the bytes of the labels.
double add_labels(const Dataset& dataset, const CompressOptions& options, int64_t kept, double area, double threads, PlanEstimate& plan) {
  if (!options.labelling.spec().soft) return 0;
  const StoredViewLabels labels = empty_labels(options.labelling.spec(), kept, {}, named_classes(dataset), "--teach");
  const train::TeacherOptions& teacher = options.labelling.teacher;
  if (teacher.net == train::TeacherOptions().net) {
    const double passes = teacher.epochs > 0 ? teacher.epochs : train::kTeacherEpochs;
    const double seen = passes * static_cast<double>(dataset.train().size());
    const double looks = static_cast<double>(kept * labels.recipe().views) * costs::kLookShare;
    if (teacher.weights.empty()) plan.stages.push_back({"teacher", costs::proxy_seconds(seen, area, threads)});
    plan.stages.push_back({"labels", costs::proxy_seconds(looks, area, threads)});
  } else {
    plan.unknown.push_back("teacher");
  }
  return static_cast<double>(labels.file_bytes());
}

Dataset opened(const InputOptions& input, const Context& context) {
  return open_dataset(input.path, input.fields.to_open(input.labels), context);
}

}  // namespace

namespace {

/// How many examples there are to choose toward.
double targets_of(const ChoosingOptions& select, const CompressOptions& options, const Context& context) {
  return static_cast<double>(opened({.path = select.toward, .fields = options.input.fields}, context).train().size());
}

}  // namespace

PlanEstimate plan(const Dataset& dataset, const CompressOptions& asked, const Context& context) {
  const CompressOptions options = with_recipe(asked);
  require_sound(options);
  const Rows& train = dataset.train();
  require_reducible_before_budget(options, dataset);
  const double threads = context.thread_count();
  const int64_t kept = rows_to_keep(options, dataset, context);
  const ResolvedMethod method = resolved(dataset, parse_method(options.select), options.features, kept, context);
  Work work = work_of(dataset, method, options.features, context);
  work.kept = static_cast<double>(kept);
  if (method.method->targets) work.targets = targets_of(method.options, options, context);
  const auto bytes = static_cast<double>(train.stored_bytes());
  const double share = static_cast<double>(kept) / work.rows;

  PlanEstimate plan = begin_plan("compress", work);
  plan.kept = kept;
  const std::optional<PlannedSheets> tiled =
      makes_sheets(options) ? std::optional(sheets_of(options, dataset, kept, context)) : std::nullopt;
  plan.spent = tiled ? tiled->words : spent_on(options, dataset, kept, context);
  add_stages(train, options, work, share, threads, plan);
  add_reducing(train, options, share, threads, plan);
  const double labels = add_labels(dataset, options, kept, picture_area(train, options.features), threads, plan);
  plan.memory_bytes = static_cast<int64_t>(costs::kPicturesBytes + choosing_bytes(work, picture_area(train, options.features), threads));
  plan.mapped_bytes = static_cast<int64_t>(bytes + (train.pictures() != nullptr ? work.given_bytes : 0));
  plan.disk_bytes = static_cast<int64_t>((tiled ? tiled->bytes : bytes_to_write(options, train, share)) + work.rows * 40 + labels +
                                         static_cast<double>(kept) * 200 + 3e6);
  plan.cache_bytes = static_cast<int64_t>(work.computed_bytes());
  return plan;
}

PlanEstimate plan(const CompressOptions& options, const Context& context) {
  return plan(opened(options.input, context), options, context);
}

PlanEstimate plan(const BinsOptions& options, const Context& context) {
  const MethodSpec spec = parse_method(options.select);
  return plan_bins(opened({.path = options.features, .labels = options.labels}, context), spec, context);
}

PlanEstimate plan_what_fits(const CompressOptions& options, const Context& context) {
  const Dataset dataset = opened(options.input, context);
  if (dataset.train().features() == nullptr) return plan(dataset, options, context);
  MethodSpec spec = parse_method(options.select);
  if (spec.method == nullptr) spec = parse_method(BinsOptions().select.method, spec.options);
  return plan_bins(dataset, spec, context);
}

}  // namespace decant
