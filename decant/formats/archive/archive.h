// Archives of a data set: .zip, .tar, .tar.gz, .tgz, .tar.zst, .tzst. What is read is the folder
// that they unpack to, so every format may be in one, and rows have the order and the keys that
// they have in the folder unpacked by hand.
//
// RANDOM ACCESS. A packed stream gives its last picture after all others, and training asks for
// pictures in any order, so an archive is unpacked once, into the cache folder (base/cache.h),
// under a key of its path, size and time of change; later runs open what lies there. Memory does
// not grow with the archive. Shards of a WebDataset, plain .tar files, are read where they lie
// instead, and so is one plain .tar for each class (webdataset/webdataset.h).
//
// What an archive holds decides, not its name:
//
//   .tar                     is unpacked when it has pictures in two folders or more, or a list next to
//                            them (.csv, .tsv, .jsonl), or none at all (CIFAR's files, a .tar for each
//                            class); else it is a shard
//   .tar of .tar files       each is unpacked into a folder of its name: a class
//   one folder at the top    is stepped into, unless it is a split or a class itself
//   a folder                 with one such archive and no folder; or with one for each split, which
//                            is named so (ILSVRC2012_img_train.tar, …_val.tar)
//
// Refused by name: members that would leave the folder, members over one another (zip.h), an
// archive that unpacks to more than most_unpacked() of its size, compressed shards. Links, devices
// and what macOS adds (__MACOSX, ._name) are left out, and counted in a note.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/file.h"
#include "decant/data/dataset.h"

namespace decant {

/// Whether open_dataset() is to look into the archive at `path`, or into the one or those in this
/// folder. Reads the headers of plain .tar files. Throws InputError for a damaged one.
bool looks_like_archive(const std::filesystem::path& path);

struct UnpackedArchive {
  std::filesystem::path folder;  ///< the data set, in the cache
  std::vector<Oddity> oddities;
};

/// Unpacks it, unless that was done. Throws InputError: what it refuses; IoError. Stops with
/// Cancelled. Cost: one pass over the archive, and the disk that its files take (while a compressed
/// .tar is being unpacked, twice that).
UnpackedArchive unpack_archive(const std::filesystem::path& path, const Context& context);

namespace archive {

/// Unpacks an archive in memory into `folder`, which is empty. `file` is for messages. Returns what
/// was left out, as notes.
std::vector<std::string> unpack_into(Bytes archive, const std::string& file, const std::filesystem::path& folder, const Context& context);

/// The folder that is the data set: `folder`, or the only one in it, as above. `in_split`: `folder`
/// is a split's, so that a folder named as one is no other.
std::filesystem::path step_into(std::filesystem::path folder, bool in_split = false);

}  // namespace archive
}  // namespace decant
