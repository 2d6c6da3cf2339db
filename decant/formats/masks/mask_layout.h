// Where the pictures of a set and the masks of their classes are.
//
//   JPEGImages/x.jpg, SegmentationClass/x.png, ImageSets/Segmentation/train.txt           VOC
//   leftImg8bit/train/CITY/x_leftImg8bit.png, gtFine/train/CITY/x_gtFine_labelIds.png, …  Cityscapes
//   images/training/x.jpg, annotations/training/x.png                                     ADE20K
//   training/images/x.jpg, training/labels/x.png, training/instances/x.png                Vistas
//   train/x.png, trainannot/x.png                                                         CamVid (SegNet)
//   701_StillsRaw_full/x.png, LabeledApproved_full/x_L.png                                CamVid (original)
//   x.jpg, x.png                                                                          COCO-Stuff
//   images/x.jpg, masks/x.png                                                             any
//
// The last may have a folder per split, above or below these two, and call the second masks, mask,
// labels, annotations or gt. A mask has its picture's name, or that with _mask, _L, _seg, _label or
// _gt behind it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant::masks {

enum class MaskLayoutKind { voc, cityscapes, ade20k, vistas, camvid, camvid_colours, same_folder, plain };
const char* name_of(MaskLayoutKind kind);

struct MaskFolders {
  std::string pictures;  ///< relative to the root; "" = the root itself
  std::string masks;
  std::string list;  ///< of names; empty = every picture
};

struct MaskLayout {
  std::filesystem::path root;
  MaskLayoutKind kind = MaskLayoutKind::plain;
  std::map<Split, MaskFolders> splits;  ///< holds train
};

/// `path`: a folder; of a VOC set also its SegmentationClass/. Nothing where it holds no pictures
/// with masks. Reads listings, and the starts of a few files.
std::optional<MaskLayout> find_masks(const std::filesystem::path& path);

struct MaskRow {
  std::string picture;  ///< relative to the root
  std::string mask;
  std::vector<std::string> others;  ///< files that go with it: instances, polygons
  std::string fault;
  uint32_t largest = 0;  ///< MaskContent::largest, once it is read
  bool shown = false;    ///< the mask lies as the picture is shown, turned by its EXIF, and not as it is stored
};

/// What the values of a mask of Cityscapes are: numbers for training, or the ids of its classes.
inline constexpr std::string_view kTrainIds = "_labelTrainIds";
inline constexpr std::string_view kLabelIds = "_labelIds";

/// The rows of a split: by the lines of its list, else by the pictures' names. Notes masks that
/// belong to no picture. `kind`: of Cityscapes' masks, kTrainIds or kLabelIds alone; empty = the
/// former, and the latter for pictures without one.
std::vector<MaskRow> list_mask_rows(const MaskLayout& layout, const MaskFolders& folders, std::string_view kind, const Context& context,
                                    std::vector<Oddity>& oddities);

}  // namespace decant::masks
