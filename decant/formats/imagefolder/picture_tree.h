// Listing pictures below a folder in torchvision's order. See imagefolder.h for the rules.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/file.h"

namespace decant {

/// Whether torchvision lists a file of that name among the pictures: by its ending, in any case.
bool has_picture_ending(std::string_view name);

struct Entry {
  std::string name;
  std::string fault;  ///< why the file can never be read; empty for most
};

/// What one folder holds: all lists in Python's order.
struct Folder {
  std::vector<std::string> folders;
  std::vector<Entry> pictures;
  std::vector<std::string> texts;  ///< files that are no pictures and end as tables and texts do, which may list labels
  int64_t others = 0;              ///< files that are no pictures, `texts` among them
  uint64_t device = 0;
  uint64_t inode = 0;
};

/// One readdir; only links and unknown types are looked at more closely. Throws IoError.
Folder list_folder(const std::filesystem::path& path);

/// The pictures of a split, names stored once and end to end.
class PictureList {
 public:
  void add_folder(std::string path,
                  int32_t label);  ///< those that follow are in it; `path` is relative to the root, or empty
  void add(const Entry& entry);
  void append(const PictureList& other);

  int64_t size() const { return static_cast<int64_t>(folder_of_.size()); }
  std::string key(int64_t row) const;
  /// Labels that are no folders' replace those that are: one per row.
  void set_labels(std::vector<int32_t> labels) { labels_ = std::move(labels); }
  int32_t label(int64_t row) const {
    return labels_.empty() ? folders_[folder_of_[static_cast<size_t>(row)]].label : labels_[static_cast<size_t>(row)];
  }
  const std::string* fault(int64_t row) const;
  std::vector<int64_t> faulty() const;  ///< ascending
  bool labelled() const;                ///< whether any row has a label
  int64_t others = 0;                   ///< files that are no pictures

 private:
  struct Place {
    std::string path;
    int32_t label;
  };
  std::vector<Place> folders_;
  std::vector<uint32_t> folder_of_;      ///< by row
  std::vector<uint64_t> name_at_ = {0};  ///< row i's name is names_[name_at_[i], name_at_[i + 1])
  std::string names_;
  std::map<int64_t, std::string> faults_;
  std::vector<int32_t> labels_;  ///< of every row; empty = their folders'
};

/// All pictures at and below root / folder (relative path, or empty), labelled `label`. Throws
/// InputError when links form a circle.
PictureList list_pictures(const std::filesystem::path& root, const std::string& folder, int32_t label, const Context& context);

}  // namespace decant
