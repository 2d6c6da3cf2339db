#include "decant/formats/open.h"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <map>
#include <optional>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/name_pattern.h"
#include "decant/base/parallel.h"
#include "decant/data/run_record.h"
#include "decant/formats/advice.h"
#include "decant/formats/archive/archive.h"
#include "decant/formats/cifar/cifar.h"
#include "decant/formats/coco/coco.h"
#include "decant/formats/idx/idx.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/imagefolder/imagefolder.h"
#include "decant/formats/masks/masks.h"
#include "decant/formats/mat/mat.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/formats/npz/npz.h"
#include "decant/formats/packed/packed.h"
#include "decant/formats/parquet/parquet.h"
#include "decant/formats/records/records.h"
#include "decant/formats/sheets/sheets.h"
#include "decant/formats/soft_labels/label_array.h"
#include "decant/formats/soft_labels/view_file.h"
#include "decant/formats/stl10/stl10.h"
#include "decant/formats/voc/voc.h"
#include "decant/formats/webdataset/shards.h"
#include "decant/formats/webdataset/webdataset.h"
#include "decant/formats/yolo/yolo.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr const char* kArchive = "archive";
constexpr int64_t kCheckChunk = 32;  // rows; a chunk is worth milliseconds

bool is_matrix_file(const fs::path& path) {
  return fs::is_regular_file(path / "features.npy") ||
         ((path.extension() == ".npy" || path.extension() == ".NPY") && !fs::is_directory(path));
}

Dataset open_matrix(const fs::path& path, const OpenOptions& options, const Context&) {
  if (!fs::is_directory(path)) return open_npy_dataset(path.string(), options.labels);
  const fs::path labels = path / "labels.npy";
  return open_npy_dataset((path / "features.npy").string(), !options.labels.empty() ? options.labels
                                                            : fs::exists(labels)    ? labels
                                                                                    : fs::path());
}

bool are_shards(const fs::path& path) {
  return looks_like_shards(path.string());
}

Dataset open_texts(const fs::path& path, const OpenOptions& options, const Context& context) {
  return open_records(path.string(), {options.text, options.label_field}, context);
}

Dataset open_shards(const fs::path& path, const OpenOptions& options, const Context& context) {
  return open_webdataset(path.string(), context, options.label_field);
}

Dataset open_tables(const fs::path& path, const OpenOptions& options, const Context& context) {
  return open_parquet(path.string(), {options.image_field, options.text, options.label_field, options.config_name}, context);
}

Dataset open_archive(const fs::path& path, const OpenOptions& options, const Context& context);

/// In the order in which they are asked.
std::deque<Format>& formats() {
  static std::deque<Format> list = {
      {"cifar", "CIFAR's batches", looks_like_cifar, [](const fs::path& path, const auto&...) { return open_cifar(path); }},
      {"idx", "IDX files (MNIST)", looks_like_idx, [](const fs::path& path, const auto&...) { return open_idx(path); }},
      {"svhn", "SVHN's cropped digits (train_32x32.mat)", looks_like_svhn,
       [](const fs::path& path, const auto&...) { return open_svhn(path); }},
      {"stl10", "STL-10's binary files", looks_like_stl10, [](const fs::path& path, const auto&...) { return open_stl10(path); }},
      {"packed", "packed pictures (.packed)", looks_like_packed, [](const fs::path& path, const auto&...) { return open_packed(path); }},
      {"npz", "NumPy archives of pictures (.npz)", looks_like_npz, [](const fs::path& path, const auto&...) { return open_npz(path); }},
      {"npy-pictures", "", looks_like_npy_pictures,
       [](const fs::path& path, const OpenOptions& options, const Context&) { return open_npy_pictures(path, options.labels); }},
      {"npy", ".npy features", is_matrix_file, open_matrix},
      {"sheets", "sheets of pictures (sheets.jsonl)", looks_like_sheets,
       [](const fs::path& path, const auto&...) { return open_sheets(path); }},

      // sets with objects come before archives: the one that such a set was unpacked from often
      // lies next to it
      {"coco", "COCO's json of boxes and outlines, with its pictures", looks_like_coco,
       [](const fs::path& path, const OpenOptions& options, const Context& context) { return open_coco(path, options.images, context); },
       [](const fs::path& path, const OpenOptions& options) { return folders_of_coco(path, options.images); }},
      {"yolo", "YOLO sets (data.yaml, or images/ and labels/)", looks_like_yolo,
       [](const fs::path& path, const OpenOptions&, const Context& context) { return open_yolo(path, context); },
       [](const fs::path& path, const OpenOptions&) { return folders_of_yolo(path); }},
      {"voc", "Pascal VOC sets (Annotations/, JPEGImages/)", looks_like_voc,
       [](const fs::path& path, const OpenOptions& options, const Context& context) {
         return open_voc(path, context, options.voc_inclusive);
       },
       [](const fs::path& path, const OpenOptions&) { return folders_of_voc(path); }},
      {"masks", "pictures with masks of classes (images/ and masks/, or as VOC, Cityscapes, ADE20K and CamVid have them)", looks_like_masks,
       [](const fs::path& path, const OpenOptions& options, const Context& context) {
         return open_masks(path, {options.colours, options.ignore}, context);
       },
       [](const fs::path& path, const OpenOptions&) { return folders_of_masks(path); }},
      {kArchive, "archives of any of these (.zip, .tar, .tar.gz, .tar.zst)", looks_like_archive, open_archive},
      {"webdataset", "WebDataset shards (.tar)", are_shards, open_shards},
      {"parquet", "Parquet files of pictures or texts (.parquet)", looks_like_parquet, open_tables},
      {"imagefolder", "folders of pictures (.jpg, .png, .webp; one folder per class, or train/ with them)", looks_like_imagefolder,
       [](const fs::path& path, const OpenOptions& options, const Context& context) {
         return open_imagefolder(path, context, options.label_field);
       }},
      {"records", "records of text (.json, .jsonl, .tsv, .csv, .txt; also packed as .gz or .zst)", looks_like_records, open_texts},
      {"webdataset", "", has_shards_below, open_shards}};
  return list;
}

std::string what_is_read() {
  std::string text;
  for (const Format& format : formats()) {
    if (!format.reads.empty()) text += (text.empty() ? "decant reads: " : ", ") + format.reads;
  }
  return text;
}

const Format* format_of(const fs::path& path) {
  const auto found = std::ranges::find_if(formats(), [&](const Format& format) { return format.fits(path); });
  return found == formats().end() ? nullptr : &*found;
}

/// "3 .parquet files, 1 .txt file and 2 folders": the most frequent first.
std::string contents_of(const fs::path& folder) {
  std::map<std::string, int64_t> counts;
  int64_t folders = 0;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (it->is_directory(code))
      ++folders;
    else
      ++counts[it->path().extension().string()];
  }
  std::vector<std::pair<int64_t, std::string>> kinds;
  for (const auto& [extension, count] : counts) kinds.emplace_back(-count, extension);
  std::sort(kinds.begin(), kinds.end());
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(kinds.size(), 3); ++i) {
    const int64_t count = -kinds[i].first;
    text += fmt::format("{}{} {} file{}", text.empty() ? "" : ", ", count, kinds[i].second.empty() ? "extensionless" : kinds[i].second,
                        count == 1 ? "" : "s");
  }
  if (folders > 0) text += fmt::format("{}{} folder{}", text.empty() ? "" : ", ", folders, folders == 1 ? "" : "s");
  return text.empty() ? "nothing" : text;
}

/// The part of a pattern or of a path that is there: where to look for the mistake.
fs::path existing_part(fs::path path) {
  while (!path.empty() && !fs::exists(path) && path != path.parent_path()) path = path.parent_path();
  return path;
}

[[noreturn]] void fail_missing(const std::string& spec) {
  const fs::path there = existing_part(fs::path(spec).parent_path());
  throw InputError({spec, "", "no such file or folder",
                    there.empty() ? "Check the path" : "'" + there.string() + "' exists and holds " + contents_of(there)});
}

bool is_run_folder(const fs::path& folder) {
  return fs::is_regular_file(folder / "run.json") && fs::is_directory(folder / "data");
}

/// Folders below that are data sets of a few files.
std::vector<fs::path> known_below(const fs::path& folder, int levels) {
  std::vector<fs::path> folders;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (it->is_directory(code)) folders.push_back(it->path());
  }
  std::ranges::sort(folders);
  std::vector<fs::path> known;
  for (const fs::path& each : folders) {
    if (looks_like_cifar(each) || looks_like_idx(each) || looks_like_packed(each) || fs::is_regular_file(each / "features.npy"))
      known.push_back(each);
    else if (levels > 1)
      std::ranges::move(known_below(each, levels - 1), std::back_inserter(known));
  }
  return known;
}

/// "Give a, which is one", or of several all.
std::string advice_on(const std::vector<fs::path>& known) {
  if (known.size() == 1) return "Give " + known[0].string() + ", which is one";
  std::string list;
  for (size_t i = 0; i < std::min<size_t>(known.size(), 5); ++i) list += (i == 0 ? "" : ", ") + known[i].string();
  return fmt::format("Give one of {}{}", list, known.size() > 5 ? fmt::format(" and {} more", known.size() - 5) : "");
}

/// Formats of a few files, of which a folder may hold several at once.
constexpr std::array<std::string_view, 6> kFewFiles = {"cifar", "idx", "svhn", "stl10", "packed", "npy"};

bool is_of_few_files(const Format& format) {
  return std::ranges::find(kFewFiles, format.name) != kFewFiles.end();
}

/// Data sets of other formats in the same folder: one is read, and nobody should think that it is
/// all.
void note_others(const fs::path& path, const Format& taken, std::vector<Oddity>& oddities) {
  if (!is_of_few_files(taken) || !fs::is_directory(path)) return;
  for (const Format& other : formats()) {
    if (other.name == taken.name || !is_of_few_files(other) || !other.fits(path)) continue;
    oddities.push_back(
        {path.string(),
         fmt::format("is read as {}; it holds {} too, which are not read. Give the folder of one of them", taken.reads, other.reads),
         true});
  }
}

[[noreturn]] void fail_unknown(const fs::path& path) {
  const bool folder = fs::is_directory(path);
  const std::vector<fs::path> below = folder ? known_below(path, 2) : std::vector<fs::path>();
  if (const auto advice = advice_for(path); advice && below.empty())
    throw InputError(
        {path.string(), "", fmt::format("{} {}, which decant does not read", folder ? "holds" : "is", advice->kind), advice->remedy});
  if (!folder) throw InputError({path.string(), "", "is not a data set that decant can read", what_is_read()});
  const std::string fault =
      fs::is_empty(path) ? "is an empty folder" : "holds " + contents_of(path) + ", but no data set that decant can read";
  throw InputError({path.string(), "", fault, below.empty() ? what_is_read() : advice_on(below)});
}

/// `text` with the folder of an unpacked copy called as its archive is.
std::string as_named(const std::string& text, const fs::path& copy, const fs::path& archive) {
  return text.starts_with(copy.string()) ? archive.string() + text.substr(copy.string().size()) : text;
}

/// What an archive unpacks to, but no further archive in it: one could be in itself.
Dataset open_archive(const fs::path& path, const OpenOptions& options, const Context& context) {
  UnpackedArchive unpacked = unpack_archive(path, context);
  try {
    const Format* const format = format_of(unpacked.folder);
    if (format == nullptr || format->name == kArchive) fail_unknown(unpacked.folder);
    Dataset dataset = format->open(unpacked.folder, options, context);
    dataset.root = path;
    for (Oddity& oddity : dataset.oddities) oddity.place = as_named(oddity.place, unpacked.folder, path);
    std::ranges::move(unpacked.oddities, std::back_inserter(dataset.oddities));
    return dataset;
  } catch (const InputError& error) {
    Fault fault = error.fault();
    fault.file = as_named(fault.file, unpacked.folder, path);
    throw InputError(std::move(fault));
  }
}

Dataset open_any(const std::string& spec, const OpenOptions& options, const Context& context) {
  if (const fs::path path = is_run_folder(spec) ? fs::path(spec) / "data" : fs::path(spec); fs::exists(path)) {
    const Format* const format = format_of(path);
    if (format == nullptr) fail_unknown(path);
    Dataset dataset = format->open(path, options, context);
    note_others(path, *format, dataset.oddities);
    return dataset;
  }
  if (is_pattern(spec) && names_npy(spec)) return open_npy_dataset(spec, options.labels);
  if (is_pattern(spec) && names_parquet(spec)) return open_tables(spec, options, context);
  if (is_pattern(spec) && names_records(spec)) return open_texts(spec, options, context);
  if (is_pattern(spec) || spec.find("://") != std::string::npos || spec.starts_with("pipe:"))
    return open_webdataset(spec, context, options.label_field);
  fail_missing(spec);
}

/// Why the row cannot be used, or nothing.
std::optional<std::string> fault_of(const Rows& rows, int64_t row, Depth depth, std::vector<std::byte>& scratch, Image& image) {
  if (std::string known = rows.known_fault(row); !known.empty()) return known;
  try {
    if (depth == Depth::full)
      rows.pictures()->decode(row, image);
    else if (const Bytes bytes = rows.bytes(row, scratch); rows.pictures()->stored_as() == PictureBytes::file)
      probe_image(bytes, rows.key(row));
  } catch (const InputError& error) {
    return error.fault().what;
  } catch (const IoError& error) {
    return error.what();
  }
  return std::nullopt;
}

bool says_soft_labels(const Dataset& dataset) {
  const auto said = dataset.training.find(kSoftLabelsOption);
  return said != dataset.training.end() && (said->second == "true" || said->second == "1");  // as flags are written
}

/// Of views where the run has a file of them, else of pictures.
void attach_labels(Dataset& dataset, const fs::path& run) {
  if (fs::exists(run / kViewLabelsFile))
    attach_view_labels(dataset, run / kViewLabelsFile);
  else
    attach_soft_labels(dataset, run / "data" / "labels.npy");
}

/// What `evaluate` tests on, unless told.
std::string default_test(const Dataset& dataset) {
  const Rows* const held_out = dataset.held_out();
  for (const auto& [split, rows] : dataset.splits) {
    if (rows.get() == held_out) return fmt::format("evaluate tests on the {} rows", name_of(split));
  }
  return "evaluate reserves training rows for testing";
}

/// Splits without labels next to labelled training rows: nothing can be tested on them.
void note_unlabelled_splits(Dataset& dataset) {
  if (!dataset.train().have_classes()) return;
  for (const auto& [split, rows] : dataset.splits) {
    if (rows->targets() != nullptr || rows->size() == 0) continue;
    dataset.oddities.push_back(
        {dataset.root.string(),
         fmt::format("the {} rows have no labels, so {}; --test names others", name_of(split), default_test(dataset)), true});
  }
}

/// The fields that a run's data were read by, where others are not asked for.
OpenOptions fields_of_run(OpenOptions options, const fs::path& record) {
  const RunRecord run = run_record_from(read_json(record), record);
  if (options.label_field.empty()) options.label_field = run.stored_field("label-field");
  if (options.text.empty()) options.text = run.option_text("text");
  if (options.image_field.empty()) options.image_field = run.stored_field("image-field");
  if (options.ignore.empty()) options.ignore = run.option_text("ignore");
  options.voc_inclusive = options.voc_inclusive || run.flag("voc-inclusive");
  options.config_name.clear();  // of the source; what is in data/ is one set
  return options;
}

void require_fields_fit(const Dataset& dataset, const OpenOptions& options, const std::string& spec) {
  const bool records = dataset.train().texts() != nullptr;
  if (!options.text.empty() && !records)
    throw InputError({spec, "", fmt::format("--text names fields of records, but this is {}", dataset.format), "Omit it"});
  constexpr std::array<std::string_view, 3> kNamedLabels = {"imagefolder", "webdataset", "parquet"};
  if (!options.label_field.empty() && !records && std::ranges::find(kNamedLabels, dataset.format) == kNamedLabels.end())
    throw InputError({spec, "",
                      fmt::format("--label-field is for pictures in files, shards, Parquet and records, but this is {}", dataset.format),
                      "Omit it"});
  if (!options.image_field.empty() && dataset.format != "parquet")
    throw InputError({spec, "", fmt::format("--image-field names a column of Parquet files, but this is {}", dataset.format), "Omit it"});
  if (!options.config_name.empty() && dataset.format != "parquet")
    throw InputError(
        {spec, "", fmt::format("--config-name chooses among sets of Parquet files, but this is {}", dataset.format), "Omit it"});
}

}  // namespace

const Format& add_format(Format format) {
  return formats().emplace_back(std::move(format));
}

Dataset open_dataset(const std::string& spec, const OpenOptions& options, const Context& context) {
  if (spec.empty()) throw UsageError("no data set given: name a folder, a file or a pattern of shards");
  const OpenOptions own = is_run_folder(spec) ? fields_of_run(options, fs::path(spec) / "run.json") : options;
  Dataset dataset = open_any(spec, own, context);
  if (is_run_folder(spec)) {
    dataset.training_file = fs::path(spec) / "run.json";
    dataset.training = training_from(read_json(dataset.training_file), dataset.training_file);
    if (says_soft_labels(dataset)) attach_labels(dataset, spec);
  }
  note_unlabelled_splits(dataset);
  require_fields_fit(dataset, options, spec);
  if (!options.images.empty() && dataset.format != "coco")
    throw InputError({spec, "", fmt::format("--images is for COCO's json, but this is {}", dataset.format), "Omit it"});
  if (options.voc_inclusive && dataset.format != "voc")
    throw InputError({spec, "", fmt::format("--voc-inclusive is for VOC's xml, but this is {}", dataset.format), "Omit it"});
  if (dataset.format != "masks" && (!options.colours.empty() || !options.ignore.empty()))
    throw InputError({spec, "", fmt::format("--colors and --ignore are for masks, but this is {}", dataset.format), "Omit them"});
  if (!options.labels.empty() && dataset.format != "npy" && dataset.format != "npy-pictures")
    throw InputError(
        {options.labels.string(), "", fmt::format("--labels is for .npy arrays, but '{}' is {}", spec, dataset.format), "Omit --labels"});
  return dataset;
}

std::vector<fs::path> folders_read(const std::string& spec, const OpenOptions& options) {
  std::error_code code;
  const fs::path path = is_run_folder(spec) ? fs::path(spec) / "data" : fs::path(spec);
  if (spec.empty() || !fs::exists(path, code)) return {};
  try {
    const Format* const format = format_of(path);
    return format == nullptr || format->folders == nullptr ? std::vector<fs::path>() : format->folders(path, options);
  } catch (const Error&) {
    return {};
  }
}

std::vector<Excluded> find_bad_rows(const Rows& rows, Depth depth, const Context& context) {
  std::vector<Excluded> bad;
  if (rows.pictures() == nullptr || rows.pictures()->stored_as() == PictureBytes::raw) {
    for (const int64_t row : rows.known_faults()) bad.push_back({row, rows.key(row), rows.known_fault(row)});
    return bad;
  }
  Stage stage(context, depth == Depth::full ? "checking pictures" : "checking headers", rows.size(), "rows");
  std::vector<std::vector<Excluded>> chunks(static_cast<size_t>((rows.size() + kCheckChunk - 1) / kCheckChunk));
  parallel_for(context, rows.size(), kCheckChunk, [&](int64_t begin, int64_t end) {
    thread_local std::vector<std::byte> scratch;
    thread_local Image image;
    for (int64_t row = begin; row < end; ++row) {
      if (auto fault = fault_of(rows, row, depth, scratch, image))
        chunks[static_cast<size_t>(begin / kCheckChunk)].push_back({row, rows.key(row), std::move(*fault)});
    }
    stage.advance(end - begin);
  });
  for (auto& chunk : chunks) std::move(chunk.begin(), chunk.end(), std::back_inserter(bad));
  return bad;
}

}  // namespace decant
