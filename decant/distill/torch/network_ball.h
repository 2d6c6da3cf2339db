// Networks near one that is there already: where a step draws its networks when the set is to teach
// that one further, as in rounds of federated learning (Y. Xiong et al., "FedDM", CVPR 2023,
// arXiv:2207.09653).
//
//     θ = θ₀ + δ · min(1, radius / ‖δ‖),   δ ~ N(0, I)
//
// the norm over all parameters together, so that networks of more parameters than radius² lie on
// the surface of the ball.
#pragma once

#include "decant/base/random.h"
#include "decant/distill/distill.h"
#include "decant/nn/network.h"

namespace decant::distill {

struct NetworkBall {
  nn::State centre;
  double radius = 0;
};

/// Around the job's network, on `device`. `network`: made for the job's pictures and classes; where
/// these are some of the centre's classes, of the last linear map their rows are taken. Throws
/// InputError for a centre of another network, with other weights than it has, and for a radius or
/// a weight that is no finite number.
NetworkBall ball_around(const Around& around, const nn::Classifier& network, c10::Device device);

/// One of the networks in it.
nn::State network_near(const NetworkBall& ball, Random random);

}  // namespace decant::distill
