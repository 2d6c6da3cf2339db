#include "decant/formats/archive/members.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "decant/base/errors.h"
#include "decant/formats/imagefolder/picture_tree.h"
#include "decant/formats/inflate/inflate.h"
#include "decant/formats/webdataset/tar.h"
#include "decant/formats/zip/zip.h"

namespace decant::archive {
namespace {

constexpr std::array<std::string_view, 6> kEndings = {".tar.gz", ".tar.zst", ".tgz", ".tzst", ".tar", ".zip"};

/// The ending of an archive in `name`, or nothing.
std::string_view ending_of(std::string_view name) {
  const auto ends = [&](std::string_view ending) {
    return name.size() > ending.size() && std::equal(ending.begin(), ending.end(), name.end() - static_cast<std::ptrdiff_t>(ending.size()),
                                                     [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
  };
  const auto found = std::ranges::find_if(kEndings, ends);
  return found == kEndings.end() ? std::string_view() : *found;
}

std::string_view base_of(std::string_view name) {
  return name.substr(name.rfind('/') + 1);
}

/// Zips made on Windows by programs that do not know better separate folders by '\'.
std::string with_slashes(const std::string& name) {
  std::string text = name;
  if (text.find('/') == std::string::npos) std::ranges::replace(text, '\\', '/');
  return text;
}

void each_zip_file(Bytes archive, const std::string& file, const Visit& visit) {
  const std::vector<ZipMember> members = zip_members(archive, file);
  size_t total = 0;
  for (const ZipMember& member : members) total += static_cast<size_t>(member.size);
  if (total > most_unpacked(archive.size()))
    throw InputError({file, "", fmt::format("claims to unpack to {} bytes, more than {} times its size", total, kMostTimes),
                      "If you trust it, unpack it, and give the folder"});
  std::vector<std::byte> scratch;
  for (const ZipMember& member : members) {
    const std::string name = with_slashes(member.name);
    if (!is_safe_relative(name)) throw InputError({file, "member '" + name + "'", "points outside the archive", ""});
    visit(name, zip_bytes(member, file, scratch));
  }
}

}  // namespace

Kind archive_kind(Bytes file) {
  const std::string_view text = as_text(file);
  if (looks_like_zip(file)) return Kind::zip;
  if (text.starts_with("\x1f\x8b")) return Kind::gzip;
  if (text.starts_with("\x28\xb5\x2f\xfd")) return Kind::zstd;
  return text.size() > 262 && text.substr(257, 5) == "ustar" ? Kind::tar : Kind::none;
}

bool named_as_archive(std::string_view name) {
  return !ending_of(base_of(name)).empty();
}

std::string stem_of(std::string_view name) {
  const std::string_view base = base_of(name);
  return std::string(base.substr(0, base.size() - ending_of(base).size()));
}

bool is_clutter(std::string_view name) {
  return name.starts_with("__MACOSX/") || name.find("/__MACOSX/") != std::string_view::npos || base_of(name).starts_with("._");
}

void Shape::add(std::string_view name) {
  const std::string_view base = base_of(name);
  if (is_clutter(name) || base.starts_with('.')) return;
  ++files_;
  const bool picture = has_picture_ending(name);
  const std::string_view folder = name.substr(0, name.size() - base.size());
  const std::string_view key = name.substr(0, folder.size() + std::min(base.find('.'), base.size()));
  samples_ = samples_ || base.ends_with(".cls") || (files_ > 1 && key == last_key_ && picture != last_is_picture_);
  last_key_ = key;
  last_is_picture_ = picture;
  lists_ += base.ends_with(".csv") || base.ends_with(".tsv") || base.ends_with(".jsonl") ? 1 : 0;
  tars_ += ending_of(base) == ".tar" ? 1 : 0;
  if (!picture) {
    // a README.txt at the top says nothing
    if (!folder.empty() && (base.ends_with(".xml") || base.ends_with(".txt") || base.ends_with(".json"))) annotated_.emplace(folder);
    lists_ += base == "data.yaml" || base == "_annotations.coco.json" ? 1 : 0;
    return;
  }
  pictured_.emplace(folder);
  if (pictures_++ == 0) first_folder_ = folder;
  several_folders_ = several_folders_ || folder != first_folder_;
}

bool Shape::is_folder() const {
  const bool apart = std::ranges::any_of(annotated_, [&](const std::string& folder) { return !pictured_.contains(folder); });
  return !samples_ && (pictures_ == 0 || several_folders_ || lists_ > 0 || apart);
}

Shape shape_of_tar(Bytes archive, const std::string& file) {
  Shape shape;
  walk_tar(archive, file, [&](const TarMember& member) { shape.add(member.name); });
  return shape;
}

void each_file(Bytes archive, const std::string& file, const Visit& visit) {
  if (archive_kind(archive) == Kind::zip) return each_zip_file(archive, file, visit);
  walk_tar(archive, file, [&](const TarMember& member) {
    visit(member.name, archive.subspan(static_cast<size_t>(member.data), static_cast<size_t>(member.size)));
  });
}

}  // namespace decant::archive
