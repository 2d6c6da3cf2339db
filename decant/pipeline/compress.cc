#include "decant/pipeline/compress.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/base/text.h"
#include "decant/formats/convert.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/pipeline/choosing/empty_classes.h"
#include "decant/pipeline/choosing/extractor.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/pipeline/patching/choose_within.h"
#include "decant/pipeline/patching/reduction.h"
#include "decant/pipeline/patching/row_sizes.h"
#include "decant/pipeline/patching/sheet_budget.h"
#include "decant/pipeline/recipe.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/pipeline/run/feature_jobs.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/plane.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/pipeline/run/scans.h"
#include "decant/pipeline/run/sheets_in_run.h"
#include "decant/pipeline/run/write_small_set.h"
#include "decant/select/pools/quota.h"
#include "decant/select/pools/sampler.h"

namespace decant {

void CompressOptions::declare(OptionTable& all) {
  OptionTable table;
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  table.add("out", out, "FOLDER", "folder of the small set").required = true;
  table.add("recipe", recipe, "NAME", "a published method, whole: dq; other options take precedence");
  table.add("keep", keep, "HOW-MUCH", "0.2, 20% or a count; 100% is every row that can be read");
  table.add("min-per-class", min_per_class, "N", "keep at least N rows of every class, or all it has; the other classes share the rest");
  dedup.declare(table);
  table.add("bytes", bytes, "HOW-MUCH", "a budget of bytes, 40% of those stored or 300MB: as many rows as fit, or what --spend says");
  table.add("keep-tokens", keep_tokens, "HOW-MUCH",
            "of records, a budget of answers' words and end marks, 5M or 5% of all, in place of --keep: as many rows as fit");
  table
      .add("keep-objects", keep_objects, "HOW-MUCH",
           "of pictures with boxes, a budget of objects, 2000 or 30% of all, in place of --keep: as many rows as fit")
      .silent_at = "\"\"";
  table.add("spend", spend, "CURRENCY",
            "what --bytes buys: rows; of all rows (or --keep) quality, resolution, cells or sheets; auto = fewer rows, and coarser ones");
  select.declare(table);
  features.declare(table);
  reducing.declare(table);
  tiling.declare(table);
  labelling.declare(table);
  table.add("labels", input.labels, "FILE", "labels of a .npy data set");
  declare_scans(input.scans, table);
  input.fields.declare(table);
  table.add("to", to, "FORMAT", "write imagefolder, webdataset, parquet or packed instead of the source format");
  table.add("store", store, "HOW", "copy, or list: only lists that name the source's pictures, which must stay there (YOLO, VOC, COCO)")
      .silent_at = "\"copy\"";
  table.add("seed", seed, "N", "determines every random choice");
  table.add("strict", input.strict, "stop at a file that cannot be read");
  table.add("no-check", no_check, "do not decode every picture first to find the bad ones");
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
  for (const Option& option : table.options()) all.add(noted(option, given));
}

namespace {

std::vector<std::string> files_read(const CompressOptions& options) {
  std::vector<std::string> files = files_named(options.select, options.features);
  files.insert(files.end(), {options.input.path, options.input.labels.string(), options.input.scans});
  return with_folders_read(std::move(files), options.input.fields);
}

/// Whether pictures are written anew, each in a file of its own.
bool reduces(const CompressOptions& options) {
  if (makes_sheets(options)) return false;
  return !options.bytes.empty() || !reduce_plan(options.reducing).nothing();
}

bool drops_cells(const CompressOptions& options) {
  return reduce_plan(options.reducing).drop > 0 || options.spend == "cells";
}

/// Pixels without files of their own become JPEGs where a quality is asked for; else masks have a
/// place in a container alone.
std::string format_to_write(const CompressOptions& options, const Dataset& dataset) {
  if (makes_sheets(options)) return kSheetsFormat;
  const ReducePlan plan = reduce_plan(options.reducing);
  if (!options.to.empty() || !reduces(options) || require_pictures(dataset.train(), options.input.path).are_files()) return options.to;
  return plan.quality > 0 ? "imagefolder" : kPackedFormat;
}

/// Of `input`, from which repeats were left out, if any.
int64_t count_to_keep(const CompressOptions& options, const Input& input) {
  const std::string keep = keep_of(options);
  const int64_t readable = input.rows() - std::ssize(input.excluded);
  const int64_t count = keep_count(keep, input.rows(), readable);
  if (count <= readable) return count;
  const auto repeats = std::ranges::count(input.excluded, Excluded::Why::repeat, &Excluded::why);
  throw InputError({options.input.path, "",
                    repeats == 0
                        ? fmt::format("{} rows are to be kept, but only {} can be read", count, readable)
                        : fmt::format("{} rows are to be kept, but only {} can be read and repeat no other (--dedup {} leaves {} out)",
                                      count, readable, options.dedup.how, repeats),
                    "Lower --keep; 100% is all of these"});
}

/// Throws InputError where --min-per-class cannot be met, before anything is computed.
void require_enough_of_each(const CompressOptions& options, const Input& input, int64_t count) {
  if (options.min_per_class == 0) return;
  if (!input.labelled())
    throw InputError({options.input.path, "", "has rows without labels, so --min-per-class cannot count its classes",
                      "Leave out --min-per-class, or give labels (--labels, --label-field)"});
  std::map<int32_t, int64_t> sizes;
  for (const int64_t row : input.usable_rows()) ++sizes[input.labels[static_cast<size_t>(row)]];
  std::vector<int64_t> of_class;
  for (const auto& [label, rows] : sizes) of_class.push_back(rows);
  share(count, of_class, Shares(Shares::by_size, options.min_per_class));
}

Json deciding(const CompressOptions& options, const MethodSpec& spec) {
  Json json = deciding_options(spec, options.features, options.seed);
  if (options.dedup.how.empty()) return json;
  json["dedup"] = options.dedup.how;
  json["dedup-search"] = pair_search_names()[static_cast<size_t>(options.dedup.search)];
  return json;
}

Repeats repeats_of(const CompressOptions& options, const Input& input, const Context& context) {
  Repeats repeats = find_repeats(input, options.dedup, options.features, options.input.fields, options.seed, context);
  context.info(fmt::format("{} of {} rows repeat another and are left out, {} of them copies of test rows",
                           human_count(repeats.record.dropped), human_count(input.rows()), human_count(repeats.record.leaking)));
  return repeats;
}

/// The budget of --bytes; 0 = none.
int64_t byte_budget_of(const CompressOptions& options, const Input& input) {
  return options.bytes.empty() ? 0 : bytes_from(options.bytes, input.dataset.train().stored_bytes(), "--bytes");
}

/// Pixels become JPEGs where a budget buys quality, which they have not.
void give_pixels_quality(CompressOptions& options, const Dataset& dataset, const Context& context) {
  if (options.bytes.empty() || makes_sheets(options) || !makes_jpegs(options.spend, options.reducing, dataset.train())) return;
  options.reducing.quality = kQualityOfPixels;
  context.info(fmt::format("the pictures are stored as pixels, so they become JPEGs of quality {} at most", kQualityOfPixels));
}

/// `auto` divides a budget between rows and quality; how small pictures may be it cannot know.
void say_what_auto_asks(const CompressOptions& options, const Dataset& dataset, const Context& context) {
  if (options.spend != "auto" || !options.reducing.resolution.empty() || dataset.train().pictures()->fixed_size()) return;
  context.info("pictures keep their sides; if you train at fewer pixels, say so: --resolution 64px holds more of them");
}

/// What is annotated keeps its bytes, whatever pictures lose.
void say_what_bytes_are(const CompressOptions& options, const Dataset& dataset, const Context& context) {
  const auto taught = dataset.train().taught();
  if (!options.bytes.empty() && (taught == CountedIn::objects || taught == CountedIn::pixels))
    context.info("--bytes counts the pictures; their boxes, masks and lists take bytes besides");
}

ReduceOptions reducing_of(const CompressOptions& options) {
  ReduceOptions reducing = options.reducing;
  reducing.importance = beside(reducing.importance, options.features);
  return reducing;
}

/// Throws UsageError for options that sheets cannot follow.
void require_sheets_alone(const CompressOptions& options, const ReducePlan& reduced) {
  const bool counts_cells = options.spend == kSpendSheets;
  require_sound(options.tiling, counts_cells);
  if (!makes_sheets(options)) return;
  const std::string asked = asking_for_sheets(options);
  if (counts_cells && options.tiling.given())
    throw UsageError("--spend sheets decides how many pictures a sheet holds; leave out --tile, or --spend");
  if (reduced.drop > 0 || !reduced.as_large())
    throw UsageError(
        fmt::format("{} shrinks pictures into cells; leave out --drop and --resolution (--tile-side says how large cells are)", asked));
  if (!counts_cells && options.spend != CompressOptions().spend)
    throw UsageError(fmt::format("--tile with --bytes keeps as many rows as fit; leave out --spend {}", options.spend));
  if (!options.to.empty() && options.to != "imagefolder")
    throw UsageError(fmt::format("{} writes sheets into class folders, and --to {} has none; leave out --to", asked, options.to));
  if (stores_a_list(options.store))
    throw UsageError(fmt::format("{} makes files of its own, and --store list none; leave one of them out", asked));
}

/// What sets of rows take as sheets, where --bytes says how many there may be.
std::optional<SheetSizes> sheet_sizes_of(const CompressOptions& options, const Input& input, const Subset& usable, const Context& context) {
  if (!options.tiling.given() || options.bytes.empty()) return std::nullopt;
  return SheetSizes(input.dataset, tile_style(options.tiling, options.reducing.quality, input.dataset, usable, context), usable, context);
}

/// How the sheets of the kept rows are made; nothing where none are.
std::optional<sheets::Style> tiling_of(const CompressOptions& options, const Input& input, const Subset& kept,
                                       const std::optional<SheetSizes>& sizes, int64_t budget, const Context& context) {
  if (!makes_sheets(options)) return std::nullopt;
  const auto style = [&] {
    if (sizes) return sizes->style();
    if (options.tiling.given()) return tile_style(options.tiling, options.reducing.quality, input.dataset, kept, context);
    const FewestCells fewest = fewest_cells_within(options.tiling, options.reducing.quality, input.dataset, kept, budget, context);
    if (fewest.bytes > budget) refuse_budget_of_sheets(budget, fewest.style.tile, fewest.bytes);
    return fewest.style;
  }();
  context.info("sheets: " + in_words(style));
  return style;
}

/// Throws InputError for what no classifier can label.
void require_teachable(const Input& input, const std::string& path) {
  if (input.dataset.train().pictures() == nullptr || !input.labelled() || !input.dataset.train().have_classes())
    throw InputError({path, "", "is not a set of pictures of a class each, which is what a teacher labels", "Leave out --teach"});
}

/// What rows take, and how much of it they may.
struct RowBudget {
  std::unique_ptr<RowSizes> sizes;
  int64_t amount = 0;
};

/// What every class is to keep; 0 where the method has no floors.
int64_t min_objects_of(const ResolvedMethod& method) {
  const std::vector<std::string>& used = method.method->options;
  return std::ranges::find(used, "min-objects") == used.end() ? 0 : method.options.own.min_objects;
}

std::optional<CountedBudget> counted_of(const CompressOptions& options) {
  return counted_budget(options.keep_tokens, options.keep_objects);
}

RowBudget counted_rows(const CountedBudget& budget, const Input& input, const Context& context) {
  const Subset usable = input.usable_rows();
  auto sizes = std::make_unique<RowSizes>(input.dataset.splits.at(Split::train), usable, context, budget.unit);
  const int64_t amount = budget.amount(budget.text, sizes->total(usable));
  return {std::move(sizes), amount};
}

std::unique_ptr<RowSizes> sizes_of_rows(const CompressOptions& options, const Input& input, int64_t budget, const Context& context) {
  const Subset usable = input.usable_rows();
  const ReduceOptions reducing = reducing_of(options);
  const PictureReducer reducer(input.dataset, reducing, importance_wanted(input, usable, reducing, false, options.seed, context));
  const ReducedInput reduced =
      options.spend == "auto" ? coarser_beside_rows(reducer, usable, budget, input.classes, context) : reducer.as_asked();
  return std::make_unique<RowSizes>(reduced.rows, usable, context);
}

}  // namespace

bool makes_sheets(const CompressOptions& options) {
  return options.tiling.given() || options.spend == kSpendSheets;
}

std::string asking_for_sheets(const CompressOptions& options) {
  return options.tiling.given() ? "--tile" : "--spend sheets";
}

bool spends_on_rows(const CompressOptions& options) {
  return counted_of(options) || (!options.bytes.empty() && buys_rows(options.spend));
}

std::string keep_of(const CompressOptions& options) {
  const bool all = !options.bytes.empty() && !options.given.contains("keep") && options.keep == CompressOptions().keep;
  return all ? "100%" : options.keep;
}

void require_sound(const CompressOptions& options) {
  const ReducePlan reduced = reduce_plan(options.reducing);
  share_of_objects(options.reducing.drop_objects);
  if (!options.reducing.drop_objects.empty() && !drops_cells(options))
    throw UsageError("--drop-objects needs --drop, or --bytes with --spend cells: nothing is dropped");
  require_currency(options.spend, {kSpendSheets});
  require_dedup(options.dedup);
  if (options.spend == "cells" && (reduced.drop > 0 || !reduced.as_large()))
    throw UsageError("--spend cells decides which cells are dropped; leave out --drop and --resolution");
  if (options.bytes.empty() && options.spend != CompressOptions().spend)
    throw UsageError("--spend needs --bytes, the budget that is spent");
  require_sheets_alone(options, reduced);
  require_sound(options.labelling, options.given);
  if (options.labelling.spec().soft && stores_a_list(options.store))
    throw UsageError("--teach soft speaks of pictures that lie in data/, and --store list has none there; leave one of them out");
  if (counted_of(options) && (!options.bytes.empty() || options.given.contains("keep")))
    throw UsageError("--keep-tokens, --keep-objects, --keep and --bytes all say how much to keep; give one of them");
  if (options.select.own.min_objects < 0) throw UsageError("--min-objects must not be negative");
  if (options.select.own.per_image < 0) throw UsageError("--per-image must not be negative");
  if (options.select.own.min_objects > 0 && pool_rule(options.select).given())
    throw UsageError("--min-objects counts what the whole set keeps of a class; leave out --pools");
  if (stores_a_list(options.store) && (!options.to.empty() || reduces(options)))
    throw UsageError("--store list leaves pictures as and where they are; leave out --to, --drop, --quality, --resolution and --bytes");
  if (options.min_per_class < 0) throw UsageError("--min-per-class must not be negative");
  if (options.min_per_class > 0 && !options.select.by_class())
    throw UsageError("--min-per-class is about classes; leave out --pool and --pools");
  if (options.min_per_class > 0 && spends_on_rows(options))
    throw UsageError("--min-per-class needs --keep: how many rows fit in a budget is not known before they are drawn");
  if (spends_on_rows(options) && options.given.contains("keep"))
    throw UsageError(
        "--keep and --bytes both say how many rows to keep; give one of the two, or --spend quality, resolution, cells or "
        "sheets");
}

void require_reducible(const CompressOptions& options, const Dataset& dataset, std::span<const int64_t> rows) {
  if (!reduces(options)) return;
  const PictureReducer reducer(dataset, options.reducing, nullptr);
  if (options.spend == "resolution") reducer.require_resizable();
  if (!drops_cells(options) || dataset.writer == nullptr) return;
  if (auto why = dataset.writer->why_no_cells(rows)) throw InputError(*std::move(why));
}

RunRecord compress(const CompressOptions& typed, const Context& context) {
  CompressOptions options = with_recipe(typed);
  options.select.shares.least = options.min_per_class;
  const MethodSpec spec = parse_method(options.select);
  require_sound(options);
  OutputFolder out(options.out,
                   {.overwrite = options.overwrite, .inputs = files_read(options), .why_foreign = why_no_run, .keep = Checkpoint::kFolder});
  Checkpoint checkpoint(out.path() / Checkpoint::kFolder, deciding(options, spec), options.overwrite, nullptr, context);
  RunLog log(out.path());
  if (names_npy(options.features.features)) require_feature_jobs(options.features.features, options.input.scans, context);

  // Rows: what there is, which of it can be read, and which repeat no other.
  InputOptions reading = options.input;
  reading.check = !options.no_check;
  const Input whole = log.stage("read", [&] { return read_input(reading, context); });
  std::optional<Repeats> repeats;
  if (!options.dedup.how.empty()) repeats = log.stage("dedup", [&] { return repeats_of(options, whole, context); });
  const Input unique = repeats ? without_repeats(whole, repeats->dropped) : Input();
  const Input& input = repeats ? unique : whole;
  if (makes_sheets(options)) require_tileable(input.dataset, options.input.path, asking_for_sheets(options));
  if (options.labelling.spec().soft) require_teachable(input, options.input.path);
  give_pixels_quality(options, input.dataset, context);
  const std::string to = format_to_write(options, input.dataset);
  require_reducible(options, input.dataset, input.usable_rows());
  if (!stores_a_list(options.store)) require_usable_at(options.out, input.dataset, to);
  say_what_auto_asks(options, input.dataset, context);
  say_what_bytes_are(options, input.dataset, context);
  const int64_t budget = byte_budget_of(options, input);

  // What rows take, where a budget is spent on them.
  const std::optional<CountedBudget> counted = counted_of(options);
  const Subset usable = input.usable_rows();
  std::optional<SheetSizes> tiled = sheet_sizes_of(options, input, usable, context);
  RowBudget rows;
  if (counted)
    rows = log.stage(std::string(name_of(counted->unit)), [&] { return counted_rows(*counted, input, context); });
  else if (spends_on_rows(options) && !tiled)
    rows = {log.stage("bytes", [&] { return sizes_of_rows(options, input, budget, context); }), budget};
  SetSizes* const sizes = tiled ? &*tiled : static_cast<SetSizes*>(rows.sizes.get());
  const int64_t held = tiled ? budget : rows.amount;
  const int64_t count =
      sizes != nullptr ? log.stage(tiled ? "sheets" : "fit", [&] { return sizes->about(held); }) : count_to_keep(options, input);
  require_enough_of_each(options, input, count);

  // An order over the readable rows; then exactly `count` of them, or as many as fit.
  const ResolvedMethod method = method_for(spec, input, options.features, count, context);
  const auto choose = [&](int64_t some) {
    return choose_rows(input, method, options.features, some, options.seed, checkpoint, log, context);
  };
  const Shares shares = method.options.shares_of_pools();
  const auto draw_of = [&](const ChosenRows& from, int64_t some) { return sample(from.selection, {}, some, options.seed, shares); };
  const ChosenRows chosen = sizes != nullptr ? choose_within(*sizes, held, choose, draw_of) : choose(count);
  const auto draw = [&](int64_t some) { return draw_of(chosen, some); };
  const Subset kept =
      log.stage("sample", [&] { return sizes != nullptr ? sizes->largest_within(held, chosen.selection, draw) : draw(count); });
  if (counted)
    context.info(fmt::format("the rows kept hold {} {}, of {} allowed", human_count(rows.sizes->total(kept)), name_of(counted->unit),
                             human_count(rows.amount)));
  warn_of_idle(spec, method, input.dataset.train().pictures() != nullptr, context);
  warn_of_idle(options.features, chosen.features, chosen.trained_proxy, context);
  warn_of_empty_classes(
      chosen.selection, input.labels, kept, chosen.by_class(), [&](int32_t c) { return input.class_name(c); }, context);
  const Matrix<float> map = log.stage("map", [&] { return plane_of(chosen.features.features, context); });

  // Of what is kept, the cells that matter, as fine as they may be.
  Spent spent;
  const AskedReduction asked{reducing_of(options), options.spend, budget, options.seed};
  if (reduces(options)) spent = log.stage("reduce", [&] { return reduce_pictures(asked, input, kept, context); });

  const auto tiling = tiling_of(options, input, kept, tiled, budget, context);

  std::optional<train::Teacher> teacher;
  if (options.labelling.spec().soft)
    teacher = log.stage("teacher", [&] {
      return teacher_of(input, {.options = options.labelling.teacher, .seed = options.seed, .cache = options.features.cache}, context);
    });

  SmallSet set{.input = whole,
               .selection = chosen.selection,
               .kept = kept,
               .content = spent.reduced.rows,
               .map = map.view(),
               .to = to,
               .tiling = tiling,
               .min_objects = min_objects_of(method),
               .listed = stores_a_list(options.store),
               .note = chosen.note,
               .seed = options.seed,
               .command = options.command,
               .options = recorded_options(options),
               .features = chosen.features.record(),
               .reduce = spent.reduced.reduce,
               .seen = chosen.features.features.count() > 0 ? &chosen.features.features : nullptr,
               .importance = spent.reduced.importance,
               .dropped = spent.tally,
               .spent = spent.words,
               .repeats = repeats ? std::span<const DroppedRow>(repeats->dropped) : std::span<const DroppedRow>(),
               .repeats_record = repeats ? std::optional(repeats->record) : std::nullopt};
  if (teacher) {
    set.label_views = [&](const Dataset& written, const std::filesystem::path& folder) {
      return label_data(written, input.dataset, options.labelling, *teacher, options.seed, folder, context);
    };
  }
  RunRecord run = write_small_set(set, out.path(), log, context);
  checkpoint.remove();
  out.commit();
  return run;
}

}  // namespace decant
