// Which real pictures, or parts of them, a teacher finds easy: what is made of real pictures alone
// begins here.
#pragma once

#include "decant/distill/torch/method.h"
#include "decant/distill/torch/resampling.h"
#include "decant/distill/torch/teachers.h"

namespace decant::distill {

/// RDED's search: of each of so many rows of a class, drawn, so many crops of 8 to 100 % of the
/// picture, resized to squares of `side`.
struct CropSearch {
  int64_t rows = 300;
  int64_t crops = 5;
  int64_t side = 0;
};

/// A row's crop.
struct FoundCrop {
  int64_t number = 0;  ///< of the row (RealRows::batch)
  CropBox box;
  double loss = 0;  ///< the teacher's cross entropy on it
};

/// The easiest crop of each row that was drawn, by falling ease. A crop is judged in the middle of
/// a picture that is otherwise the mean colour, at its own size and not enlarged. Cost: a forward
/// of rows · crops pictures.
std::vector<FoundCrop> search_crops(const RealRows& real, const FrozenTeacher& teacher, int64_t label, const CropSearch& search,
                                    uint64_t seed, const Context& context);

/// (n, channels, side, side).
Tensor crops_of(const RealRows& real, std::span<const FoundCrop> crops, int64_t side);

/// ‖p − y‖₂ of every row, p the teacher's probabilities and y its label (EL2N, of a trained
/// network): (size), on the CPU. Cost: a forward of all rows.
Tensor errors_of(const RealRows& real, const FrozenTeacher& teacher, const Context& context);

/// The `count` rows of a class with the least errors, the easiest first. Throws InputError for a
/// class with fewer rows.
std::vector<int64_t> easiest_rows(const RealRows& real, const Tensor& errors, int64_t label, int64_t count);

/// The easiest rows of every class, shrunk into the cells of stored pictures, factor² to each.
struct EasyMosaics {
  std::vector<int64_t> numbers;  ///< of the rows, in the order of the cells
  std::unique_ptr<Synthetic> pictures;
};

/// Of per_class stored pictures. Cost: a forward of all rows, once for a run. Throws what
/// easiest_rows() throws.
EasyMosaics easy_mosaics(const Setting& setting, const FrozenTeacher& teacher, int factor);

/// Logits (n, classes) of rows by their numbers, without a graph, some at a time; on the CPU.
Tensor logits_of(const RealRows& real, std::span<const int64_t> numbers, const FrozenTeacher& teacher, const Context& context);

/// Throws InputError unless the class has as many rows.
void require_rows(const RealRows& real, int64_t label, int64_t count);

/// S is what it was made of, and nothing is learnt.
std::unique_ptr<Objective> nothing_to_learn();

}  // namespace decant::distill
