// Protocols: named, fixed training recipes used to compare subsets. A number means nothing without
// its protocol, so the name goes wherever the number goes, with every deviation: "quick (steps
// 500)".
//
//   quick    a preview: 2,500 steps of batch 64 and the other defaults of train.h, minutes on one core
//            for a small network. What is learnt fast counts for more in it than it does in the end
//   long     the same for 8,000 steps: closer to what a set is worth once training is done. How many
//            steps each ratio needs for that has not been measured
//   paper    what the literature on selection trains CIFAR's ResNet-18 with: SGD (Nesterov, 0.9),
//            batch 128, peak rate 0.1 falling as a cosine to zero, no warm-up, weight decay 5e-4,
//            no label smoothing, crop by 4 and flip, 200 epochs. Source: DeepCore (Guo, Zhao, Bai
//            2022, arXiv:2204.08499, section 4.1), whose settings later papers take over. Here the
//            200 epochs are those of the FULL set, and every set takes their number of steps;
//            weight decay spares norms and biases, and the border is padded by reflection.
//   distillation   what the field of distillation trains a ConvNet with, on each set for its own 300
//            epochs: see judges/distillation.cc. Compared are random rows, herding and k-means;
//            the full set is not, since 300 epochs of it take days on a CPU.
//   linear   of a matrix: logistic regression (train/linear.h) with a penalty of 0.005. With that,
//            accuracy on CIFAR-10's conv-kmeans features is within 1.5 points of the best of 0.0001
//            … 0.05 for 400, 4,000 and 40,000 rows
//   texts    of records with labels: the same on columns of latent semantic analysis
//   instructions   of records without labels: a Kneser-Ney model of three words, learned from the answers
//            and asked how probable those of the test rows are (judges/ngram.cc)
//   lm       of the same: a causal transformer, trained from scratch on each set and asked the same
//            of byte pairs (judges/language.cc): minutes on a CPU for gpt-mini, made for a GPU
//   detection, segmentation   of pictures with objects or masks: 600 and 400 steps of batch 8, AdamW with peak rate
//            0.003 falling linearly to zero, pictures scaled into 320 pixels and mirrored
//            (judges/scenes.h); from scratch, or on a backbone whose weights are given
//   transfer   what backbones that were trained on each set are worth to detectors and segmenters
//            (judges/transfer.cc): pictures of 96 pixels, then as the two above from that backbone on
#pragma once

#include <map>
#include <string>
#include <vector>

namespace decant::evaluate {

struct Protocol {
  std::string name;
  std::string judge;                           ///< its name in judges/list.h
  std::string net;                             ///< the one trained when none is named
  std::map<std::string, std::string> options;  ///< of the judge, as texts: {"batch", "128"}
  std::string against = "full,random";         ///< the sets that are compared when none are named
  std::string nature = {};                     ///< what its numbers are, where that must be said: "a preview"
};

/// In the order in which they are listed to people.
std::vector<std::string> protocol_names();

/// Throws UsageError for an unknown name.
const Protocol& protocol_named(const std::string& name);

/// Adds a protocol of the caller's. Nothing guards the list against threads. REQUIRES: a name that
/// is not taken.
const Protocol& add_protocol(Protocol protocol);

}  // namespace decant::evaluate
