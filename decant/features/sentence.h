// Features of texts from a sentence encoder: a network of BERT's family from a folder
// (sentence_folder.h).
//
// A record is its turns' tokens one after another (text/wordpiece.h), cut into chunks of at most
// longest − 2, each with [CLS] before and [SEP] after it. A chunk's vector is that of its first
// token or the mean of all, as the folder says, and the record's
//
//     f = Σ_c n_c v_c / Σ_c n_c,    n_c tokens of chunk c without the two around it (at least 1); then scaled to length 1
//                                   where the folder's modules say so
//
// so that a text of one chunk has the vector that sentence-transformers gives, and a longer one is
// not cut off. No prompt ("query: ") is put before a text.
//
// What repeats: on one machine, with one libtorch, device and number of threads, the same features
// to the bit. Chunks of about one length are computed together, so what stands in the other records
// changes the last digits (1e-6 of their size).
//
// Free of libtorch; programs reach the work through SentenceEncoder.
#pragma once

#include <span>
#include <string>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/base/module.h"
#include "decant/data/rows.h"
#include "decant/features/sentence_folder.h"

namespace decant::features {

/// One row of `out` (rows.size() × folder.shape.hidden_size) for each row; those in `bad`
/// (ascending) get zeros. Holds the weights as float32, and the tokens of some 2,048 chunks. Throws
/// InputError for a tokenizer of another kind, weights that are missing or do not fit, an unknown
/// device, and what Texts::read() throws.
void sentence_features(const Rows& rows, std::span<const int64_t> bad, const SentenceFolder& folder, const std::string& device,
                       MatrixView<float> out, const Context& context);

/// For programs, through the module (base/module.h).
struct SentenceEncoder {
  static constexpr const ModuleFile& kModule = kNeuralModule;
  static constexpr const char* kSymbol = "decant_sentence_encoder_v1";

  void (*compute)(const Rows& rows, std::span<const int64_t> bad, const SentenceFolder& folder, const std::string& device,
                  MatrixView<float> out, const Context& context);
};

}  // namespace decant::features
