// WebDataset: tar shards in which the files of one sample stand next to each other and share a name
// up to the first dot.
//
//   train/000017.jpg        key "train/000017", fields jpg and cls
//   train/000017.cls
//
// A row is a sample; rows follow the shards, and in a shard the archive. Names are read as the
// webdataset package reads them: the key ends at the first dot of the last part of the path, fields
// are lower-cased, "__…__" members are skipped. Files whose names begin with a dot (macOS's
// "._x.jpg") or have no extension are skipped and counted in an Oddity.
//
//   picture   the field jpg, jpeg, png, webp, bmp, tif, tiff, ppm, pgm, pbm, gif or avif, the first that is there; else the first
//             whose last part is one of them ("left.png"). A sample without any keeps its row and
//             has a known_fault().
//   label     the field cls: a whole number in text; −1 is none. Else json, else the first field
//             that ends in .cls, else in .json. In JSON, as Python reads it: "label", "cls",
//             "class", "class_id" or "target", the first that is there; a whole number (also 3.0 and
//             "3"; true is 1), or a name. `label_field` names another: "a.b" is a field of the JSON,
//             "second.cls" or "meta.json" a field of the sample. A label below −1 or above 2^24 − 1
//             is an InputError.
//   classes   the names in classes.txt (or classes.json, class_file.h) next to the shards, if there
//             is one; else, where labels are names, those of the training shards in sorted order.
//
// An archive for each class, as ImageNet's training pictures come, are labelled rows: there are
// several, all of pictures without other fields, in one folder each, and called by words (cat.tar)
// or by what their pictures' names begin with (n01440764.tar of n01440764_18.JPEG). The class is
// the archive's name without .tar, in sorted order; an Oddity says so.
//
// Oddities that warn: labels in .json that are lists or fractions, or numbers here and names there;
// several pictures in one sample; and archives of class folders, where no sample has a label.
//
// key() is "shard.tar/member.jpg"; the shard by its path below the folder that all shards share.
// The same sample key twice in a shard is an InputError: the webdataset package would raise, or
// make two samples of what was written as one. Twice in different shards is an Oddity: many writers
// count from 0 in every shard, and rows are distinguished by the shard's name.
//
// Shards are memory-mapped, so they must not be changed or cut while open. bytes() copies nothing.
// Opening reads every header once, all shards at the same time: about 2 µs per member when the file
// is in memory.
//
// The writer copies the kept samples' blocks (headers, pax headers, data, padding) as they lie
// there into shards of the same names, and ends each with two zero blocks. Shards with no kept
// sample are not written.
#pragma once

#include <string>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant {

/// `spec`: see shards.h. `label_field`: see above, or empty. Throws InputError (naming shard, byte
/// and member) and IoError.
Dataset open_webdataset(const std::string& spec, const Context& context, const std::string& label_field = {});

}  // namespace decant
