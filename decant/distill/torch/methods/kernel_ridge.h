// What the methods share that ask how well the synthetic set predicts real rows by kernel ridge
// regression (ridge.h).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "decant/distill/torch/method.h"
#include "decant/distill/torch/ridge.h"

namespace decant::distill {

/// Pixels with labels centred and divided by `scale`, learnt where the options ask for soft ones:
/// at `label_rate` times the rate of the pictures.
std::unique_ptr<Synthetic> centred_pixels(const Setting& setting, double label_rate, double scale = 1, std::vector<Learnt> extra = {});

/// Adam under a cosine, and learnt labels. A network is trained on such a set by the squared error
/// on the labels as they are, by Adam at the rate of FRePo's published evaluation: the heavy ball
/// of other sets, at a rate of 0.01, can diverge on wide networks and on those without a norm.
Usual usual_regression(int64_t steps, double rate, int real_batch);

/// Half the squared distance of the two, the mean over rows. (n, classes) each.
Tensor half_squared_error(const Tensor& predictions, const Tensor& labels);

/// The prediction K_ts α for every row of K_ts, in float64 whatever the type of `cross`. `cross`:
/// (m, n); `own`: K_ss (n, n); `labels`: (n, classes).
Tensor ridge_prediction(const Tensor& cross, const Tensor& own, const Tensor& labels, double ridge);

/// share_right() of predictions for the rows, at most `most` of them, evenly spaced.
double share_right_of(const RealRows& rows, int64_t most, const std::function<Tensor(const Tensor& pictures)>& predict);

/// (n, networks · width): the embeddings by each network, one after another, divided by the root of
/// their number. Their products are then the mean over networks of the kernels of their last layers
/// at random weights of deviation 1.
Tensor random_features(const Step& step, const std::vector<nn::State>& networks, const Tensor& pictures);
/// The same without a graph, some pictures at a time (real_passes.h).
Tensor real_features(const Step& step, const std::vector<nn::State>& networks, const Tensor& pictures);

/// The kernel σ_w² a·b + σ_b² of features, σ_w² = 2, σ_b² = 0.01, as float64.
Tensor feature_kernel(const Tensor& a, const Tensor& b);

}  // namespace decant::distill
