// Which folders of a set of pictures are its splits, by the names that people give them.
//
// A name means a split as meant_split() reads it, in any case: train, Training, train2017; val,
// valid, dev, eval; test, testing. A set of vehicles may have a class "train", so names alone do
// not decide. Folders are splits when one means training rows and
//
//   all others mean splits, or hold no pictures            train2017/, val2017/, annotations/
//   or another means rows to test on                       train/, test/, extra/
//   or it is called just "train" and has folders itself    train/cat/, backup/
//
// Of two folders for one split, that with the plain name counts (train, val, valid, validation,
// test), else the first.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/formats/imagefolder/picture_tree.h"

namespace decant {

/// The folder of each split, a training split among them; empty where no folder is read as a split.
/// `top`: what `root` holds. Reads further folders only where names leave it open.
std::map<Split, std::string> split_layout(const std::filesystem::path& root, const Folder& top);

/// Whether all folders mean splits and none of them training rows.
bool only_held_out(const Folder& top);

/// Whether there is a picture in the folder or at most `levels` below. Stops at the first; a folder
/// that cannot be read has none.
bool holds_pictures(const std::filesystem::path& path, int levels);

/// Folders that are read as splits though they are not called so plainly.
void note_read_as_splits(const std::filesystem::path& root, const std::map<Split, std::string>& folders, std::vector<Oddity>& oddities);

}  // namespace decant
