#include "decant/pipeline/judging/judged_sets.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/data/rows_view.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"
#include "decant/patches/reduced_rows.h"
#include "decant/pipeline/patching/fill_source.h"
#include "decant/pipeline/patching/row_sizes.h"
#include "decant/pipeline/run/run_source.h"
#include "decant/select/methods/random.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

bool is_row_file(const std::string& spec) {
  return spec.ends_with(".npy");
}

/// The row numbers in a file, ascending: distinct, in range, readable.
Subset read_rows(const std::string& file, const Input& full) {
  const std::vector<int64_t> read = read_indices(file);
  if (read.empty()) throw InputError({file, "", "names no row", "Give the numbers of the rows to train on"});
  const Subset excluded = full.excluded_rows();
  std::vector<int64_t> rows;
  for (size_t i = 0; i < read.size(); ++i) {
    const std::string place = fmt::format("entry {}", i);
    if (read[i] >= full.rows())
      throw InputError({file, place, fmt::format("row {} does not exist; there are {} training rows", read[i], human_count(full.rows())),
                        "Number rows from 0, in the order that `decant inspect` describes"});
    if (excluded.contains(read[i]))
      throw InputError({file, place, fmt::format("row {} cannot be read", read[i]), "Remove it from the list, or repair the file"});
    rows.push_back(read[i]);
  }
  std::ranges::sort(rows);
  if (const auto twice = std::ranges::adjacent_find(rows); twice != rows.end())
    throw InputError({file, "", fmt::format("row {} appears twice", *twice), "Name each row once"});
  return Subset(std::move(rows));
}

/// Names that tell the sets apart: "small" of one; the last part of the path of several, or all of
/// it where that is not enough.
void name_sets(std::vector<GivenSet>& sets, const std::vector<std::string>& taken) {
  if (sets.size() == 1) {
    sets.front().name = "small";
    return;
  }
  std::multiset<std::string> stems(taken.begin(), taken.end());
  const auto stem = [](const GivenSet& set) {
    const fs::path path = fs::path(set.spec).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).stem().string();
  };
  for (const GivenSet& set : sets) stems.insert(stem(set));
  for (GivenSet& set : sets) set.name = stems.count(stem(set)) == 1 ? stem(set) : set.spec;
}

/// A folder of pictures that says nothing of rows.
bool is_synthetic(const fs::path& folder) {
  return is_run_folder(folder) && fs::is_directory(folder / "data") && !fs::exists(folder / "bins.npy") &&
         !fs::exists(folder / "indices.npy");
}

std::vector<GivenSet> open_given(const EvaluateOptions& options) {
  std::vector<GivenSet> sets;
  for (const std::string& spec : options.small) {
    GivenSet set{.spec = spec, .synthetic = !is_row_file(spec) && is_synthetic(spec)};
    if (!is_row_file(spec) && !set.synthetic) set.folder = load_run_folder(spec);
    sets.push_back(std::move(set));
  }
  name_sets(sets, split_list(options.sets_against()));
  return sets;
}

std::unique_ptr<evaluate::Judge> usual_judge(const EvaluateOptions& options, const Dataset& full) {
  return choose_judge(options, full.train().modality(), {}, {}, full.train().targets() != nullptr).judge;
}

/// Throws InputError where the judge of such rows needs labels, and not all have one.
void require_labels(const EvaluateOptions& options, const Dataset& full, bool labelled) {
  if (labelled || !usual_judge(options, full)->needs_labels()) return;
  const Rows& train = full.train();
  throw InputError({options.full, "", "has rows without labels, so no classifier can be trained on it",
                    train.features() == nullptr ? "Evaluate on a labelled set" : "Give --labels"});
}

/// Of a matrix: a NaN or an infinity in a readable row is an InputError that names it.
void require_numbers(const Input& full, const std::string& file, const Context& context) {
  const Features* const features = full.dataset.train().features();
  if (features == nullptr) return;
  std::vector<bool> skip(static_cast<size_t>(full.rows()));
  for (const int64_t row : full.excluded_rows()) skip[static_cast<size_t>(row)] = true;
  require_finite(*features, file, skip, {}, context);
}

Input read_full(const EvaluateOptions& options, const std::vector<GivenSet>& given, const Context& context) {
  InputOptions reading{.path = options.full, .labels = options.labels, .fields = options.fields};
  const auto folder = std::ranges::find_if(given, [](const GivenSet& set) { return set.folder.has_value(); });
  if (reading.labels.empty() && folder != given.end()) reading.labels = folder->folder->run.option_text("labels");
  if (reading.fields == FieldOptions() && folder != given.end()) reading.fields = fields_of(folder->folder->run);
  const bool extended = folder != given.end() && folder->folder->run.input && !folder->folder->run.input->sources.empty();
  Input full = extended ? source_of(*folder->folder, options.full, context) : read_input(reading, context);
  for (const GivenSet& set : given) {
    if (set.folder) require_source(*set.folder, full, options.full);
    if (set.synthetic) require_source(read_run_record(set.spec), full, options.full);
  }
  require_labels(options, full.dataset, full.labelled());
  require_numbers(full, options.full, context);
  return full;
}

/// New number of each of the classes in the full set, by name where both have names; kNoLabel for a
/// name that is not there.
std::vector<int32_t> relabelling(const Dataset& other, const Dataset& full) {
  const std::vector<std::string>& names = full.classes;
  std::vector<int32_t> map;
  if (names.empty()) return map;
  for (const std::string& name : other.classes) {
    const auto found = std::ranges::find(names, name);
    map.push_back(found == names.end() ? kNoLabel : static_cast<int32_t>(found - names.begin()));
  }
  return map;
}

std::shared_ptr<const Rows> relabelled(std::shared_ptr<const Rows> rows, const Dataset& dataset, const Dataset& full) {
  std::vector<int64_t> every = Subset::all(rows->size()).rows();
  return std::make_shared<RowsView>(std::move(rows), std::move(every), relabelling(dataset, full));
}

/// Rows to test on, and what they are called.
struct TestRows {
  std::shared_ptr<const Rows> rows;  ///< null = none
  std::string name;                  ///< "validation split of photos"
};

/// The test split, else the validation split, of those that have the labels that are needed.
TestRows held_out_split(const Dataset& dataset, const std::string& path, bool labels) {
  for (const Split split : {Split::test, Split::validation}) {
    const auto found = dataset.splits.find(split);
    if (found != dataset.splits.end() && (!labels || found->second->targets() != nullptr))
      return {found->second, fmt::format("{} split of {}", name_of(split), path)};
  }
  return {};
}

/// The readable rows of a held-out split: one bad test picture must not end an evaluation.
std::shared_ptr<const Rows> readable(std::shared_ptr<const Rows> rows, const std::string& from, const Context& context) {
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

/// The rows that --test names: the test split of a data set that has one, else all of it.
TestRows named_test(const EvaluateOptions& options, const Dataset& full, const Context& context) {
  const Dataset other = open_dataset(options.test, {options.test_labels, options.fields.text, options.fields.label}, context);
  const bool labels = usual_judge(options, full)->needs_labels();
  auto [rows, name] = held_out_split(other, options.test, labels);
  if (rows == nullptr) {
    rows = other.splits.contains(Split::test) ? other.splits.at(Split::test) : other.splits.at(Split::train);
    name = options.test;
  }
  if (rows->modality().name != full.train().modality().name)
    throw InputError({options.test, "", "is not the same kind of data as the data set", "Test on the same"});
  if (!labels) return {rows, name};
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

/// What --test names, else the split that the data set has for it.
TestRows given_test_rows(const EvaluateOptions& options, const Dataset& full, const Context& context) {
  if (!options.test.empty()) return named_test(options, full, context);
  return held_out_split(full, options.full, usual_judge(options, full)->needs_labels());
}

int64_t held_out_count(double share, int64_t usable) {
  if (!(share > 0 && share < 1)) throw UsageError("--hold-out must lie between 0 and 1");
  return std::max<int64_t>(1, std::llround(share * static_cast<double>(usable)));
}

Subset draw_held_out(const Input& full, double share, uint64_t seed) {
  const int64_t count = held_out_count(share, std::ssize(full.usable_rows()));
  return sample(select_random(full.rows(), full.labels, full.excluded_rows(), true, seed), {}, count, seed);
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

void find_test_rows(JudgedSets& sets, const EvaluateOptions& options, const Context& context) {
  require_test_of_labels(options);
  if (TestRows test = given_test_rows(options, sets.full.dataset, context); test.rows != nullptr) {
    sets.test = readable(std::move(test.rows), options.test.empty() ? options.full : options.test, context);
    sets.test_name = std::move(test.name);
    if (sets.test->features() != nullptr) require_finite(*sets.test->features(), options.test, {}, {}, context);
    require_same_width(*sets.test, sets.full.dataset.train(), options.test);
    sets.test_digest = content_digest(*sets.test, nullptr, context);
    return context.info(fmt::format("{} test rows: {}", human_count(sets.test->size()), sets.test_name));
  }
  sets.held_out = draw_held_out(sets.full, options.hold_out, options.seed);
  sets.test = std::make_shared<RowsView>(sets.full.dataset.splits.at(Split::train), sets.held_out.rows());
  sets.test_digest = Digest().add(sets.full.digest).add(std::as_bytes(std::span(sets.held_out))).hex();
  sets.test_name = "rows reserved of " + options.full;
  sets.note = fmt::format("; no test split: {} training rows reserved for testing", human_count(std::ssize(sets.held_out)));
}

/// What a folder's record says, else what the pictures take.
int64_t bytes_of(const RunRecord& run, const Rows& rows) {
  return run.bytes_after > 0 ? run.bytes_after : rows.stored_bytes();
}

/// Rows of the full set by number.
void point_at_full(GivenSet& set, const JudgedSets& sets) {
  set.rows = sets.full.dataset.splits.at(Split::train);
  set.subset = set.kept.without(sets.held_out);
  set.digest = sets.full.digest;
}

/// Whether the i-th row of a set's own files is the i-th of those kept.
bool same_order(const GivenSet& set, const JudgedSets& sets, const Rows& own) {
  const RunRecord& run = set.folder->run;
  const bool by_row = run.output_format == sets.full.dataset.format || (run.patches && run.output_format != "imagefolder");
  return by_row && own.size() == std::ssize(set.kept);
}

/// The files of the set's own. With rows held out its i-th row must be the i-th of those kept; else
/// the full set's rows are taken.
void point_at_own_files(GivenSet& set, const JudgedSets& sets, const EvaluateOptions& options, const Context& context) {
  const Dataset own = open_dataset((set.folder->path / "data").string(), {}, context);
  const std::shared_ptr<const Rows> rows = own.splits.at(Split::train);
  if (!sets.held_out.empty() && !same_order(set, sets, *rows)) {
    if (!set.folder->run.patches) return point_at_full(set, sets);
    throw InputError({set.spec, "",
                      "lost cells of its pictures and was written in another order than the data set's, so test rows cannot be "
                      "taken out of it",
                      "Give other test rows with --test"});
  }
  std::vector<int64_t> own_rows;
  for (int64_t i = 0; i < rows->size(); ++i) {
    if (sets.held_out.empty() || !sets.held_out.contains(set.kept[static_cast<size_t>(i)])) own_rows.push_back(i);
  }
  set.subset = Subset(std::move(own_rows));
  set.rows = relabelled(rows, own, sets.full.dataset);
  set.digest = content_digest(*set.rows, nullptr, context);
  if (!set.folder->run.patches || options.fill == kStoredFill) return;
  set.rows =
      std::make_shared<patches::FilledRows>(set.rows, obtain_filler(options.fill, sets.full, options.features, options.seed, context));
  set.digest = Digest().add(set.digest).add("fill").add(fill_key_of(options.fill)).add(static_cast<int64_t>(options.seed)).hex();
}

/// All pictures of a set that was synthesised from the full one.
void point_at_synthetic(GivenSet& set, const JudgedSets& sets, const Context& context) {
  if (!sets.held_out.empty())
    throw InputError(
        {set.spec, "", "was made from all training rows, so none of them can be reserved for testing", "Give other test rows with --test"});
  const Dataset own = open_dataset(set.spec, {}, context);
  const std::shared_ptr<const Rows> rows = own.splits.at(Split::train);
  require_pictures(*rows, set.spec);
  set.subset = Subset::all(rows->size());
  set.rows = relabelled(rows, own, sets.full.dataset);
  set.digest = content_digest(*set.rows, nullptr, context);
  set.bytes = bytes_of(read_run_record(set.spec), *rows);
}

[[noreturn]] void refuse_bins_alone(const std::string& spec) {
  throw InputError({spec, "", "holds bins but no small set", "Make one: decant sample " + spec + " --keep 20% -o OUT"});
}

void find_rows_of(GivenSet& set, const JudgedSets& sets, const EvaluateOptions& options, const Context& context) {
  if (set.synthetic) return point_at_synthetic(set, sets, context);
  set.kept = set.folder ? set.folder->kept : read_rows(set.spec, sets.full);
  if (set.folder && set.folder->has_data()) set.bytes = set.folder->run.bytes_after;
  if (set.kept.empty()) refuse_bins_alone(set.spec);
  if (set.folder && set.folder->has_data() && sets.full.dataset.train().pictures() != nullptr)
    point_at_own_files(set, sets, options, context);
  else
    point_at_full(set, sets);
  if (set.subset.empty())
    throw InputError({set.spec, "", "has no rows left after some are reserved for testing", "Lower --hold-out or keep more"});
}

bool heeds_sets(const EvaluateOptions& options, const Dataset& full) {
  return usual_judge(options, full)->heeds_sets();
}

Shares shares_of(const EvaluateOptions& options, const Dataset& full) {
  return usual_judge(options, full)->equal_classes() ? Shares::equal : Shares::by_size;
}

/// What a given set asks for and nobody gave.
SetTraining training_of(const std::string& spec, const EvaluateOptions& options) {
  if (is_row_file(spec)) return {};
  return SetTraining{read_run_record(spec).training, fs::path(spec) / "run.json"}.without(options.judge.given);
}

/// How pictures are seen is the same for all sets, however each is trained: how they are
/// normalised, and whether they may be mirrored. What is done to batches is, where the sets that
/// say so agree: no flip for digits.
SetTraining asked_of_pictures(const EvaluateOptions& options) {
  SetTraining common;
  std::set<std::string> strategies;
  for (const std::string& spec : options.small) {
    const SetTraining own = training_of(spec, options);
    if (const auto said = own.options.find("augment"); said != own.options.end() && said->second != "none" && said->second != "crop-flip") {
      strategies.insert(said->second);
      common.file = own.file;
    }
    for (const char* name : {"no-flip", "normalise"}) {
      const auto said = own.options.find(name);
      if (said == own.options.end()) continue;
      if (!common.options.contains(name)) common.file = own.file;
      if (common.options.emplace(name, said->second).first->second != said->second)
        throw InputError({own.file.string(), fmt::format("training.{}", name),
                          fmt::format("is not that of {}, and the pictures of all sets are seen alike", common.file.string()),
                          fmt::format("Give --{} on the command line", name)});
    }
  }
  if (strategies.size() == 1) common.options["augment"] = *strategies.begin();
  return common;
}

/// What the sets ask for. All are trained alike, so two that differ in an option that was not given
/// are an InputError; but for a judge that trains each as it asks.
SetTraining asked_training(const EvaluateOptions& options, const Dataset& full) {
  if (heeds_sets(options, full)) return asked_of_pictures(options);
  std::vector<SetTraining> all = {{full.training, full.training_file}};
  for (const std::string& spec : options.small) {
    if (!is_row_file(spec)) all.push_back({read_run_record(spec).training, fs::path(spec) / "run.json"});
  }
  std::erase_if(all, [&](const SetTraining& one) { return one.without(options.judge.given).options.empty(); });
  if (all.empty()) return {};
  for (const SetTraining& other : all) {
    if (other.without(options.judge.given).options != all.front().without(options.judge.given).options)
      throw InputError({other.file.string(), "training",
                        fmt::format("asks for another training than {}, and sets are compared by one", all.front().file.string()),
                        "Give the options that differ on the command line"});
  }
  return all.front();
}

/// How many rows a given set names, as the header of its list of rows says.
int64_t given_rows(const std::string& spec, const Context& context) {
  if (!is_row_file(spec)) read_run_record(spec);  // or it is no run's folder
  if (!is_row_file(spec) && is_synthetic(spec)) return open_dataset(spec, {}, context).train().size();
  const fs::path file = is_row_file(spec) ? fs::path(spec) : fs::path(spec) / "indices.npy";
  if (!fs::exists(file) && !is_row_file(spec)) refuse_bins_alone(spec);
  const NpyArray rows = open_npy(file);
  return rows.shape.size() == 1 ? rows.count() : std::ssize(read_indices(file));  // the latter says what is wrong
}

/// About the bytes of a set's picture files, as its run counted them; 0 where it has none.
int64_t given_bytes(const std::string& spec, int64_t rows, const Rows& full) {
  const bool full_has_files = full.pictures() != nullptr && full.pictures()->are_files();
  if (is_row_file(spec)) return full_has_files ? full.stored_bytes() / full.size() * rows : 0;
  const RunRecord run = read_run_record(spec);
  const bool files = run.output_format == "imagefolder" || run.output_format == "webdataset";
  return files ? run.bytes_after : 0;
}

int64_t all_bytes_of(const std::string& spec, const Context& context) {
  if (is_row_file(spec) || !fs::is_directory(fs::path(spec) / "data")) return 0;
  const RunRecord run = read_run_record(spec);
  return run.bytes_after > 0 ? run.bytes_after : open_dataset(spec, {}, context).train().stored_bytes();
}

std::vector<RowCounts::Given> outline_given(const EvaluateOptions& options, const Context& context) {
  std::vector<GivenSet> named;
  for (const std::string& spec : options.small) named.push_back({.spec = spec});
  name_sets(named, split_list(options.sets_against()));
  std::vector<RowCounts::Given> given;
  for (const GivenSet& set : named)
    given.push_back({.name = set.name, .rows = given_rows(set.spec, context), .all_bytes = all_bytes_of(set.spec, context)});
  return given;
}

/// The full set by its headers. Where rows without a label may all be rows that cannot be read,
/// that is left to be seen.
Dataset outline_full(const EvaluateOptions& options, const Context& context) {
  fs::path labels = options.labels;
  const auto folder = std::ranges::find_if_not(options.small, is_row_file);
  if (labels.empty() && folder != options.small.end()) labels = read_run_record(*folder).option_text("labels");
  FieldOptions fields = options.fields;
  if (fields == FieldOptions() && folder != options.small.end()) fields = fields_of(read_run_record(*folder));
  Dataset full = open_dataset(options.full, {labels, fields.text, fields.label}, context);
  require_rows(full.train(), options.full);
  require_labels(options, full, count_labels(full.train(), context).unlabelled <= std::ssize(full.train().known_faults()));
  return full;
}

/// As the files of the other sets are counted; 0 where there are none.
int64_t recoded_bytes_of(const GivenSet& set, const Context& context) {
  if (set.rows->pictures() == nullptr || !set.rows->pictures()->are_files()) return 0;
  const auto recoded = std::make_shared<patches::ReducedRows>(set.rows, 1, [](int64_t) { return patches::Reduction(); });
  return RowSizes(recoded, set.subset, context).total(set.subset);
}

int64_t tokens_of(const std::shared_ptr<const Rows>& rows, const Subset& some, const Context& context) {
  return RowSizes(rows, some, context, Budget::Unit::tokens).total(some);
}

/// The same for a rough plan, from some of the rows; those of given sets are taken to be as long.
void count_tokens_roughly(RowCounts& counts, const std::shared_ptr<const Rows>& rows, const Context& context) {
  const Subset some = some_of(Subset::all(rows->size()).without(Subset(rows->known_faults())), 256);
  const double each = static_cast<double>(tokens_of(rows, some, context)) / static_cast<double>(std::max<size_t>(1, some.size()));
  counts.tokens = static_cast<int64_t>(each * static_cast<double>(counts.usable));
  for (RowCounts::Given& set : counts.given) set.tokens = static_cast<int64_t>(each * static_cast<double>(set.rows));
}

/// The same, if a training can be set by it.
SetTraining sound_training(SetTraining asked) {
  train::TrainOptions training;
  OptionTable table = asked_table(training);
  set_training(asked, table, [&] { train::check(training); });
  return asked;
}

}  // namespace

RowCounts counts_of(const JudgedSets& sets, bool bytes, bool tokens, const Context& context) {
  RowCounts counts{.all = sets.full.rows() - std::ssize(sets.held_out), .usable = std::ssize(sets.full_rows)};
  if (bytes) counts.stored_bytes = sets.full.dataset.train().stored_bytes();
  for (const GivenSet& set : sets.given)
    counts.given.push_back({set.name, std::ssize(set.subset), bytes ? recoded_bytes_of(set, context) : 0, 0, set.bytes});
  if (!tokens) return counts;
  counts.tokens = tokens_of(sets.full.dataset.splits.at(Split::train), sets.full_rows, context);
  for (size_t i = 0; i < sets.given.size(); ++i) counts.given[i].tokens = tokens_of(sets.given[i].rows, sets.given[i].subset, context);
  return counts;
}

SetsOutline outline_judged_sets(const EvaluateOptions& options, const Context& context) {
  require_test_of_labels(options);
  SetsOutline outline;
  outline.counts.given = outline_given(options, context);
  outline.full = outline_full(options, context);
  outline.training = asked_training(options, outline.full);
  const Rows& train = outline.full.train();
  const int64_t usable = train.size() - std::ssize(train.known_faults());
  if (const auto test = given_test_rows(options, outline.full, context).rows; test != nullptr) {
    require_same_width(*test, train, options.test);
    outline.test_rows = test->size();
  } else {
    outline.test_rows = outline.held_out = held_out_count(options.hold_out, usable);
    for (RowCounts::Given& set : outline.counts.given) set.rows -= std::llround(options.hold_out * static_cast<double>(set.rows));
  }
  outline.counts.all = train.size() - outline.held_out;
  outline.counts.usable = usable - outline.held_out;
  if (!options.keep_tokens.empty()) count_tokens_roughly(outline.counts, outline.full.splits.at(Split::train), context);
  if (options.sets_against().find("+bytes=") != std::string::npos) outline.counts.stored_bytes = train.stored_bytes();
  if (options.bytes.empty()) return outline;
  outline.counts.stored_bytes = train.stored_bytes();
  for (size_t i = 0; i < options.small.size(); ++i) {
    RowCounts::Given& set = outline.counts.given[i];
    set.bytes = given_bytes(options.small[i], set.rows, train);
  }
  return outline;
}

JudgedSets read_judged_sets(const EvaluateOptions& options, const Context& context) {
  JudgedSets sets;
  sets.given = open_given(options);
  sets.full = read_full(options, sets.given, context);
  sets.training = asked_training(options, sets.full.dataset);
  sets.shares = shares_of(options, sets.full.dataset);
  find_test_rows(sets, options, context);
  sets.full_rows = sets.full.usable_rows().without(sets.held_out);
  for (GivenSet& set : sets.given) find_rows_of(set, sets, options, context);
  if (heeds_sets(options, sets.full.dataset)) {
    for (GivenSet& set : sets.given) set.training = sound_training(training_of(set.spec, options)).options;
  }
  return sets;
}

}  // namespace decant
