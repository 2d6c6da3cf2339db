// What a path is, and which of its rows can be used.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/data/excluded.h"

namespace decant {

struct OpenOptions {
  std::filesystem::path labels = {};  ///< .npy of labels, all in one file, for .npy features
  std::string text = {};              ///< of records, the fields that are texts, between commas
  /// What labels are called: a field of records, a column of a list next to pictures or of Parquet
  /// files, a field of .json in shards; empty = by the content.
  std::string label_field = {};
  std::filesystem::path images = {};   ///< of COCO's json: the folder of its pictures; empty = found next to it
  std::filesystem::path colours = {};  ///< of masks of colours: a table of what each means
  std::string ignore = {};             ///< of masks: values between commas that count nowhere
  bool voc_inclusive = false;          ///< of VOC's xml: minima are counted from 1, as VOC's own are
  std::string image_field = {};        ///< of Parquet files, the column of pictures; empty = by the content
  std::string config_name = {};        ///< of a folder of Parquet files, which of its README.md's configurations; empty = the default
};

/// A format: how its files are recognised, and its reader.
struct Format {
  std::string name;
  std::string reads;  ///< what its files are, for the message that nothing was recognised; may be empty
  std::function<bool(const std::filesystem::path& path)> fits;  ///< a file or folder that exists
  std::function<Dataset(const std::filesystem::path& path, const OpenOptions& options, const Context& context)> open;
  /// The folders that rows of such a set are read from, where these may lie outside of `path`; null
  /// = all is in `path`. Called for a path that fits. May throw InputError or IoError.
  std::function<std::vector<std::filesystem::path>(const std::filesystem::path& path, const OpenOptions& options)> folders = nullptr;
};

/// Adds a format of the caller's, which is asked after those that are known. Nothing guards the
/// list against threads.
const Format& add_format(Format format);

/// Recognises what `spec` names, by looking for, in this order:
///
///   a file       features.npy, x.tar, x.packed, x.parquet, COCO's json, YOLO's data.yaml, a list in
///                VOC's ImageSets/, records (x.json, x.jsonl, x.tsv, x.csv; also .gz, .zst), an
///                archive of a data set (archive/archive.h)
///   a pattern    'x-{000..127}.tar', 'dir/*.tar', 'x-{000..127}.npy', 'x-{00..15}.jsonl', 'train-*.parquet'
///   a folder     of a decant run (run.json and data/: its data/ is opened, with the `training` of
///                run.json, and where that says so the soft labels in data/labels.npy), of CIFAR
///                batches, of IDX files, with train.packed, with features.npy (and labels.npy),
///                with COCO's json, with data.yaml or images/ and labels/ of YOLO, with VOC's xml, with
///                masks of its pictures, with an archive, with *.tar shards, with Parquet files, with
///                pictures, with files of records
///
/// and opens it. Throws InputError: nothing of this was found (the message tells what is there
/// instead), or what the format's reader throws.
Dataset open_dataset(const std::string& spec, const OpenOptions& options, const Context& context);

/// The folders, other than `spec` itself, that its rows are read from: those that a data.yaml, a
/// list or a json names, and those of annotations. What is written into one of them could be a row
/// of the set when it is read again. Empty for what cannot be opened, which opening says. Reads
/// listings and short files, and of a json its first images; no row.
std::vector<std::filesystem::path> folders_read(const std::string& spec, const OpenOptions& options);

enum class Depth {
  headers,  ///< the picture's header must make sense: about 5 µs per row once the file is read
  full      ///< the picture must decode to its last row: about 1 ms for 224 × 224
};

/// Every row that cannot be used, ascending, with the reason: known faults, files that cannot be
/// opened, pictures that cannot be decoded. Of raw pixels, which cannot fail, and of rows without
/// pictures, known faults alone are listed, and no row is visited. All threads.
std::vector<Excluded> find_bad_rows(const Rows& rows, Depth depth, const Context& context);

}  // namespace decant
