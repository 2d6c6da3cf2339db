#include "decant/pipeline/judging/given_set.h"

#include <algorithm>
#include <set>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"
#include "decant/formats/soft_labels/view_file.h"
#include "decant/patches/reduced_rows.h"
#include "decant/pipeline/judging/relabelled.h"
#include "decant/pipeline/patching/fill_source.h"
#include "decant/pipeline/run/sheets_in_run.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

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

/// What a folder's record says, else what the pictures take.
int64_t bytes_of(const RunRecord& run, const Rows& rows) {
  return run.bytes_after > 0 ? run.bytes_after : rows.stored_bytes();
}

/// Those bytes by what its files are for.
SetBytes bytes_by_use(const RunRecord& run, int64_t bytes) {
  SetBytes parts;
  if (run.view_labels) parts.labels += run.view_labels->bytes;
  if (run.synthetic) {
    parts.labels += run.synthetic->bytes_labels;
    parts.decoder = run.synthetic->bytes_factors;
  }
  parts.pictures = std::max<int64_t>(0, bytes - parts.labels - parts.decoder);
  return parts;
}

/// Rows of the full set by number.
void point_at_full(GivenSet& set, const Input& full, const Subset& held_out) {
  set.rows = full.dataset.splits.at(Split::train);
  set.subset = set.kept.without(held_out);
  set.digest = full.digest;
}

/// Of each row of a set's own files, the row of the full set; empty where that is not known.
std::vector<int64_t> full_rows_of(const GivenSet& set, const Input& full, const Rows& own) {
  const RunRecord& run = set.folder->run;
  if (run.sheets) return rows_in_sheets(set.folder->path / "data");
  const bool by_row = run.output_format == full.dataset.format || (run.patches && run.output_format != "imagefolder");
  return by_row && own.size() == std::ssize(set.kept) ? set.kept.rows() : std::vector<int64_t>();
}

/// Such a set is no rival of one without.
void say_who_labelled(const GivenSet& set, const ViewLabelRecord& labels, const Context& context) {
  context.info(fmt::format("{}: its labels are those of a teacher that learnt from every row ({})", set.spec, labels.teacher));
}

/// The files of the set's own. With rows held out it must be known which rows they are of; else the
/// full set's rows are taken.
void point_at_own_files(GivenSet& set, const Input& full, const Subset& held_out, const EvaluateOptions& options, const Context& context) {
  Dataset own = open_dataset((set.folder->path / "data").string(), {}, context);
  if (const auto& labels = set.folder->run.view_labels) {
    attach_view_labels(own, set.folder->path / kViewLabelsFile);
    say_who_labelled(set, *labels, context);
  }
  const std::shared_ptr<const Rows> rows = own.splits.at(Split::train);
  const std::vector<int64_t> sources = held_out.empty() ? std::vector<int64_t>() : full_rows_of(set, full, *rows);
  if (!held_out.empty() && sources.empty()) {
    if (!set.folder->run.patches) return point_at_full(set, full, held_out);
    throw InputError({set.spec, "",
                      "lost cells of its pictures and was written in another order than the data set's, so test rows cannot be "
                      "taken out of it",
                      "Give other test rows with --test"});
  }
  std::vector<int64_t> own_rows;
  for (int64_t i = 0; i < rows->size(); ++i) {
    if (held_out.empty() || !held_out.contains(sources[static_cast<size_t>(i)])) own_rows.push_back(i);
  }
  set.subset = Subset(std::move(own_rows));
  set.rows = relabelled(rows, own, full.dataset);
  set.digest = content_digest(*set.rows, nullptr, context);
  if (!set.folder->run.patches || options.fill == kStoredFill) return;
  const int grid = options.importance.grid;
  set.rows =
      std::make_shared<patches::FilledRows>(set.rows, obtain_filler(options.fill, full, grid, options.features, options.seed, context));
  set.digest =
      Digest().add(set.digest).add("fill").add(fill_key_of(options.fill, full, grid)).add(static_cast<int64_t>(options.seed)).hex();
}

/// All pictures of a set that was synthesised from the full one.
void point_at_synthetic(GivenSet& set, const Input& full, const Subset& held_out, const Context& context) {
  if (!held_out.empty())
    throw InputError(
        {set.spec, "", "was made from all training rows, so none of them can be reserved for testing", "Give other test rows with --test"});
  const Dataset own = open_dataset(set.spec, {}, context);
  const std::shared_ptr<const Rows> rows = own.splits.at(Split::train);
  require_pictures(*rows, set.spec);
  set.subset = Subset::all(rows->size());
  set.rows = relabelled(rows, own, full.dataset);
  set.digest = content_digest(*set.rows, nullptr, context);
  const RunRecord run = read_run_record(set.spec);
  set.bytes = bytes_of(run, *rows);
  set.parts = bytes_by_use(run, set.bytes);
  if (run.view_labels) say_who_labelled(set, *run.view_labels, context);
}

}  // namespace

bool is_row_file(const std::string& spec) {
  return spec.ends_with(".npy");
}

bool is_synthetic(const fs::path& folder) {
  return is_run_folder(folder) && fs::is_directory(folder / "data") && !fs::exists(folder / "bins.npy") &&
         !fs::exists(folder / "indices.npy");
}

void name_sets(std::vector<GivenSet>& sets, const std::vector<std::string>& taken) {
  if (sets.size() == 1) {
    sets.front().name = "small";
    return;
  }
  std::multiset<std::string> ends(taken.begin(), taken.end());
  const auto end_of = [](const GivenSet& set) {
    const fs::path path = fs::path(set.spec).lexically_normal();
    if (is_row_file(set.spec)) return path.stem().string();
    return (path.has_filename() ? path : path.parent_path()).filename().string();
  };
  for (const GivenSet& set : sets) ends.insert(end_of(set));
  for (GivenSet& set : sets) set.name = ends.count(end_of(set)) == 1 ? end_of(set) : set.spec;
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

void refuse_bins_alone(const std::string& spec) {
  throw InputError({spec, "", "holds bins but no small set", "Make one: decant sample " + spec + " --keep 20% -o OUT"});
}

void find_rows_of(GivenSet& set, const Input& full, const Subset& held_out, const EvaluateOptions& options, const Context& context) {
  if (set.synthetic) return point_at_synthetic(set, full, held_out, context);
  set.kept = set.folder ? set.folder->kept : read_rows(set.spec, full);
  if (set.folder && set.folder->has_data()) {
    set.bytes = set.folder->run.bytes_after;
    if (set.bytes > 0) set.parts = bytes_by_use(set.folder->run, set.bytes);
  }
  if (set.kept.empty()) refuse_bins_alone(set.spec);
  if (set.folder && set.folder->has_data() && full.dataset.train().pictures() != nullptr)
    point_at_own_files(set, full, held_out, options, context);
  else
    point_at_full(set, full, held_out);
  if (set.subset.empty())
    throw InputError({set.spec, "", "has no rows left after some are reserved for testing", "Lower --hold-out or keep more"});
}

}  // namespace decant
