// Protocols by name: how a network is trained when it is to bear witness. An accuracy without its protocol says nothing, so the name goes
// wherever the number goes, and with it every option that departs: "quick (steps 500)".
//
//   quick    2,500 steps of batch 64 and the other defaults of train.h: minutes on one core for a small network
//   paper    what the literature on selection trains CIFAR's ResNet-18 with: SGD (Nesterov, 0.9), batch 128, peak rate 0.1 falling as a
//            cosine to zero, no warm-up, weight decay 5e-4, no label smoothing, crop by 4 and flip, 200 epochs. Source: DeepCore (Guo, Zhao,
//            Bai 2022, arXiv:2204.08499, section 4.1), whose settings later papers take over. Here the 200 epochs are those of the FULL set,
//            and every set takes their number of steps; weight decay spares norms and biases, and the border is padded by reflection.
//   linear   of a matrix: logistic regression (train/linear.h); only the weight decay, its penalty, can be chosen. With
//            0.005, accuracy on CIFAR-10's conv-kmeans features is within 1.5 points of the best of 0.0001 … 0.05 for 400, 4,000 and
//            40,000 rows
#pragma once

#include <string>
#include <vector>

#include "decant/train/train.h"

namespace decant::evaluate {

struct Protocol {
  std::string name;
  std::string net;               ///< the one trained when none is named
  train::TrainOptions training;  ///< its `epochs`, if any, are passes over the full set, and every run takes their steps
};

/// Throws UsageError for an unknown name.
Protocol protocol_named(const std::string& name);

/// One line that says how the numbers are made.
std::string in_words(const train::TrainOptions& training, const std::vector<std::string>& nets, int seeds);

}  // namespace decant::evaluate
