#include "decant/pipeline/judging/row_counts.h"

#include <cmath>
#include <filesystem>

#include "decant/base/text.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"
#include "decant/patches/reduced_rows.h"
#include "decant/pipeline/judging/asked_training.h"
#include "decant/pipeline/judging/given_set.h"
#include "decant/pipeline/judging/test_rows.h"
#include "decant/pipeline/patching/row_sizes.h"
#include "decant/pipeline/run/run_folder.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

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
  const bool files = run.output_format == "imagefolder" || run.output_format == "webdataset" || run.sheets;
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
  Dataset full = open_dataset(options.full, fields.to_open(labels), context);
  require_rows(full.train(), options.full);
  require_labels(options, full, count_labels(full.train(), context).unlabelled <= std::ssize(full.train().known_faults()));
  return full;
}

/// As the files of the other sets are counted, labels and decoders with them; 0 where there are
/// none. Of sheets and their table, the share of all that its rows are.
int64_t recoded_bytes_of(const GivenSet& set, const Context& context) {
  const int64_t beside = set.parts ? set.parts->labels + set.parts->decoder : 0;
  if (set.folder && set.folder->run.sheets) return set.bytes * std::ssize(set.subset) / set.rows->size();
  if (set.rows->pictures() == nullptr || !set.rows->pictures()->are_files()) return 0;
  const auto recoded = std::make_shared<patches::ReducedRows>(set.rows, 1, [](int64_t) { return patches::Reduction(); });
  return RowSizes(recoded, set.subset, context).total(set.subset) + beside;
}

int64_t counted_in(const std::shared_ptr<const Rows>& rows, const Subset& some, Budget::Unit unit, const Context& context) {
  return RowSizes(rows, some, context, unit).total(some);
}

/// The same for a rough plan, from some of the rows; those of given sets are taken to hold as much.
void count_roughly(RowCounts& counts, const std::shared_ptr<const Rows>& rows, Budget::Unit unit, const Context& context) {
  const Subset some = some_of(Subset::all(rows->size()).without(Subset(rows->known_faults())), 256);
  const double each = static_cast<double>(counted_in(rows, some, unit, context)) / static_cast<double>(std::max<size_t>(1, some.size()));
  counts.counted = static_cast<int64_t>(each * static_cast<double>(counts.usable));
  for (RowCounts::Given& set : counts.given) set.counted = static_cast<int64_t>(each * static_cast<double>(set.rows));
}

}  // namespace

RowCounts counts_of(const JudgedSets& sets, bool bytes, std::optional<Budget::Unit> counted, const Context& context) {
  RowCounts counts{.all = sets.full.rows() - std::ssize(sets.test.held_out), .usable = std::ssize(sets.full_rows)};
  if (bytes) counts.stored_bytes = sets.full.dataset.train().stored_bytes();
  for (const GivenSet& set : sets.given)
    counts.given.push_back({set.name, std::ssize(set.subset), bytes ? recoded_bytes_of(set, context) : 0, 0, set.bytes});
  if (!counted) return counts;
  counts.counted = counted_in(sets.full.dataset.splits.at(Split::train), sets.full_rows, *counted, context);
  for (size_t i = 0; i < sets.given.size(); ++i)
    counts.given[i].counted = counted_in(sets.given[i].rows, sets.given[i].subset, *counted, context);
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
  if (const auto counted = counted_budget(options.keep_tokens, options.keep_objects))
    count_roughly(outline.counts, outline.full.splits.at(Split::train), counted->unit, context);
  if (options.sets_against().find("+bytes=") != std::string::npos) outline.counts.stored_bytes = train.stored_bytes();
  if (options.bytes.empty()) return outline;
  outline.counts.stored_bytes = train.stored_bytes();
  for (size_t i = 0; i < options.small.size(); ++i) {
    RowCounts::Given& set = outline.counts.given[i];
    set.bytes = given_bytes(options.small[i], set.rows, train);
  }
  return outline;
}

}  // namespace decant
