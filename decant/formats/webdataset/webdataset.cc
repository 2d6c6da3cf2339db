#include "decant/formats/webdataset/webdataset.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/webdataset/shards.h"
#include "decant/formats/webdataset/tar.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kMaxLabel = (int64_t{1} << 24) - 1;
constexpr std::array<std::string_view, 4> kPictures = {"jpg", "jpeg", "png", "webp"};
constexpr std::array<const char*, 5> kLabelKeys = {"label", "cls", "class", "class_id", "target"};

struct Sample {
  int64_t begin = 0;  ///< of the first member's header; all of the sample's blocks are [begin, end)
  int64_t end = 0;
  int64_t data = 0;  ///< of the picture
  int64_t size = 0;
  uint64_t name_at = 0;  ///< in Shard::names
  uint32_t name_length = 0;
  uint32_t key_length = 0;
  int32_t label = kNoLabel;
};

/// A field of .json that is named as a label and is none.
struct OtherLabel {
  std::string text;  ///< "the field "label" of x.tar/0.json is text"
  int64_t samples = 0;
};

struct Shard {
  std::string name;
  MappedFile file;
  std::string names;  ///< of the pictures, end to end
  std::vector<Sample> samples;
  std::map<int64_t, std::string> faults;  ///< by sample
  int64_t skipped = 0;
  OtherLabel other_label;       ///< the first, and how many
  int64_t merged = 0;           ///< samples of several pictures, none of which is named plainly
  int64_t first_merged = 0;     ///< one of them
  bool only_pictures = true;    ///< no sample has any other field
  std::string first_extension;  ///< of the first sample's first file
  TarEnd end;

  std::string_view name_of(const Sample& sample) const { return std::string_view(names).substr(sample.name_at, sample.name_length); }
  std::string_view key_of(const Sample& sample) const { return name_of(sample).substr(0, sample.key_length); }
  Bytes part(int64_t at, int64_t count) const { return file.bytes().subspan(static_cast<size_t>(at), static_cast<size_t>(count)); }
};

// ---- From members to samples

/// One "__…__" part marks a member that is about the archive, not of it.
bool is_meta(std::string_view name) {
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('/'));
    if (part.size() >= 4 && part.ends_with("__") && part.substr(0, part.size() - 2).find("__") != std::string_view::npos) return true;
    name.remove_prefix(std::min(name.size(), part.size() + 1));
  }
  return false;
}

/// Where the key ends; nullopt for names without one.
std::optional<size_t> key_end(std::string_view name) {
  const size_t slash = name.rfind('/');
  const size_t first = slash == std::string_view::npos ? 0 : slash + 1;
  const size_t dot = name.find('.', first);
  if (dot == std::string_view::npos || dot == first) return std::nullopt;
  return dot;
}

struct Field {
  std::string extension;  ///< lower case
  std::string name;
  int64_t begin;
  int64_t data;
  int64_t size;
};

class ShardReader {
 public:
  ShardReader(Shard& shard, const std::string& path) : shard_(shard), path_(path) {}

  void read() {
    shard_.end = walk_tar(shard_.file.bytes(), path_, [this](const TarMember& member) { take(member); });
    finish_sample();
    require_distinct();
  }

 private:
  [[noreturn]] void fail(int64_t at, std::string_view member, std::string what, std::string remedy = "") const {
    throw InputError({path_, fmt::format("byte {}, member '{}'", at, member), std::move(what), std::move(remedy)});
  }

  void take(const TarMember& member) {
    if (is_meta(member.name)) return;
    const auto end = key_end(member.name);
    if (!end) {
      ++shard_.skipped;
      return;
    }
    if (fields_.empty() || member.name.substr(0, *end) != key_) {
      finish_sample();
      key_ = member.name.substr(0, *end);
      begin_ = member.begin;
    }
    end_ = member.end;
    std::string extension(member.name.substr(*end + 1));
    for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (const Field& field : fields_) {
      if (field.extension == extension)
        fail(member.begin, member.name, fmt::format("the sample already has a .{}, at byte {}", extension, field.begin));
    }
    fields_.push_back({std::move(extension), std::string(member.name), member.begin, member.data, member.size});
  }

  static bool is_picture(const Field& field) {
    const std::string last = field.extension.substr(field.extension.rfind('.') + 1);
    return std::find(kPictures.begin(), kPictures.end(), last) != kPictures.end();
  }

  /// What a note may be made of.
  void look_at_fields(const Field* picture) {
    const auto pictures = std::ranges::count_if(fields_, is_picture);
    shard_.only_pictures = shard_.only_pictures && pictures == std::ssize(fields_);
    if (shard_.samples.empty()) shard_.first_extension = fields_.front().extension;
    if (pictures < 2 || std::find(kPictures.begin(), kPictures.end(), picture->extension) != kPictures.end()) return;
    if (shard_.merged++ == 0) shard_.first_merged = std::ssize(shard_.samples);
  }

  void finish_sample() {
    if (fields_.empty()) return;
    const Field* picture = find_picture();
    look_at_fields(picture);
    if (picture == nullptr) shard_.faults.emplace(static_cast<int64_t>(shard_.samples.size()), no_picture());
    const Field& named = picture == nullptr ? fields_.front() : *picture;
    shard_.samples.push_back({begin_, end_, named.data, named.size, shard_.names.size(), static_cast<uint32_t>(named.name.size()),
                              static_cast<uint32_t>(key_.size()), find_label()});
    shard_.names += named.name;
    fields_.clear();
  }

  const Field* find(std::string_view extension) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.extension == extension; });
    return found == fields_.end() ? nullptr : &*found;
  }

  const Field* find_picture() const {
    for (const std::string_view extension : kPictures) {
      if (const Field* field = find(extension)) return field;
    }
    const auto other = std::ranges::find_if(fields_, is_picture);
    return other == fields_.end() ? nullptr : &*other;
  }

  std::string no_picture() const {
    std::string list;
    for (const Field& field : fields_) list += (list.empty() ? "" : ", ") + field.extension;
    return "the sample has no supported picture (its fields: " + list + ")";
  }

  int32_t find_label() const {
    if (const Field* field = find("cls")) return label_in_text(*field);
    if (const Field* field = find("json")) return label_in_json(*field);
    return kNoLabel;
  }

  int32_t label_in_text(const Field& field) const {
    std::string_view text = as_text(shard_.part(field.data, field.size));
    constexpr std::string_view kBlank(" \t\r\n\0", 5);
    const size_t first = text.find_first_not_of(kBlank);
    text = first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
    int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || code != std::errc() || end != text.data() + text.size())
      fail(field.begin, field.name, fmt::format("the label '{}' is not a whole number", text.substr(0, 40)),
           "Write class numbers into .cls");
    return checked(field, value);
  }

  int32_t label_in_json(const Field& field) const {
    const std::string_view text = as_text(shard_.part(field.data, field.size));
    const Json document = try_parse_json(text);
    if (document.is_discarded())
      fail(field.begin, field.name, "is not valid JSON",
           "Write it with json.dumps(x, allow_nan=False), or give each sample's class in a .cls (-1 for none), which replaces the .json");
    if (!document.is_object()) return kNoLabel;
    for (const char* key : kLabelKeys) {
      const auto found = document.find(key);
      if (found == document.end()) continue;
      if (!found->is_number_integer()) {  // a class by name, or several
        note_other_label(key, *found, field);
        return kNoLabel;
      }
      if (found->is_number_unsigned() && found->get<uint64_t>() > kMaxLabel) return checked(field, kMaxLabel + 1);
      return checked(field, found->get<int64_t>());
    }
    return kNoLabel;
  }

  void note_other_label(const char* key, const Json& value, const Field& field) const {
    if (value.is_null()) return;
    const char* kind = value.is_string()    ? "text"
                       : value.is_boolean() ? "true or false"
                       : value.is_number()  ? "a fractional number"
                       : value.is_array()   ? "a list"
                                            : "an object";
    if (shard_.other_label.samples++ == 0)
      shard_.other_label.text =
          fmt::format("the field \"{}\" of {} is {} ({})", key, shard_.name + "/" + field.name, kind, json_text(value).substr(0, 40));
  }

  int32_t checked(const Field& field, int64_t value) const {
    if (value < kNoLabel || value > kMaxLabel)
      fail(field.begin, field.name, fmt::format("the label is not in −1 … {}", kMaxLabel), "Number the classes from 0");
    return static_cast<int32_t>(value);
  }

  void require_distinct() const {
    std::vector<std::pair<uint64_t, size_t>> hashes;
    for (size_t i = 0; i < shard_.samples.size(); ++i) hashes.emplace_back(hash64(shard_.key_of(shard_.samples[i])), i);
    std::sort(hashes.begin(), hashes.end());
    for (size_t i = 1; i < hashes.size(); ++i) {
      if (hashes[i].first != hashes[i - 1].first) continue;
      const Sample& first = shard_.samples[hashes[i - 1].second];
      const Sample& second = shard_.samples[hashes[i].second];
      if (shard_.key_of(first) == shard_.key_of(second))
        fail(second.begin, shard_.name_of(second),
             fmt::format("the sample '{}' already exists, at byte {}", shard_.key_of(first), first.begin),
             "The files of a sample must be adjacent: write the archive sorted (tar --sort=name)");
    }
  }

  Shard& shard_;
  const std::string& path_;
  std::string key_;
  int64_t begin_ = 0;
  int64_t end_ = 0;
  std::vector<Field> fields_;
};

// ---- Rows

class WebDatasetRows final : public Rows, public Pictures, public Targets {
 public:
  WebDatasetRows(fs::path base, std::vector<Shard> shards) : base_(std::move(base)), shards_(std::move(shards)) {
    for (const Shard& shard : shards_) {
      first_.push_back(first_.back() + static_cast<int64_t>(shard.samples.size()));
      labelled_ = labelled_ || std::ranges::any_of(shard.samples, [](const Sample& sample) { return sample.label != kNoLabel; });
    }
  }

  int64_t size() const override { return first_.back(); }
  int32_t label(int64_t row) const override { return at(row).sample.label; }

  std::string key(int64_t row) const override {
    const auto [shard, sample] = at(row);
    return shard.name + "/" + std::string(shard.name_of(sample));
  }

  Bytes bytes(int64_t row, std::vector<std::byte>&) const override {
    const auto [shard, sample] = at(row);
    return shard.part(sample.data, sample.size);
  }

  void decode(int64_t row, Image& image) const override {
    const std::string name = (base_ / key(row)).string();
    decode_image(picture(row, name), name, image);
  }

  std::optional<PatchMask> mask(int64_t row) const override {
    const std::string name = (base_ / key(row)).string();
    return stored_mask(picture(row, name), name);
  }

  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override {
    const auto holds_one = [](const Shard& shard) { return shard.faults.size() < shard.samples.size(); };
    return std::ranges::any_of(shards_, holds_one) ? this : nullptr;
  }
  const Targets* targets() const override { return labelled_ ? this : nullptr; }

  std::vector<int64_t> known_faults() const override {
    std::vector<int64_t> rows;
    for (size_t i = 0; i < shards_.size(); ++i) {
      for (const auto& [sample, fault] : shards_[i].faults) rows.push_back(first_[i] + sample);
    }
    return rows;
  }

  std::string known_fault(int64_t row) const override {
    const size_t i = shard_of(row);
    const auto found = shards_[i].faults.find(row - first_[i]);
    return found == shards_[i].faults.end() ? std::string() : found->second;
  }

  int64_t stored_bytes() const override {
    int64_t sum = 0;
    for (const Shard& shard : shards_) {
      for (const Sample& sample : shard.samples) sum += sample.end - sample.begin;
    }
    return sum;
  }

  const std::vector<Shard>& shards() const { return shards_; }
  size_t shard_of(int64_t row) const {
    return static_cast<size_t>(std::upper_bound(first_.begin(), first_.end(), row) - first_.begin()) - 1;
  }
  int64_t first_row(size_t shard) const { return first_[shard]; }

 private:
  struct Place {
    const Shard& shard;
    const Sample& sample;
  };
  Place at(int64_t row) const {
    const size_t i = shard_of(row);
    return {shards_[i], shards_[i].samples[static_cast<size_t>(row - first_[i])]};
  }

  Bytes picture(int64_t row, const std::string& name) const {
    if (const std::string fault = known_fault(row); !fault.empty()) throw InputError({name, "", fault, ""});
    const auto [shard, sample] = at(row);
    return shard.part(sample.data, sample.size);
  }

  fs::path base_;
  std::vector<Shard> shards_;
  std::vector<int64_t> first_ = {0};  ///< first row of each shard, and the number of rows at the end
  bool labelled_ = false;             ///< whether any row is
};

// ---- Writing

class WebDatasetWriter final : public SubsetWriter {
 public:
  WebDatasetWriter(std::shared_ptr<const WebDatasetRows> rows, std::string classes)
      : rows_(std::move(rows)), classes_(std::move(classes)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    return write_shards(rows, folder, nullptr, context);
  }

  int64_t rewrite(std::span<const int64_t> rows, const Rows& content, const fs::path& folder, const Context& context) const override {
    return write_shards(rows, folder, &content, context);
  }

 private:
  /// `content`: where the pictures are from; null = the shards themselves.
  int64_t write_shards(std::span<const int64_t> rows, const fs::path& folder, const Rows* content, const Context& context) const {
    Stage stage(context, content == nullptr ? "copying" : "writing pictures", static_cast<int64_t>(rows.size()), "samples");
    int64_t written = 0;
    while (!rows.empty()) {
      const size_t shard = rows_->shard_of(rows.front());
      const auto last = std::lower_bound(rows.begin(), rows.end(), rows_->first_row(shard + 1));
      const auto count = static_cast<size_t>(last - rows.begin());
      written += write_shard(shard, rows.first(count), folder, content, stage);
      rows = rows.subspan(count);
    }
    if (!classes_.empty()) write_file(folder / "classes.txt", classes_);
    return written + static_cast<int64_t>(classes_.size());
  }

  int64_t write_shard(size_t number, std::span<const int64_t> rows, const fs::path& folder, const Rows* content, Stage& stage) const {
    const Shard& shard = rows_->shards()[number];
    const fs::path path = folder / shard.name;
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    if (code) throw IoError({path.string(), "", "cannot create the folder: " + code.message(), ""});
    FileWriter writer(path);
    std::vector<std::byte> scratch;
    for (const int64_t row : rows) {
      const Sample& sample = shard.samples[static_cast<size_t>(row - rows_->first_row(number))];
      if (content == nullptr)
        write_padded(writer, shard.part(sample.begin, sample.end - sample.begin));
      else
        write_with(writer, shard, sample, content->bytes(row, scratch));
      stage.advance();
    }
    writer.write(std::string(2 * kTarBlock, '\0'));
    writer.commit();
    return writer.written();
  }

  static void write_padded(FileWriter& writer, Bytes bytes) {
    writer.write(bytes);
    const auto size = std::ssize(bytes);
    writer.write(std::string(static_cast<size_t>(round_up_to_block(size) - size), '\0'));
  }

  /// The sample's members as they lie, but for the picture.
  static void write_with(FileWriter& writer, const Shard& shard, const Sample& sample, Bytes picture) {
    walk_tar(shard.part(sample.begin, sample.end - sample.begin), shard.name, [&](const TarMember& member) {
      const int64_t begin = sample.begin + member.begin;
      const int64_t data = sample.begin + member.data;
      if (data != sample.data) return write_padded(writer, shard.part(begin, sample.begin + member.end - begin));
      const auto headers = resized_headers(shard.part(begin, data - begin), std::ssize(picture));
      if (!headers)
        throw InputError({shard.name, fmt::format("member '{}'", member.name), "keeps its size in a pax header, and cannot get another",
                          "Use --to webdataset, which writes new headers"});
      writer.write(*headers);
      write_padded(writer, picture);
    });
  }

  std::shared_ptr<const WebDatasetRows> rows_;
  std::string classes_;
};

// ---- Opening

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
                      fmt::format("{}, and is not read as a class: {} sample{} without a label. Write class numbers there, or into .cls",
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

/// Archives of a data set that are no shards: class folders, or an archive for each class.
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
  else if (rows.shards().size() > 1 &&
           std::ranges::all_of(rows.shards(), [](const Shard& s) { return !s.samples.empty() && named_as_class(s); }))
    unpack(fmt::format("{} samples without labels are in {} archives, which are not read as classes", human_count(rows.size()),
                       human_count(std::ssize(rows.shards()))),
           "each archive into its own folder");
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

std::shared_ptr<const WebDatasetRows> open_split(const Shards& found, const std::vector<std::string>& names, std::vector<Oddity>& oddities,
                                                 const Context& context) {
  std::vector<Shard> shards(names.size());
  Stage stage(context, "reading shards", static_cast<int64_t>(names.size()), "shards");
  parallel_for(context, static_cast<int64_t>(names.size()), 1, [&](int64_t i, int64_t) {
    Shard& shard = shards[static_cast<size_t>(i)];
    shard.name = names[static_cast<size_t>(i)];
    const fs::path path = found.base / shard.name;
    shard.file = MappedFile(path);
    ShardReader(shard, path.string()).read();
    stage.advance();
  });
  for (const Shard& shard : shards) note_shard(shard, (found.base / shard.name).string(), oddities);
  auto rows = std::make_shared<WebDatasetRows>(found.base, std::move(shards));
  note_labels(*rows, found.base.string(), oddities);
  note_merged(*rows, found.base.string(), oddities);
  note_archives(*rows, found.base.string(), oddities);
  note_repeated_keys(*rows, found.base.string(), oddities);
  return rows;
}

std::string read_classes(const fs::path& base, Dataset& dataset) {
  const fs::path path = base / "classes.txt";
  if (!fs::is_regular_file(path)) return {};
  std::string text = read_text(path);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    dataset.classes.push_back(text.substr(at, end - at));
    if (!dataset.classes.back().empty() && dataset.classes.back().back() == '\r') dataset.classes.back().pop_back();
    at = end + 1;
  }
  return text;
}

}  // namespace

Dataset open_webdataset(const std::string& spec, const Context& context) {
  const Shards found = find_shards(spec);
  Dataset dataset{.format = "webdataset", .root = spec, .oddities = found.oddities};
  std::shared_ptr<const WebDatasetRows> train;
  for (const auto& [split, names] : found.names) {
    auto rows = open_split(found, names, dataset.oddities, context);
    if (split == Split::train) train = rows;
    dataset.splits[split] = std::move(rows);
  }
  if (train->size() == 0)
    throw InputError({spec, "", "the shards hold no samples", "Expected files such as 000017.jpg and 000017.cls next to each other"});
  dataset.writer = std::make_shared<WebDatasetWriter>(train, read_classes(found.base, dataset));
  return dataset;
}

}  // namespace decant
