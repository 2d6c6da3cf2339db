// RDED: P. Sun, B. Shi, D. Yu and T. Lin, "On the diversity and realism of distilled dataset: an
// efficient dataset distillation paradigm", CVPR 2024, arXiv:2312.03526.
//
// Nothing is learnt. Of up to 300 rows of a class, drawn, five random crops each (8 to 100 % of the
// picture, square, resized to side / f); a teacher's cross entropy judges each, in the middle of an
// empty picture; the easiest of every row stands for it, and the f² · n easiest of those are the n
// pictures' cells: picture k has crops k, k + n, k + 2n, … (realism.h).
//
// Published code (github.com/LINs-lab/RDED): f is 2 for large pictures, 1 for CIFAR; 300 rows (600
// in the code); it trains on whole mosaics, cells shuffled and cropped anywhere, with the teacher
// run on every view, so that its weights belong to the set. Here each cell is a picture of its own,
// enlarged (multi_formation.cc), since networks that see mosaics alone take whole pictures for
// something else; labels are hard. Theirs are JPEGs of quality 75.
//
// Options: `factor` f, `rows`, `crops`.
//
// Cost: a forward of classes · rows · crops pictures through the teacher. Memory: a few hundred of
// them at a time.
#include <ATen/ops/cat.h>

#include "decant/base/errors.h"
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/realism.h"

namespace decant::distill {
namespace {

constexpr int kLargePictures = 64;  // from here on a quarter of a picture still says what it shows

struct MosaicOptions {
  int factor = 1;
  CropSearch search;
};

/// (classes · per_class · f², channels, side/f, side/f)
Tensor searched_cells(const Setting& setting, const FrozenTeacher& teacher, const MosaicOptions& options) {
  const int64_t each = setting.options.per_class;
  const int64_t cells = int64_t{options.factor} * options.factor;
  Stage stage(setting.context, "crops", setting.real.classes(), "classes");
  nn::Tensors all;
  for (int label = 0; label < setting.real.classes(); ++label) {
    require_rows(setting.real, label, each * cells);
    CropSearch search = options.search;
    search.rows = std::max(search.rows, each * cells);
    const std::vector<FoundCrop> found = search_crops(setting.real, teacher, label, search, setting.options.seed, setting.context);
    std::vector<FoundCrop> in_cells;
    for (int64_t k = 0; k < each; ++k) {
      for (int64_t cell = 0; cell < cells; ++cell) in_cells.push_back(found[static_cast<size_t>(k + cell * each)]);
    }
    all.push_back(crops_of(setting.real, in_cells, search.side));
    stage.advance();
  }
  return at::cat(all);
}

Parts make_rded(const Setting& setting, nn::SpecText& own) {
  const ImageSize size = setting.real.picture_size();
  MosaicOptions options{.factor = own.number("factor", size.width >= kLargePictures ? 2 : 1, 1, 16)};
  options.search = {own.number("rows", 300, 1, 1'000'000), own.number("crops", 5, 1, 1000), size.width / options.factor};
  if (options.search.side == 0)
    throw InputError({"", "factor", fmt::format("{} leaves cells without pixels", options.factor), "Give a smaller one"});
  const auto teachers = setting.teachers(/*normed=*/false);
  const Tensor cells = setting.once("cells", [&] { return searched_cells(setting, teachers->front(), options); });
  const int64_t classes = setting.real.classes();
  auto pictures =
      options.factor == 1 ? make_pixels(cells, classes) : make_formation_of_tiles(cells, classes, options.factor, size.height, size.width);
  const Tensor targets = one_hot_targets(classes, pictures->per_class()).to(setting.real.device());
  return {.synthetic = std::make_unique<Synthetic>(std::move(pictures), classes, targets), .objective = nothing_to_learn()};
}

}  // namespace

Method realistic_crops() {
  return {.facts = {"rded", "decoupled, real pictures", "nothing: crops of real pictures that a teacher finds easiest, in mosaics",
                    "Sun, Shi, Yu and Lin, CVPR 2024, arXiv:2312.03526"},
          .usual =
              [](const DistillOptions&) {
                return Usual{.training = {{"augment", "dsa"}, {"epochs", "1000"}}};
              },
          .make = make_rded};
}

}  // namespace decant::distill
