// ImageFolder: one folder of pictures per class, as torchvision.datasets.ImageFolder reads it.
//
//   root/train/<class>/…   with root/val and root/test next to it: splits (split_layout.h)
//   root/<class>/…         training pictures only
//   root/*.jpg             a flat folder: no labels
//
// ROW ORDER is torchvision's, to the row: classes = names of all sub-folders (symbolic links to
// folders and hidden ones too) sorted as Python sorts them (python_order.h); in each class
// sorted(os.walk(class, followlinks=True)), that is by the whole path of the folder, then by file
// name; names that end in one of torchvision's extensions, in upper or lower case. So row i here is
// sample i of ImageFolder(root/train), and `Subset(ImageFolder(...), indices)` picks what was
// picked. "2.png" comes after "10.png", "a-b/" between "a/" and "a/c/".
//
// Some files that torchvision lists cannot be read here (PPM, PGM, BMP, TIFF) or at all (dangling
// links, pipes). They keep their row, so that no number moves, and known_fault() says why. Files
// with other extensions are counted in one Oddity. A class without pictures is an Oddity;
// torchvision raises an error there. The labels of other splits are the training classes by name; a
// class that is not among them is an Oddity and its rows have kNoLabel.
//
// Pictures that no folder labels are labelled by a list next to them (split_lists.h).
//
// What folders seem to mean and are not read as (Test/ as a class, labels in a CSV file)
// is an Oddity that warns: layout_notes.h.
//
// key() is the path below root, bytes as they are ("train/cat/1.jpg"): root / key opens the file.
//
// The writer copies the kept files to the same relative paths, byte for byte, whatever a link
// pointed at. A class none of whose pictures are kept gets no folder (torchvision refuses empty
// ones), so the classes after it move up by one in the small set: numbers follow the names that are
// there. Of a list of labels, and of metadata.jsonl, .csv and .parquet, the lines of kept pictures
// are written next to them. A file whose size changed since it was first measured is an IoError.
//
// Cost: one readdir per folder and a sort; no file is opened or measured until asked. 50,000
// pictures take about 0.1 s.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant {

/// Opens any of the three layouts. `label_field`: of a list next to the pictures, which then labels
/// them whatever their folders are called. Throws InputError when there is no picture, when a
/// training split is missing, when folders link in a circle; IoError when a folder cannot be read.
Dataset open_imagefolder(const std::filesystem::path& root, const Context& context, const std::string& label_field = {});

/// Whether there is a picture at the top or at most four levels down. Stops at the first.
bool looks_like_imagefolder(const std::filesystem::path& root);

}  // namespace decant
