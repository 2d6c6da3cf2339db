#include "decant/formats/webdataset/webdataset.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/imagefolder/python_order.h"
#include "decant/formats/split_name.h"
#include "decant/formats/webdataset/class_file.h"
#include "decant/formats/webdataset/shard.h"
#include "decant/formats/webdataset/shards.h"
#include "decant/formats/webdataset/webdataset_rows.h"
#include "decant/formats/webdataset/webdataset_writer.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

using webdataset::Sample;
using webdataset::Shard;
using webdataset::WebDatasetRows;

void note_shard(const Shard& shard, const std::string& path, std::vector<Oddity>& oddities) {
  if (shard.samples.empty()) oddities.push_back({path, "holds no samples"});
  if (shard.skipped > 0)
    oddities.push_back({path, fmt::format("{} members have no extension, or begin with a dot, and are ignored", shard.skipped)});
  if (!shard.end.marked) oddities.push_back({path, "ends without an end-of-archive mark; samples may be missing"});
  if (shard.end.trailing > 0)
    oddities.push_back({path, fmt::format("{} bytes after the end-of-archive mark are ignored", shard.end.trailing)});
}

/// Labels that are there and not read.
void note_other_labels(const WebDatasetRows& rows, const std::string& place, std::vector<Oddity>& oddities) {
  int64_t samples = 0;
  const Shard* first = nullptr;
  for (const Shard& shard : rows.shards()) {
    samples += shard.other_label.samples;
    if (first == nullptr && samples > 0) first = &shard;
  }
  if (first == nullptr) return;
  oddities.push_back({place,
                      fmt::format("{}, and is not read as a class: {} sample{} without a label. Name another field with --label-field, or "
                                  "write classes there or into .cls",
                                  first->other_label.text, human_count(samples), samples == 1 ? " stays" : "s stay"),
                      true});
}

void note_labels(const WebDatasetRows& rows, const std::string& place, std::vector<Oddity>& oddities) {
  const auto labels = labels_of(rows);
  const auto missing = std::count(labels.begin(), labels.end(), kNoLabel);
  if (missing > 0 && missing < rows.size())
    oddities.push_back({place, fmt::format("{} of {} samples have no label", missing, rows.size())});
  if (missing > 0) note_other_labels(rows, place, oddities);
}

/// Names with a dot too many: "scene.000.jpg" and "scene.001.jpg" are one sample.
void note_merged(const WebDatasetRows& rows, const std::string& place, std::vector<Oddity>& oddities) {
  int64_t merged = 0;
  std::string first;
  for (const Shard& shard : rows.shards()) {
    if (shard.merged > 0 && merged == 0)
      first = shard.name + "/" + std::string(shard.name_of(shard.samples[static_cast<size_t>(shard.first_merged)]));
    merged += shard.merged;
  }
  if (merged == 0) return;
  oddities.push_back(
      {place,
       fmt::format("{} sample{} several pictures, of which one is read (first: {}), since a key ends at the first dot of a name. If "
                   "each picture is a sample, remove the other dots from its name",
                   human_count(merged), merged == 1 ? " holds" : "s hold", first),
       true});
}

std::string folder_of(std::string_view key) {
  const size_t slash = key.rfind('/');
  return slash == std::string_view::npos ? "" : std::string(key.substr(0, slash));
}

/// "cat" of cat.tar whose files are cat_1.jpg …, or whose name is a word: an archive for each
/// class.
bool named_as_class(const Shard& shard) {
  const std::string stem = fs::path(shard.name).stem().string();
  if (std::ranges::none_of(stem, [](char c) { return c >= '0' && c <= '9'; })) return true;
  const std::string_view key = shard.key_of(shard.samples.front());
  const std::string_view name = key.substr(key.rfind('/') + 1);
  return name.starts_with(stem + "_") || name.starts_with(stem + "-");
}

bool one_folder(const Shard& shard) {
  const std::string first = folder_of(shard.key_of(shard.samples.front()));
  return std::ranges::all_of(shard.samples, [&](const Sample& sample) { return folder_of(shard.key_of(sample)) == first; });
}

/// Archives of a data set that are no shards.
void note_archives(const WebDatasetRows& rows, const std::string& place, std::vector<Oddity>& oddities) {
  if (rows.targets() != nullptr || rows.size() == 0) return;
  const auto unpack = [&](const std::string& what, const std::string& how) {
    oddities.push_back({place, what + ". If these are classes, unpack " + how + " and give the folder that holds them", true});
  };
  if (rows.pictures() == nullptr) {
    const auto shard = std::ranges::find_if(rows.shards(), [](const Shard& s) { return !s.samples.empty(); });
    oddities.push_back(
        {place,
         fmt::format("holds no picture (the first file ends in .{}). If it is an archive of a data set, unpack it, tar -xf FILE "
                     "-C FOLDER, and give the folder",
                     shard->first_extension),
         true});
    return;
  }
  if (!std::ranges::all_of(rows.shards(), &Shard::only_pictures)) return;
  std::vector<std::string> folders;
  for (const Shard& shard : rows.shards()) {
    for (const Sample& sample : shard.samples) {
      std::string folder = folder_of(shard.key_of(sample));
      if (folders.empty() || folders.back() != folder) folders.push_back(std::move(folder));
    }
  }
  std::ranges::sort(folders);
  const auto distinct = std::ranges::unique(folders).begin() - folders.begin();
  if (distinct > 1)
    unpack(fmt::format("{} samples without labels are in {} folders (first '{}'), which are not read as classes", human_count(rows.size()),
                       human_count(distinct), folders.front()),
           "the archive, tar -xf FILE -C FOLDER,");
}

bool any_number(const std::vector<Shard>& shards) {
  return std::ranges::any_of(shards, [](const Shard& shard) {
    return std::ranges::any_of(shard.samples, [](const Sample& sample) { return sample.label != kNoLabel; });
  });
}

/// Whether there is an archive for each class: several, of pictures alone, in one folder each.
bool are_classes(const std::vector<Shard>& shards) {
  return shards.size() > 1 && std::ranges::all_of(shards, [](const Shard& shard) {
           return !shard.samples.empty() && shard.only_pictures && shard.class_names.empty() && !split_in_name(shard.name) &&
                  named_as_class(shard) && one_folder(shard);
         });
}

/// Labels the samples of each archive by its name, as a folder would, and says so. Archives of
/// other splits are of the training classes.
void label_by_archive(std::map<Split, std::vector<Shard>>& splits, Dataset& dataset, const std::string& place) {
  const std::vector<Shard>& train = splits.at(Split::train);
  if (!dataset.classes.empty() || splits.size() > 1 || any_number(train) || !are_classes(train)) return;
  for (const Shard& shard : train) dataset.classes.push_back(fs::path(shard.name).stem().string());
  std::ranges::sort(dataset.classes, python_less);
  if (std::ranges::adjacent_find(dataset.classes) != dataset.classes.end()) return dataset.classes.clear();
  for (Shard& shard : splits.at(Split::train)) {
    const auto found = std::ranges::find(dataset.classes, fs::path(shard.name).stem().string());
    for (Sample& sample : shard.samples) sample.label = static_cast<int32_t>(found - dataset.classes.begin());
  }
  dataset.oddities.push_back({place, fmt::format("{} archives of pictures without labels are read as one class each, '{}' to '{}'",
                                                 human_count(std::ssize(train)), dataset.classes.front(), dataset.classes.back())});
}

void note_repeated_keys(const WebDatasetRows& rows, const std::string& place, std::vector<Oddity>& oddities) {
  std::vector<std::pair<uint64_t, int64_t>> hashes;
  int64_t row = 0;
  for (const Shard& shard : rows.shards()) {
    for (const Sample& sample : shard.samples) hashes.emplace_back(hash64(shard.key_of(sample)), row++);
  }
  std::sort(hashes.begin(), hashes.end());
  int64_t repeated = 0;
  int64_t first = rows.size();
  for (size_t i = 1; i < hashes.size(); ++i) {
    if (hashes[i].first != hashes[i - 1].first) continue;
    ++repeated;
    first = std::min(first, hashes[i].second);
  }
  if (repeated > 0)
    oddities.push_back({place, fmt::format("{} samples share a key with a sample in an earlier shard (first '{}'); they count as different",
                                           repeated, rows.key(first))});
}

std::vector<Shard> read_shards(const Shards& found, const std::vector<std::string>& names, const std::string& label_field,
                               const Context& context) {
  std::vector<Shard> shards(names.size());
  Stage stage(context, "reading shards", static_cast<int64_t>(names.size()), "shards");
  parallel_for(context, static_cast<int64_t>(names.size()), 1, [&](int64_t i, int64_t) {
    Shard& shard = shards[static_cast<size_t>(i)];
    shard.name = names[static_cast<size_t>(i)];
    webdataset::read_shard(shard, (found.base / shard.name).string(), label_field);
    stage.advance();
  });
  return shards;
}

/// The names of classes in the shards' .json, each once.
std::vector<std::string> class_names_in(const std::vector<Shard>& shards) {
  std::set<std::string> names;
  for (const Shard& shard : shards) {
    for (const auto& [sample, name] : shard.class_names) names.insert(name);
  }
  return {names.begin(), names.end()};
}

/// Gives labels that are names their numbers: the lines of classes.txt, else the sorted names of
/// the training shards. Says what stays unlabelled.
void number_names(std::map<Split, std::vector<Shard>>& splits, Dataset& dataset, const std::string& place) {
  std::vector<std::string> names = class_names_in(splits.at(Split::train));
  if (names.empty()) return;
  if (dataset.classes.empty() && any_number(splits.at(Split::train))) {
    dataset.oddities.push_back(
        {place, fmt::format("some labels are numbers and others are names (such as '{}'), which stay unlabelled", names.front()), true});
    return;
  }
  if (dataset.classes.empty()) {
    std::ranges::sort(names, python_less);
    dataset.classes = std::move(names);
  }
  std::map<std::string, int32_t> numbers;
  for (size_t i = 0; i < dataset.classes.size(); ++i) numbers.emplace(dataset.classes[i], static_cast<int32_t>(i));
  int64_t strange = 0;
  for (auto& [split, shards] : splits) {
    for (Shard& shard : shards) {
      for (const auto& [sample, name] : shard.class_names) {
        const auto found = numbers.find(name);
        strange += found == numbers.end() ? 1 : 0;
        if (found != numbers.end()) shard.samples[static_cast<size_t>(sample)].label = found->second;
      }
    }
  }
  if (strange > 0)
    dataset.oddities.push_back(
        {place,
         fmt::format("{} samples are of classes that neither the training shards nor classes.txt name, and count as unlabelled",
                     human_count(strange)),
         true});
}

std::shared_ptr<const WebDatasetRows> make_rows(const Shards& found, std::vector<Shard> shards, std::vector<Oddity>& oddities) {
  for (const Shard& shard : shards) note_shard(shard, (found.base / shard.name).string(), oddities);
  auto rows = std::make_shared<WebDatasetRows>(found.base, std::move(shards));
  note_labels(*rows, found.base.string(), oddities);
  note_merged(*rows, found.base.string(), oddities);
  note_archives(*rows, found.base.string(), oddities);
  note_repeated_keys(*rows, found.base.string(), oddities);
  return rows;
}

}  // namespace

Dataset open_webdataset(const std::string& spec, const Context& context, const std::string& label_field) {
  const Shards found = find_shards(spec);
  Dataset dataset{.format = "webdataset", .root = spec, .oddities = found.oddities};
  std::map<Split, std::vector<Shard>> splits;
  for (const auto& [split, names] : found.names) splits[split] = read_shards(found, names, label_field, context);
  webdataset::ClassFile classes = webdataset::read_class_file(found.base, dataset.classes);
  number_names(splits, dataset, found.base.string());
  label_by_archive(splits, dataset, found.base.string());
  std::shared_ptr<const WebDatasetRows> train;
  for (auto& [split, shards] : splits) {
    auto rows = make_rows(found, std::move(shards), dataset.oddities);
    if (split == Split::train) train = rows;
    dataset.splits[split] = std::move(rows);
  }
  if (train->size() == 0)
    throw InputError({spec, "", "the shards hold no samples", "Expected files such as 000017.jpg and 000017.cls next to each other"});
  dataset.writer = webdataset::make_writer(train, std::move(classes));
  return dataset;
}

}  // namespace decant
