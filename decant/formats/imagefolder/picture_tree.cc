#include "decant/formats/imagefolder/picture_tree.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <memory>
#include <sys/stat.h>
#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/imagefolder/python_order.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 9> kPictureEndings = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".ppm", ".pgm", ".tif", ".tiff"};
constexpr std::array<std::string_view, 6> kTexts = {".csv", ".tsv", ".jsonl", ".parquet", ".txt", ".json"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool ends_with(std::string_view name, std::string_view ending) {
  if (name.size() < ending.size()) return false;
  name.remove_prefix(name.size() - ending.size());
  return std::equal(name.begin(), name.end(), ending.begin(), [](char a, char b) { return lower(a) == b; });
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

enum class Kind { folder, file, dangling, special };

/// What os.walk takes the entry for: links are followed; what cannot be followed is a file.
Kind kind_of(DIR* folder, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return Kind::file;
    case DT_DIR:
      return Kind::folder;
    case DT_LNK:
    case DT_UNKNOWN:
      break;
    default:
      return Kind::special;
  }
  struct stat info {};
  if (::fstatat(::dirfd(folder), entry.d_name, &info, 0) != 0) return Kind::dangling;
  if (S_ISDIR(info.st_mode)) return Kind::folder;
  return S_ISREG(info.st_mode) ? Kind::file : Kind::special;
}

std::string picture_fault(Kind kind) {
  if (kind == Kind::dangling) return "is a broken link";
  if (kind == Kind::special) return "is a device or a pipe, not a file";
  return {};
}

void add_entry(Folder& folder, Kind kind, std::string_view name) {
  if (kind == Kind::folder) {
    folder.folders.emplace_back(name);
    return;
  }
  if (has_picture_ending(name)) {
    folder.pictures.push_back({std::string(name), picture_fault(kind)});
    return;
  }
  ++folder.others;
  if (std::ranges::any_of(kTexts, [&](std::string_view ending) { return name.ends_with(ending); })) folder.texts.emplace_back(name);
}

std::string join(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

/// The walk below one folder. Folders are gathered first and sorted by whole path afterwards, as
/// sorted(os.walk(…)) does.
class Walk {
 public:
  Walk(const fs::path& root, const Context& context) : root_(root), context_(context) {}

  void visit(const std::string& path) {
    context_.check_cancelled();
    Folder folder = list_folder(root_ / path);
    const Identity self{folder.device, folder.inode};
    if (std::find(ancestors_.begin(), ancestors_.end(), self) != ancestors_.end())
      throw InputError({(root_ / path).string(), "", "is a link to a folder above it, so the walk would not end", "Remove the link"});
    ancestors_.push_back(self);
    const std::vector<std::string> below = std::exchange(folder.folders, {});
    folder.texts = {};
    found_.emplace_back(path, std::move(folder));
    for (const std::string& name : below) visit(join(path, name));
    ancestors_.pop_back();
  }

  PictureList take(int32_t label) {
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return python_less(a.first, b.first); });
    PictureList list;
    for (const auto& [path, folder] : found_) {
      list.others += folder.others;
      if (folder.pictures.empty()) continue;
      list.add_folder(path, label);
      for (const Entry& entry : folder.pictures) list.add(entry);
    }
    return list;
  }

 private:
  using Identity = std::pair<uint64_t, uint64_t>;  // device, inode
  const fs::path& root_;
  const Context& context_;
  std::vector<Identity> ancestors_;
  std::vector<std::pair<std::string, Folder>> found_;
};

}  // namespace

bool has_picture_ending(std::string_view name) {
  return std::ranges::any_of(kPictureEndings, [&](std::string_view ending) { return ends_with(name, ending); });
}

Folder list_folder(const fs::path& path) {
  const std::unique_ptr<DIR, CloseFolder> stream(::opendir(path.c_str()));
  if (!stream) throw_errno(path.string(), "cannot read the folder");
  struct stat info {};
  if (::fstat(::dirfd(stream.get()), &info) != 0) throw_errno(path.string(), "cannot read the folder");
  Folder folder;
  folder.device = info.st_dev;
  folder.inode = info.st_ino;
  for (errno = 0; const dirent* entry = ::readdir(stream.get()); errno = 0) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") add_entry(folder, kind_of(stream.get(), *entry), name);
  }
  if (errno != 0) throw_errno(path.string(), "cannot read the folder");
  std::sort(folder.folders.begin(), folder.folders.end(), python_less);
  std::sort(folder.texts.begin(), folder.texts.end(), python_less);
  std::sort(folder.pictures.begin(), folder.pictures.end(), [](const Entry& a, const Entry& b) { return python_less(a.name, b.name); });
  return folder;
}

void PictureList::add_folder(std::string path, int32_t label) {
  folders_.push_back({std::move(path), label});
}

void PictureList::add(const Entry& entry) {
  if (!entry.fault.empty()) faults_.emplace(size(), entry.fault);
  folder_of_.push_back(static_cast<uint32_t>(folders_.size() - 1));
  names_ += entry.name;
  name_at_.push_back(names_.size());
}

void PictureList::append(const PictureList& other) {
  const auto first_folder = static_cast<uint32_t>(folders_.size());
  const uint64_t first_byte = names_.size();
  for (const auto& [row, fault] : other.faults_) faults_.emplace(size() + row, fault);
  folders_.insert(folders_.end(), other.folders_.begin(), other.folders_.end());
  for (const uint32_t folder : other.folder_of_) folder_of_.push_back(first_folder + folder);
  for (size_t i = 1; i < other.name_at_.size(); ++i) name_at_.push_back(first_byte + other.name_at_[i]);
  names_ += other.names_;
  others += other.others;
}

std::string PictureList::key(int64_t row) const {
  const auto i = static_cast<size_t>(row);
  return join(folders_[folder_of_[i]].path, names_.substr(name_at_[i], name_at_[i + 1] - name_at_[i]));
}

const std::string* PictureList::fault(int64_t row) const {
  const auto found = faults_.find(row);
  return found == faults_.end() ? nullptr : &found->second;
}

std::vector<int64_t> PictureList::faulty() const {
  std::vector<int64_t> rows;
  for (const auto& [row, fault] : faults_) rows.push_back(row);
  return rows;
}

bool PictureList::labelled() const {
  if (!labels_.empty()) return std::ranges::any_of(labels_, [](int32_t label) { return label >= 0; });
  return std::any_of(folders_.begin(), folders_.end(), [](const Place& place) { return place.label >= 0; });
}

PictureList list_pictures(const fs::path& root, const std::string& folder, int32_t label, const Context& context) {
  Walk walk(root, context);
  walk.visit(folder);
  return walk.take(label);
}

}  // namespace decant
