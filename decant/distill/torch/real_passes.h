// Real rows through a network, in parts, so that memory does not grow with the batch.
#pragma once

#include "decant/distill/torch/objective.h"

namespace decant::distill {

/// The batch class by class, sharing its memory; whole where a norm looks across pictures.
/// REQUIRES: classes stand in order.
std::vector<RealBatch> classes_of(const RealBatch& batch, const nn::Module& network);

/// (rows, width): what the last linear map sees of every row, without a graph. Some at a time,
/// which keeps maps in the processor's cache; with batch norm all at once, as its statistics are
/// theirs. `training` as in nn::Pass.
Tensor real_embeddings(const Step& step, const nn::State& state, const Tensor& pictures, bool training);

/// (classes, …): the mean of each class, whose members stand together.
Tensor class_means(const Tensor& values, int64_t classes);

}  // namespace decant::distill
