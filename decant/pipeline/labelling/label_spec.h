// What --teach says a small set teaches, and what labels of views may cost.
//
//     hard                           each row its class
//     soft:views=30,bits=4,top=10    what a teacher says of 30 views of each row: its 10 likeliest
//                                    classes, with logits of 4 bits
//     soft:views=30,resized-crop=0.35   of views that are resized crops, of at least so much of the area
//     300kB                          as many views as fit
//
// In the name of an arm or a compressor, where commas separate sets, ':' stands for ',':
// random+labels=soft:views=30:bits=4.
//
// A budget buys views first, and gives up precision last: one view more says what no bit can, while
// what four bits lose of a logit was not seen to matter (docs/evidence.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/formats/soft_labels/view_file.h"

namespace decant {

struct LabelSpec {
  bool soft = false;
  int64_t views = 0;  ///< 0 = not said
  int bits = 0;
  int64_t top = 0;
  int64_t bytes = 0;        ///< of the file, at most; 0 = no matter
  double resized_crop = 0;  ///< > 0: how views are cut (data/cuts.h); else as the training that they are for does
};

/// `said`: who says it, for messages: "--teach". Throws UsageError for what is none of the above
/// and for numbers out of range.
LabelSpec label_spec_from(const std::string& text, const std::string& said);

/// Who is to speak, as the labels' file says it, in bytes that a budget holds as well.
struct Speaker {
  std::string words;   ///< ViewLabelsHeader::teacher
  std::string digest;  ///< ViewLabelsHeader::teacher_digest
};

/// The labels that `spec` asks for, empty: of `rows` rows, cut as `recipe` says but for the number
/// of views. Throws InputError for more classes than there are, and for a budget that holds no
/// view. REQUIRES: spec.soft.
StoredViewLabels empty_labels(const LabelSpec& spec, int64_t rows, ViewRecipe recipe, std::vector<std::string> class_names,
                              const std::string& said, Speaker teacher = {});

}  // namespace decant
