#include "decant/pipeline/run/write_small_set.h"

#include <algorithm>
#include <atomic>
#include <fmt/ranges.h>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/base/printable.h"
#include "decant/base/text.h"
#include "decant/data/rows_view.h"
#include "decant/dedup/pair_search.h"
#include "decant/formats/convert.h"
#include "decant/formats/image/picture_files.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"
#include "decant/formats/packed/packed.h"
#include "decant/formats/webdataset/tar.h"
#include "decant/pipeline/run/content_record.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/sheets_in_run.h"
#include "decant/pipeline/run/stored_files.h"
#include "decant/report/report.h"
#include "decant/select/pools/pools.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> hashes_of(const SmallSet& set, const Context& context) {
  if (set.parts != nullptr) return set.parts->hashes;
  const Rows& train = set.input.dataset.train();
  std::vector<std::string> hashes(set.kept.size());
  Stage stage(context, "hash", static_cast<int64_t>(set.kept.size()), "rows");
  parallel_for(context, static_cast<int64_t>(set.kept.size()), 256, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) hashes[i] = sha256(train.bytes(set.kept[i], scratch));
    stage.advance(end - begin);
  });
  return hashes;
}

/// Of every kept row, its position in the order of its own pool, from 0.
std::vector<int64_t> ranks_of(const Selection& selection, const Subset& kept) {
  const std::vector<bool> is_kept = mark_rows(std::ssize(selection.bins), kept);
  std::vector<int64_t> ranks(kept.size(), -1);
  std::vector<int64_t> next(static_cast<size_t>(std::max(1, selection.pool_count)), 0);
  for (const int64_t row : selection.order) {
    const int64_t rank = next[static_cast<size_t>(selection.pools[static_cast<size_t>(row)])]++;
    if (is_kept[static_cast<size_t>(row)]) ranks[static_cast<size_t>(std::ranges::lower_bound(kept, row) - kept.begin())] = rank;
  }
  return ranks;
}

/// What a line of the manifest adds about the file that was written.
void add_stored(const StoredFile& stored, const patches::Reduction& reduction, Json& line) {
  if (!stored.sha256.empty()) line["stored_sha256"] = stored.sha256;
  if (!stored.annotations.empty()) line["stored_annotations"] = stored.annotations;
  if (reduction.quality > 0) line["quality"] = reduction.quality;
  if (reduction.eighths < 8) line["eighths"] = reduction.eighths;
  if (stored.cells == 0) return;
  line["cells"] = stored.cells;
  line["cells_kept"] = stored.cells_kept;
}

/// Which of several data sets a row is from.
int64_t source_of_row(const std::vector<SourceRecord>& sources, int64_t row) {
  int64_t source = 0;
  for (; row >= sources[static_cast<size_t>(source)].rows; ++source) row -= sources[static_cast<size_t>(source)].rows;
  return source;
}

/// `stored`: of each kept row; empty where pictures keep their bytes.
void write_manifest(const SmallSet& set, const std::vector<std::string>& hashes, const std::vector<StoredFile>& stored,
                    const fs::path& file) {
  const std::vector<int64_t> ranks = ranks_of(set.selection, set.kept);
  FileWriter writer(file);
  for (size_t i = 0; i < set.kept.size(); ++i) {
    const int64_t row = set.kept[i];
    const auto at = static_cast<size_t>(row);
    const int32_t label = set.input.labels[at];
    Json line = {{"row", row},
                 {"key", set.input.dataset.train().key(row)},
                 {"label", label == kNoLabel ? Json() : Json(label)},
                 {"sha256", hashes[i]},
                 {"bin", set.selection.bins[at]},
                 {"rank", ranks[i]},
                 {"gain", set.selection.gains[at]}};
    if (std::string annotations = annotation_digest(set.input.dataset.train(), row); !annotations.empty())
      line["annotations"] = std::move(annotations);
    if (!set.input.sources.empty()) line["source"] = source_of_row(set.input.sources, row);
    if (!stored.empty()) add_stored(stored[i], set.reduce(row), line);
    writer.write(json_text(line) + "\n");
  }
  writer.commit();
}

void write_bad_files(const std::vector<Excluded>& bad, const fs::path& file) {
  if (bad.empty()) return;
  FileWriter writer(file);
  for (const Excluded& row : bad) writer.write(json_text({{"row", row.row}, {"key", row.key}, {"reason", row.text}}) + "\n");
  writer.commit();
}

void write_repeats(std::span<const DroppedRow> repeats, const fs::path& file) {
  if (repeats.empty()) return;
  FileWriter writer(file);
  for (const DroppedRow& row : repeats) writer.write(line_of_dropped(row) + "\n");
  writer.commit();
}

/// Rows and kept rows of each group; rows without one (−1) are left out.
std::vector<PartRecord> parts_of(const Column<int32_t>& groups, int32_t count, const Subset& kept) {
  std::vector<PartRecord> parts(static_cast<size_t>(std::max(0, count)));
  for (const int32_t group : groups) {
    if (group >= 0) ++parts[static_cast<size_t>(group)].rows;
  }
  for (const int64_t row : kept) {
    if (const int32_t group = groups[static_cast<size_t>(row)]; group >= 0) ++parts[static_cast<size_t>(group)].kept;
  }
  return parts;
}

std::vector<PartRecord> classes_of(const SmallSet& set) {
  std::vector<PartRecord> classes = parts_of(set.input.labels, set.input.classes, set.kept);
  for (size_t label = 0; label < classes.size(); ++label) classes[label].name = set.input.class_name(static_cast<int32_t>(label));
  return classes;
}

/// Classes that keep less than --min-objects wants, since the rows kept are too few for all.
void warn_of_floors(const RunRecord& run, const Context& context) {
  if (!run.content) return;
  constexpr size_t kNamed = 5;
  std::vector<std::string> names;
  for (const ContentRecord::OfClass& each : run.content->classes) {
    if (each.amount_kept < each.least) names.push_back(fmt::format("{} ({} of {})", each.name, each.amount_kept, each.least));
  }
  if (names.empty()) return;
  const size_t more = names.size() - std::min(kNamed, names.size());
  names.resize(names.size() - more);
  context.warn(fmt::format("--min-objects is not met for {}{}; keep more rows", fmt::join(names, ", "),
                           more > 0 ? fmt::format(" and {} more classes", more) : ""));
}

/// What was written into data/.
struct Written {
  int64_t bytes = 0;
  std::vector<StoredFile> files;  ///< of each kept row; empty where pictures keep their bytes
  int64_t bytes_source = 0;       ///< of the same pictures, in the source
  int64_t bytes_recoded = 0;      ///< of the same pictures, re-coded without loss
  std::optional<SheetRecord> sheets = {};
  std::optional<ViewLabelsMade> view_labels = {};
  std::optional<ContentRecord> content = {};  ///< of rows that hold objects or masks
};

PatchRecord record_of(const Written& written, const SmallSet& set) {
  PatchRecord record{
      .importance = set.importance, .bytes_source = written.bytes_source, .bytes_recoded = written.bytes_recoded, .spent = set.spent};
  for (const StoredFile& file : written.files) {
    record.cells += file.cells;
    record.cells_kept += file.cells_kept;
  }
  if (!set.dropped) return record;
  record.cells = set.dropped->cells;
  record.cells_kept = set.dropped->cells - set.dropped->dropped;
  record.cells_asked = set.dropped->asked;
  record.pictures_short = set.dropped->pictures_short;
  return record;
}

bool source_has_soft_labels(const Dataset& source) {
  return source.train().size() > 0 && has_soft_labels(source.train(), 0);
}

/// As the source asks, but for its soft labels, which stay behind.
std::map<std::string, std::string> training_of_kept(const Dataset& source) {
  std::map<std::string, std::string> training = source.training;
  if (!source_has_soft_labels(source)) return training;
  for (const char* option : {kSoftLabelsOption, "temperature", "label-schedule"}) training.erase(option);
  return training;
}

/// Labels of views are of rows by their numbers, which change.
void warn_of_soft_labels(const SmallSet& set, const Context& context) {
  if (!source_has_soft_labels(set.input.dataset)) return;
  context.warn(fmt::format("the soft labels of {} are not kept; the kept rows teach {}", set.input.dataset.root.string(),
                           set.label_views ? "the new ones" : "their classes"));
}

RunRecord record_of(const SmallSet& set, const Written& written, const RunLog& log) {
  RunRecord run = begin_record(set.selection, set.note, set.seed, set.command, set.options, log);
  run.kept = std::ssize(set.kept);
  run.bytes_before = set.input.dataset.train().stored_bytes();
  run.bytes_after = written.bytes;
  run.input = input_record(set.input);
  run.output_format = set.to.empty() ? set.input.dataset.format : set.to;
  run.training = training_of_kept(set.input.dataset);
  run.features = set.features;
  if (!written.files.empty()) run.patches = record_of(written, set);
  run.sheets = written.sheets;
  if (written.view_labels) written.view_labels->note_in(run);
  run.bins = parts_of(set.selection.bins, set.selection.bin_count, set.kept);
  run.content = written.content;
  if (!run.content) run.classes = classes_of(set);
  run.bad_files = std::ssize(set.input.excluded);
  run.repeats = set.repeats_record;
  return run;
}

/// What the rows are from, as a code span, or one for each.
std::string sources_text(const Input& input) {
  std::string text = printable(input.dataset.root.string());
  for (size_t i = 1; i < input.sources.size(); ++i) text += "` and `" + printable(input.sources[i].path);
  return text;
}

std::string class_table(const std::vector<PartRecord>& classes) {
  std::string table = "| class | rows | kept |\n|---|---|---|\n";
  for (const PartRecord& part : classes) table += fmt::format("| {} | {} | {} |\n", table_cell(part.name), part.rows, part.kept);
  return table;
}

std::string content_table(const ContentRecord& content) {
  std::string table = fmt::format("| class | rows with it | kept | {0} | {0} kept |\n|---|---|---|---|---|\n", content.unit);
  int64_t empty = 0;
  for (const ContentRecord::OfClass& each : content.classes) {
    if (each.amount == 0 && each.rows == 0)
      ++empty;
    else
      table += fmt::format("| {} | {} | {} | {} | {} |\n", table_cell(each.name), each.rows, each.rows_kept, each.amount, each.amount_kept);
  }
  if (empty > 0) table += fmt::format("\nClasses that the set names and no row holds: {}.\n", human_count(empty));
  return table + fmt::format("\nPictures that hold none: {}, kept {}.\n", content.background, content.background_kept);
}

/// What must be known of sheets by whoever does not read them with decant.
std::string sheets_text(const SheetRecord& sheets) {
  return fmt::format(
      "## Sheets\n\n"
      "Each file in `data/` is a sheet of up to {0} x {0} pictures of one class, each in a cell of {1} x {1} pixels; `data/sheets.jsonl` "
      "says where they lie and what rows they are. **Random crops must stay inside a cell:** cut a picture out of its sheet first, then "
      "augment it. A network that is trained on crops of whole sheets learns sheets, and no picture. decant reads every cell as a row, so "
      "`decant train` and all other verbs need nothing; for other loaders a sheet is cut up in ten lines of Python "
      "(docs/tutorial-sheets.md "
      "of decant).\n\n"
      "{2} sheets take {3}, their table {4}.\n\n",
      sheets.tile, sheets.side, human_count(sheets.sheets), human_bytes(sheets.bytes_sheets), human_bytes(sheets.bytes_table));
}

/// What must be known of labels of views by whoever does not read them with decant.
std::string labels_text(const ViewLabelRecord& labels) {
  return fmt::format(
      "## Labels\n\n"
      "`view_labels.bin` holds what a teacher ({0}) says of {1} of every sample: the {2} likeliest classes, {3} bits each, {4} in all. "
      "The teacher learnt from every row of the source, so training on these labels is distillation from the whole set; "
      "its labels repeat for the same libtorch, device and number of threads. "
      "`decant train` and `decant evaluate` teach them, as run.json's `training` says; "
      "`decant export -o labels.npy` writes them as NumPy arrays for other programs.\n\n",
      printable(labels.teacher), labels.views == 1 ? "one view" : fmt::format("{} views", labels.views), labels.top, labels.bits,
      human_bytes(labels.bytes));
}

/// What must be known of cells that were dropped by whoever trains on objects or masks.
std::string dropped_text(const RunRecord& run) {
  if (!run.patches || !run.content || run.patches->cells_kept == run.patches->cells) return {};
  const PatchRecord& patches = *run.patches;
  std::string text = fmt::format("## Dropped cells\n\nOf {} cells of the pictures, {} are kept; the others show their mean colour. ",
                                 human_count(patches.cells), human_count(patches.cells_kept));
  if (run.content->unit == name_of(CountedIn::objects)) text += "Boxes are those of the source. ";
  int64_t ignored = 0;
  for (const ContentRecord::OfClass& each : run.content->classes) ignored += each.amount_ignored;
  if (ignored > 0) text += fmt::format("In their masks {} pixels became ignored with them. ", human_count(ignored));
  if (patches.pictures_short > 0)
    text +=
        fmt::format("{} cells were to be dropped; of {} of {} pictures fewer are, since their other cells hold objects or rare classes. ",
                    human_count(patches.cells_asked), human_count(patches.pictures_short), human_count(run.kept.value_or(0)));
  text.back() = '\n';
  return text + "\n";
}

std::string data_card(const SmallSet& set, const RunRecord& run) {
  std::string left_out;
  if (run.repeats)
    left_out = fmt::format("- Left out first, since they repeat others (`--dedup {}`): {} rows{}\n", run.repeats->dedup,
                           human_count(run.repeats->dropped),
                           run.repeats->recall < 1 ? "; " + percent_text(run.repeats->recall) + " of near ones found, by estimate" : "");
  std::string card = run.output_format == set.input.dataset.format ? set.input.dataset.card_head : card_head_for(run.output_format);
  card += fmt::format(
      "# A small set made by decant\n\n"
      "{} of {} training samples of `{}` ({}), {} of {}.\n\n"
      "- How: {}\n- Command: `{}`\n- Seed: {}; the same command on the same input reproduces the same bytes.\n"
      "- Input digest: `{}`\n{}\n"
      "## Use it\n\n"
      "`data/` {}; train on it as on the whole set. "
      "Or keep the whole set and train on a subset: `indices.npy` lists the rows, numbered in the order of the source",
      human_count(*run.kept), human_count(run.rows), sources_text(set.input), set.input.dataset.format, human_bytes(run.bytes_after),
      human_bytes(run.bytes_before), printable(set.note), printable(set.command), set.seed, set.input.digest, left_out,
      set.tiling ? "holds the samples as sheets, several to a file, as the next section says"
      : set.listed
          ? fmt::format("names the samples in the format {}; they are read from the source, which must stay where it is", run.output_format)
          : "holds the samples in the format " + run.output_format);
  if (!set.input.sources.empty())
    card += ", one data set after the other.\n\n";
  else if (set.input.dataset.format == "imagefolder")
    card += ", which is torchvision's:\n\n```python\nSubset(ImageFolder(path), numpy.load(\"indices.npy\"))\n```\n\n";
  else
    card += ".\n\n";
  if (run.sheets) card += sheets_text(*run.sheets);
  if (run.view_labels) card += labels_text(*run.view_labels);
  card += dropped_text(run);
  card += run.content ? content_table(*run.content) : class_table(run.classes);
  return card +
         "\n`report.html` shows what was kept and dropped; `manifest.jsonl` names every sample with its SHA-256; `decant verify` checks "
         "them.\n";
}

fs::path make_data_folder(const fs::path& folder) {
  const fs::path data = folder / "data";
  fs::remove_all(data);
  fs::create_directories(data);
  return data;
}

/// The source with other training rows, for writers of other formats.
Dataset with_rows(Dataset dataset, std::shared_ptr<const Rows> rows) {
  dataset.splits[Split::train] = std::move(rows);
  return dataset;
}

int64_t write_content(const SmallSet& set, const std::shared_ptr<const Rows>& content, const fs::path& data, const Context& context) {
  const bool same_format = set.to.empty() || set.to == set.input.dataset.format;
  if (!same_format) return write_as(set.to, with_rows(set.input.dataset, content), set.kept, data, context);
  return set.input.dataset.writer->rewrite(set.kept, *content, data, context);
}

/// What files take where they are written: alone, or as members of archives that pad them and say
/// more besides. Other files in the same place are counted alike.
class Place {
 public:
  Place() = default;
  Place(const SmallSet& set, const Written& written)
      : archives_((set.to.empty() ? set.input.dataset.format : set.to) == "webdataset"), rest_(written.bytes) {
    for (const StoredFile& file : written.files) rest_ -= taken(file.bytes);
  }

  int64_t taken(int64_t file) const { return archives_ ? round_up_to_block(file) : file; }
  int64_t rest() const { return rest_; }  ///< headers, labels, ends of archives

 private:
  bool archives_ = false;
  int64_t rest_ = 0;
};

/// What the kept pictures would take with the bytes of the source.
int64_t source_bytes(const SmallSet& set, const Place& place, const Context& context) {
  const Rows& train = set.input.dataset.train();
  std::atomic<int64_t> sum{0};
  parallel_for(context, std::ssize(set.kept), 256, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    for (int64_t i = begin; i < end; ++i) sum += place.taken(std::ssize(train.bytes(set.kept[static_cast<size_t>(i)], scratch)));
  });
  return sum + place.rest();
}

/// What the kept pictures take when nothing is dropped: with every cell, as the same codec stores
/// them best.
int64_t recoded_bytes(const SmallSet& set, const Place& place, const Context& context) {
  const auto source = as_picture_files(set.input.dataset.splits.at(Split::train));
  std::atomic<int64_t> sum{0};
  Stage stage(context, "re-coding without loss", std::ssize(set.kept), "pictures");
  parallel_for(context, std::ssize(set.kept), 64, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    std::vector<std::byte> recoded;
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = set.kept[static_cast<size_t>(i)];
      recode(source->bytes(row, scratch), source->key(row), {}, recoded);
      sum += place.taken(std::ssize(recoded));
    }
    stage.advance(end - begin);
  });
  return sum + place.rest();
}

/// The same for a container.
int64_t packed_bytes(const SmallSet& set, const fs::path& scratch, const Context& context) {
  const int64_t bytes = write_packed(set.input.dataset.train(), set.kept, set.input.dataset.classes, scratch, context);
  fs::remove(scratch);
  return bytes;
}

/// Masks that were written anew, as they lie there.
void note_new_masks(const SmallSet& set, const fs::path& data, std::vector<StoredFile>& files, const Context& context) {
  const Rows& source = set.input.dataset.train();
  if (source.taught() != CountedIn::pixels) return;
  RunRecord run;
  run.options = set.options;
  const Dataset written = open_dataset(data.string(), stored_fields_of(run).to_open(), context);
  for (size_t i = 0; i < files.size(); ++i) {
    std::string annotations = annotation_digest(written.train(), static_cast<int64_t>(i));
    if (annotations != annotation_digest(source, set.kept[i])) files[i].annotations = std::move(annotations);
  }
}

Written write_reduced(const SmallSet& set, const fs::path& data, const Context& context) {
  Written written;
  if (set.to == kPackedFormat) {
    written.bytes = write_content(set, set.content, data, context);
    written.files = stored_files(open_dataset(data.string(), {}, context).train(), context);
    written.bytes_recoded = packed_bytes(set, data.parent_path() / "whole.packed", context);
    written.bytes_source = source_bytes(set, Place(), context);
  } else {
    const auto noted = std::make_shared<NotedRows>(as_picture_files(set.content), set.kept);
    written.bytes = write_content(set, noted, data, context);
    written.files = noted->files();
    note_new_masks(set, data, written.files, context);
    const Place place(set, written);
    written.bytes_recoded = recoded_bytes(set, place, context);
    written.bytes_source = source_bytes(set, place, context);
  }
  return written;
}

/// The kept pictures as sheets, and the rows below them.
Written write_tiled(const SmallSet& set, const fs::path& data, const Context& context) {
  const sheets::WrittenSheets written = write_sheet_set(*set.tiling, set.input.dataset, set.kept, data, context);
  return {.bytes = written.bytes_sheets + written.bytes_table, .sheets = sheet_record(written, source_bytes(set, Place(), context))};
}

/// The kept pictures as they were written, by their place among the kept ones; null where they keep
/// their bytes.
std::shared_ptr<const Rows> kept_pictures(const SmallSet& set, const fs::path& folder) {
  if (set.tiling) return pictures_in_sheets(folder / "data", set.kept);
  if (set.content == nullptr) return nullptr;
  return std::make_shared<RowsView>(set.content, set.kept.rows());
}

Written write_data(const SmallSet& set, const fs::path& folder, const Context& context) {
  const fs::path data = make_data_folder(folder);
  const bool same_format = set.to.empty() || set.to == set.input.dataset.format;
  if (set.parts != nullptr && set.parts->files && same_format) return {set.parts->place(data, context)};
  if (set.tiling) return write_tiled(set, data, context);
  if (set.content != nullptr) return write_reduced(set, data, context);
  if (set.listed) return {set.input.dataset.writer->write_list(set.kept, data, context)};
  if (same_format) return {set.input.dataset.writer->write(set.kept, data, context)};
  return {write_as(set.to, set.input.dataset, set.kept, data, context)};
}

}  // namespace

void write_report(const fs::path& folder, const RunRecord& run, const Input* input, const Rows* reduced, const Selection& selection,
                  const Subset& kept, MatrixView<const float> map, const Evidence* evidence, const Context& context, const Features* seen) {
  const report::ReportInput page{.run = run,
                                 .source = input == nullptr ? nullptr : &input->dataset,
                                 .reduced = reduced,
                                 .selection = &selection,
                                 .kept = kept,
                                 .map = map,
                                 .features = seen,
                                 .evidence = evidence,
                                 .bad = input == nullptr ? std::span<const Excluded>() : std::span<const Excluded>(input->excluded)};
  write_file(folder / "report.html", report::render(page, context));
}

void ViewLabelsMade::note_in(RunRecord& run) const {
  run.view_labels = record;
  run.bytes_after += record.bytes;
  for (const auto& [name, value] : training) run.training[name] = value;
}

bool stores_a_list(const std::string& how) {
  if (how == "list") return true;
  if (how.empty() || how == "copy") return false;
  throw UsageError(fmt::format("--store {}: give copy, or list", how));
}

void require_usable_at(const fs::path& out, const Dataset& dataset, const std::string& to) {
  if (dataset.writer == nullptr || (!to.empty() && to != dataset.format)) return;
  if (std::string why = dataset.writer->why_not_at(out / "data"); !why.empty())
    throw InputError({out.string(), "", std::move(why), "Choose another -o"});
}

RunRecord write_small_set(const SmallSet& set, const fs::path& folder, RunLog& log, const Context& context) {
  warn_of_soft_labels(set, context);
  Written written = log.stage("write", [&] {
    Stage stage(context, "write", 1, "data sets");
    write_selection(set.selection, folder);
    write_npy<int64_t>(folder / "indices.npy", set.kept);
    if (set.map.rows > 0) {
      const int64_t shape[] = {set.map.rows, set.map.cols};
      write_npy<float>(folder / "map.npy", {set.map.data, static_cast<size_t>(set.map.rows * set.map.cols)}, shape);
    }
    write_bad_files(set.input.excluded, folder / "bad_files.jsonl");
    write_repeats(set.repeats, folder / "repeats.jsonl");
    Written data = write_data(set, folder, context);
    data.content =
        content_record({.input = set.input, .kept = set.kept, .written = set.content.get(), .min_objects = set.min_objects}, context);
    return data;
  });
  if (set.label_views) {
    const FieldOptions fields = stored_fields_of(record_of(set, written, log));
    written.view_labels =
        log.stage("labels", [&] { return set.label_views(open_dataset((folder / "data").string(), fields.to_open(), context), folder); });
  }
  log.stage("manifest", [&] { write_manifest(set, hashes_of(set, context), written.files, folder / "manifest.jsonl"); });
  log.stage("report", [&] {
    const auto reduced = kept_pictures(set, folder);
    write_report(folder, record_of(set, written, log), &set.input, reduced.get(), set.selection, set.kept, set.map, nullptr, context,
                 set.seen);
  });
  const RunRecord run = record_of(set, written, log);
  warn_of_floors(run, context);
  write_file(folder / "README.md", data_card(set, run));
  write_file(folder / "run.json", json_text(to_json(run), 2) + "\n");
  return run;
}

}  // namespace decant
