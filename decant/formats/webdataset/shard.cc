#include "decant/formats/webdataset/shard.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/formats/labels/class_text.h"
#include "decant/formats/labels/json_fields.h"

namespace decant::webdataset {
namespace {

constexpr int64_t kMaxLabel = (int64_t{1} << 24) - 1;
constexpr std::array<std::string_view, 12> kPictures = {"jpg",  "jpeg", "png", "webp", "bmp", "tif",
                                                        "tiff", "ppm",  "pgm", "pbm",  "gif", "avif"};

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
  ShardReader(Shard& shard, const std::string& path, const std::string& label_field) : shard_(shard), path_(path) {
    if (is_label_file(label_field))
      wanted_file_ = label_field;
    else if (!label_field.empty())
      json_names_ = {label_field};
    by_field_ = !json_names_.empty();
    if (!by_field_) json_names_ = {"label", "cls", "class", "class_id", "target"};
  }

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

  static bool is_label_file(std::string_view extension) {
    return extension == "cls" || extension == "json" || extension.ends_with(".cls") || extension.ends_with(".json");
  }

  /// Where the sample keeps its label: cls, json, else the first that ends so ("a.cls").
  const Field* label_file() const {
    if (!wanted_file_.empty()) return find(wanted_file_);
    if (const Field* field = by_field_ ? nullptr : find("cls")) return field;
    if (const Field* field = find("json")) return field;
    for (const char* ending : {".cls", ".json"}) {
      const auto found = std::ranges::find_if(fields_, [&](const Field& field) { return field.extension.ends_with(ending); });
      if (found != fields_.end() && !(by_field_ && std::string_view(ending) == ".cls")) return &*found;
    }
    return nullptr;
  }

  int32_t find_label() {
    const Field* const field = label_file();
    if (field == nullptr) return kNoLabel;
    return field->extension == "cls" || field->extension.ends_with(".cls") ? label_in_text(*field) : label_in_json(*field);
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

  int32_t label_in_json(const Field& field) {
    const auto found = labels::json_fields(as_text(shard_.part(field.data, field.size)), json_names_);
    if (!found) return without_fields(field);
    const auto there =
        std::ranges::find_if(*found, [](const labels::JsonField& each) { return each.kind != labels::JsonField::Kind::missing; });
    if (there == found->end()) return kNoLabel;
    const std::string& name = json_names_[static_cast<size_t>(there - found->begin())];
    const auto text = labels::label_text(*there);
    if (!text) {
      note_other_label(name, *there, field);
      return kNoLabel;
    }
    if (text->empty()) return kNoLabel;
    if (const auto number = labels::whole_number(*text)) return checked(field, *number);
    shard_.class_names.emplace(std::ssize(shard_.samples), *text);
    return kNoLabel;
  }

  /// Of what is no JSON object: a list or a number is data of another kind, anything else an error.
  int32_t without_fields(const Field& field) const {
    const std::string wrapped = "{\"x\":" + std::string(as_text(shard_.part(field.data, field.size))) + "}";
    if (!labels::json_fields(wrapped, {}))
      fail(field.begin, field.name, "is not valid JSON",
           "Write it with json.dumps(), or give each sample's class in a .cls (-1 for none), which replaces the .json");
    return kNoLabel;
  }

  void note_other_label(const std::string& key, const labels::JsonField& value, const Field& field) {
    const char* const kind = value.kind == labels::JsonField::Kind::number ? "a fractional number" : labels::kind_name(value.kind);
    if (shard_.other_label.samples++ == 0)
      shard_.other_label.text =
          fmt::format("the field \"{}\" of {} is {} ({})", key, shard_.name + "/" + field.name, kind, value.text.substr(0, 40));
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
  std::string wanted_file_;              ///< the only field that labels are in; empty = the usual ones
  std::vector<std::string> json_names_;  ///< of labels in .json, most likely first
  bool by_field_ = false;                ///< and the user named it
  std::string key_;
  int64_t begin_ = 0;
  int64_t end_ = 0;
  std::vector<Field> fields_;
};

}  // namespace

void read_shard(Shard& shard, const std::string& path, const std::string& label_field) {
  shard.file = MappedFile(path);
  ShardReader(shard, path, label_field).read();
}

}  // namespace decant::webdataset
