// Columns beside accuracy, of networks that are trained anyway: --also ece,worst,corrupt,robust.
//
//     ece      how far what a network says of its certainty is from how often it is right: over 15
//              bins of the largest probability, Σ share · |right − certain| (Guo, Pleiss, Sun and
//              Weinberger, ICML 2017, arXiv:1706.04599)
//     worst    the accuracy of the class that is answered worst
//     corrupt  the accuracy on pictures that are spoiled in four ways, of each the same for every
//              set: noise, blur, low contrast, JPEG of quality 10 (corruptions.h)
//     robust   the accuracy on pictures that are moved against the network by at most 2 of 255
//              (train/torch/attack.h): ten passes forward and backward over the test rows
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/options.h"
#include "decant/data/metric.h"
#include "decant/data/rows.h"

namespace decant::evaluate {

enum class Also { ece, worst, corrupt, robust };

/// Of a list between commas, each once, in the order above. Throws UsageError for another name,
/// with the nearest.
std::vector<Also> also_named(const std::string& list);

/// Adds the option --also.
void declare_also(OptionTable& table, std::string& list);

Metric metric_of(Also column);

/// `logits`: (rows, classes). REQUIRES: rows with a class each, not empty.
double calibration_error(std::span<const float> logits, const Rows& rows, int classes);
double worst_class_accuracy(std::span<const float> logits, const Rows& rows, int classes);

}  // namespace decant::evaluate
