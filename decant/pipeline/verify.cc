#include "decant/pipeline/verify.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/data/class_amounts.h"
#include "decant/formats/open.h"
#include "decant/formats/soft_labels/view_file.h"
#include "decant/patches/reduced_rows.h"
#include "decant/pipeline/patching/reducing.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/run_source.h"
#include "decant/pipeline/verify_manifest.h"
#include "decant/pipeline/verify_sheets.h"
#include "decant/pipeline/verify_synthetic.h"

namespace decant {
namespace fs = std::filesystem;

void VerifyOptions::declare(OptionTable& table) {
  Option& path = table.add("run", run, "OUT", "a folder that `decant compress` or `decant distill` wrote");
  path.positional = path.required = true;
  table.add("source", source, "IN", "also compare with the data set it was made from");
}

namespace {

/// The i-th row of OUT/data is the i-th line of the manifest: writers keep the order of the source.
void check_stored(const Rows& stored, const std::vector<ManifestLine>& manifest, const fs::path& data, const Context& context) {
  if (stored.size() != static_cast<int64_t>(manifest.size()))
    refuse_small_set(data, -1, fmt::format("holds {} samples, the manifest lists {}", stored.size(), manifest.size()));
  Stage stage(context, "verify data", stored.size(), "rows");
  parallel_for(context, stored.size(), 256, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    for (int64_t i = begin; i < end; ++i) {
      const ManifestLine& line = manifest[static_cast<size_t>(i)];
      if (sha256(stored.bytes(i, scratch)) != line.sha256)
        refuse_small_set(data / stored.key(i), line.row, "has bytes that differ from the manifest");
      if (annotation_digest(stored, i) != line.annotations)
        refuse_small_set(data / stored.key(i), line.row, "has other objects than the manifest says");
    }
    stage.advance(end - begin);
  });
}

/// Of the same format as the source: the classes it lists are the source's, and what rows hold of
/// each class is what run.json says. Numbers in labels and masks are only as good as their names.
void check_classes(const Dataset& stored, const RunRecord& run, const fs::path& data, const Context& context) {
  if (!run.input || !run.content) return;
  const std::vector<std::string>& source = run.input->classes;
  const auto named = [](const std::vector<std::string>& classes, size_t i) {
    return i < classes.size() ? "'" + classes[i] + "'" : "absent";
  };
  if (stored.classes_listed && stored.classes != source) {
    const auto differ = std::ranges::mismatch(stored.classes, source);
    const auto at = static_cast<size_t>(differ.in1 - stored.classes.begin());
    refuse_small_set(
        data, -1,
        fmt::format("lists other classes than the source: class {} is {}, was {}", at, named(stored.classes, at), named(source, at)));
  }
  // Values of masks that no table names are called by what other values there are.
  if (!stored.classes_listed && run.content->unit == name_of(CountedIn::pixels)) return;
  std::map<std::string, int64_t> left;
  for (const ContentRecord::OfClass& each : run.content->classes) left[each.name] += each.amount_kept;
  const ClassAmounts amounts = amounts_of(stored.train(), class_count(stored), context);
  for (size_t label = 0; label < amounts.totals.size(); ++label)
    left[label < stored.classes.size() ? stored.classes[label] : std::to_string(label)] -= amounts.totals[label];
  for (const auto& [name, amount] : left) {
    if (amount != 0)
      refuse_small_set(data, -1,
                       fmt::format("holds {} {} {} of class '{}' than run.json says", std::abs(amount), amount > 0 ? "fewer" : "more",
                                   run.content->unit, name));
  }
}

/// Rows of several data sets, written together, lie in the order of the reader: the same samples
/// must be there, each as often.
void check_stored_anywhere(const Rows& stored, const std::vector<ManifestLine>& manifest, const fs::path& data, const Context& context) {
  if (stored.size() != std::ssize(manifest))
    refuse_small_set(data, -1, fmt::format("holds {} samples, the manifest lists {}", stored.size(), manifest.size()));
  std::vector<std::string> found(manifest.size());
  Stage stage(context, "verify data", stored.size(), "rows");
  parallel_for(context, stored.size(), 256, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    for (int64_t i = begin; i < end; ++i) found[static_cast<size_t>(i)] = sha256(stored.bytes(i, scratch));
    stage.advance(end - begin);
  });
  std::map<std::string, int64_t> balance;
  for (const std::string& hash : found) ++balance[hash];
  for (const ManifestLine& line : manifest) {
    if (--balance[line.sha256] < 0) refuse_small_set(data, line.row, "no sample has the bytes that the manifest lists");
  }
}

std::string pixel_digest(const Rows& rows, int64_t row, Image& image) {
  rows.pictures()->decode(row, image);
  Digest digest;
  digest.add(int64_t{image.size.width}).add(int64_t{image.size.height}).add(int64_t{image.size.channels});
  return digest.add(std::as_bytes(std::span(image.pixels))).hex();
}

/// What --to imagefolder writes lies in the order of names, not of rows: the same files must be
/// there, each as often.
void check_reduced_anywhere(const Rows& stored, const std::vector<ManifestLine>& manifest, const fs::path& data) {
  std::map<std::string, int64_t> balance;
  std::vector<std::byte> scratch;
  for (int64_t i = 0; i < stored.size(); ++i) ++balance[sha256(stored.bytes(i, scratch))];
  for (const ManifestLine& line : manifest) {
    if (--balance[line.stored_sha256] < 0) refuse_small_set(data, line.row, "no file has the bytes that the manifest lists");
  }
}

/// The i-th row of OUT/data, its cells dropped, is the i-th line of the manifest.
void check_reduced_row(const Rows& stored, int64_t i, const ManifestLine& line, const fs::path& data) {
  thread_local std::vector<std::byte> scratch;
  if (sha256(stored.bytes(i, scratch)) != line.stored_sha256)
    refuse_small_set(data / stored.key(i), line.row, "has bytes that differ from the manifest");
  const std::optional<PatchMask> mask = stored.pictures()->mask(i);
  const int cells = mask ? mask->grid.count() : 0;
  const int kept = mask ? mask->kept_count() : 0;
  if (cells != line.cells || kept != line.cells_kept)
    refuse_small_set(data / stored.key(i), line.row,
                     fmt::format("keeps {} of {} cells, and the manifest lists {} of {}", kept, cells, line.cells_kept, line.cells));
  if (annotation_digest(stored, i) != (line.stored_annotations.empty() ? line.annotations : line.stored_annotations))
    refuse_small_set(data / stored.key(i), line.row, "has other objects than the manifest says");
}

/// The source's pictures as the run reduced them: pixels may have become JPEGs first.
std::shared_ptr<const Rows> pictures_of(const Input& source, const RunRecord& run) {
  ReducePlan plan;
  const OptionValue* const quality = run.option("quality");
  if (const auto* number = quality == nullptr ? nullptr : std::get_if<int64_t>(quality)) plan.quality = static_cast<int>(*number);
  return pictures_to_reduce(source.dataset.splits.at(Split::train), plan);
}

/// The class of every pixel that still counts is the source's, in the names that each has for it.
void check_class_mask(const Dataset& stored, int64_t i, const Rows& expected, const std::vector<std::string>& classes,
                      const ManifestLine& line, const fs::path& data) {
  ClassMask found, wanted;
  if (!expected.targets()->class_mask(line.row, wanted)) return;
  stored.train().targets()->class_mask(i, found);
  const auto name = [](const std::vector<std::string>& names, int32_t label) {
    return label == kNoLabel ? std::string_view() : std::string_view(names[static_cast<size_t>(label)]);
  };
  const bool same =
      std::ranges::equal(found.labels, wanted.labels, [&](int32_t a, int32_t b) { return name(stored.classes, a) == name(classes, b); });
  if (found.width != wanted.width || !same)
    refuse_small_set(data / stored.train().key(i), line.row, "has another mask than the source's with the dropped cells ignored");
}

/// The source's picture with the cells of the stored mask dropped is the stored picture.
void check_against_source(const Dataset& written, int64_t i, const std::shared_ptr<const Rows>& source,
                          const std::vector<std::string>& classes, const ManifestLine& line, const fs::path& data) {
  thread_local Image expected;
  thread_local Image found;
  const Rows& stored = written.train();
  stored.pictures()->decode(i, found);
  const std::optional<PatchMask> mask = stored.pictures()->mask(i);
  const auto keep = [&](int64_t) {
    patches::Reduction reduction{.quality = line.quality, .eighths = line.eighths};
    if (mask) reduction.mask = [&](const PatchGrid&) { return *mask; };
    return reduction;
  };
  const int side = mask ? std::max(mask->grid.columns(), mask->grid.rows()) : 1;
  const patches::ReducedRows reduced(source, side, keep);
  reduced.decode(line.row, expected);
  if (stored.taught() == CountedIn::pixels) check_class_mask(written, i, reduced, classes, line, data);
  if (found.size != expected.size || found.pixels != expected.pixels)
    refuse_small_set(data / stored.key(i), line.row, "is not the source's picture, reduced as the manifest says");
}

/// `source` may be null.
void check_reduced(const Dataset& written, const Input* source, const std::vector<ManifestLine>& manifest, const RunRecord& run,
                   const fs::path& data, const Context& context) {
  const Rows& stored = written.train();
  if (stored.size() != std::ssize(manifest))
    refuse_small_set(data, -1, fmt::format("holds {} samples, the manifest lists {}", stored.size(), manifest.size()));
  const bool by_name = run.output_format == "imagefolder" && run.input && run.input->format != "imagefolder";
  if (by_name) return check_reduced_anywhere(stored, manifest, data);
  const auto pictures = source == nullptr ? nullptr : pictures_of(*source, run);
  Stage stage(context, "verify pictures", stored.size(), "rows");
  parallel_for(context, stored.size(), 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i, stage.advance()) {
      const ManifestLine& line = manifest[static_cast<size_t>(i)];
      check_reduced_row(stored, i, line, data);
      if (source != nullptr) check_against_source(written, i, pictures, source->dataset.classes, line, data);
    }
  });
}

/// Another format may order and encode the samples otherwise: the same pictures must be there, each
/// as often.
void check_pictures(const Rows& stored, const Input& input, const std::vector<ManifestLine>& manifest, const fs::path& data,
                    const Context& context) {
  Stage stage(context, "verify pictures", stored.size(), "rows");
  std::map<std::string, int64_t> balance;
  Image image;
  for (int64_t i = 0; i < stored.size(); ++i, stage.advance()) ++balance[pixel_digest(stored, i, image)];
  for (const ManifestLine& line : manifest) {
    if (--balance[pixel_digest(input.dataset.train(), line.row, image)] < 0) refuse_small_set(data, line.row, "its picture is missing");
  }
  if (stored.size() != static_cast<int64_t>(manifest.size())) refuse_small_set(data, -1, "holds pictures that the manifest does not list");
}

/// Labels of views are sound, and what run.json says; whether they are this set's is known where
/// the set is opened.
void check_view_labels(const fs::path& folder, const RunRecord& run) {
  const fs::path file = folder / kViewLabelsFile;
  if (!run.view_labels) return;
  if (!fs::is_regular_file(file)) refuse_small_set(file, -1, "is missing, and run.json says that views have labels");
  const auto labels = parse_view_labels(MappedFile(file).bytes(), file.string());
  const ViewLabelsHeader& header = labels->header();
  const ViewLabelRecord& recorded = *run.view_labels;
  if (labels->file_bytes() != recorded.bytes || header.recipe.views != recorded.views || header.teacher_digest != recorded.teacher_digest)
    refuse_small_set(file, -1, "holds other labels than run.json records");
}

}  // namespace

Verified verify(const VerifyOptions& options, const Context& context) {
  if (const RunRecord record = read_run_record(options.run); record.synthetic) {
    check_view_labels(options.run, record);
    return verify_synthetic(options.run, record, options.source, context);
  }
  const RunFolder run = load_run_folder(options.run);
  if (!run.has_data()) throw InputError({options.run.string(), "", "holds no data", "Name a folder that `decant compress` wrote"});
  const std::vector<ManifestLine> manifest = read_manifest(run.path / "manifest.jsonl");
  check_rows(run, manifest);
  check_view_labels(run.path, run.run);
  if (run.run.sheets) return verify_sheets(run, manifest, options.source, context);

  const Dataset stored = open_dataset((run.path / "data").string(), stored_fields_of(run.run).to_open(), context);
  const fs::path data = run.path / "data";
  if (run.run.patches) {
    std::optional<Input> input;
    if (!options.source.empty()) {
      input = source_of(run, options.source, context);
      check_source(*input, manifest, context);
    }
    check_reduced(stored, input ? &*input : nullptr, manifest, run.run, data, context);
    check_classes(stored, run.run, data, context);
    return {run.rows(), std::ssize(run.kept), input ? "hashes and the source" : "hashes"};
  }
  const bool converted = run.run.output_format != (run.run.input ? run.run.input->format : "");
  const bool joined = run.run.input && !run.run.input->sources.empty();
  if (!converted && joined) check_stored_anywhere(stored.train(), manifest, data, context);
  if (!converted && !joined) check_stored(stored.train(), manifest, data, context);
  if (!converted && !joined) check_classes(stored, run.run, data, context);
  std::string against = "hashes";
  if (!options.source.empty() || converted) {
    const Input input = source_of(run, options.source, context);
    check_source(input, manifest, context);
    if (converted) check_pictures(stored.train(), input, manifest, data, context);
    against = "hashes and the source";
  }
  return {run.rows(), std::ssize(run.kept), against};
}

}  // namespace decant
