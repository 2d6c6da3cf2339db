#include "decant/trials/candidates.h"

#include <fmt/core.h>
#include <span>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/text.h"

namespace decant::trials {

std::vector<Candidate> candidate_networks(const std::string& widths, const std::string& depths) {
  for (const std::string& list : {widths, depths}) {
    if (split_list(list).empty()) throw InputError({"", "--widths, --depths", "name no number", "Give numbers between commas"});
  }
  std::vector<Candidate> all;
  for (const std::string& width : split_list(widths)) {
    for (const std::string& depth : split_list(depths)) {
      for (const char* const norm : {"none", "batch", "layer", "instance", "group"}) {
        for (const char* const activation : {"sigmoid", "relu", "leaky"}) {
          for (const char* const pooling : {"none", "max", "mean"}) {
            const std::string net =
                fmt::format("searchnet+width={}+depth={}+norm={}+activation={}+pooling={}", width, depth, norm, activation, pooling);
            all.push_back({net, {{"net", net}}});
          }
        }
      }
    }
  }
  return all;
}

std::vector<Candidate> candidate_trainings(bool flips) {
  std::vector<Candidate> all;
  for (const char* const rate : {"0.0125", "0.025", "0.05", "0.1", "0.2", "0.4"}) {
    for (const char* const decay : {"0", "0.0005", "0.005"}) {
      for (const bool augmented : {false, true}) {
        Candidate one{fmt::format("rate {}, decay {}, {}", rate, decay, augmented ? "augmented" : "as they are"),
                      {{"learning-rate", rate}, {"weight-decay", decay}, {"crop", augmented ? "4" : "0"}}};
        if (!augmented || !flips) one.options["no-flip"] = "true";
        all.push_back(std::move(one));
      }
    }
  }
  return all;
}

std::vector<Candidate> drawn(std::vector<Candidate> all, int count) {
  if (count > std::ssize(all))
    throw InputError({"", "--networks", fmt::format("{} are more than the {} that there are to choose among", count, all.size()),
                      "Lower it, or name more widths or depths"});
  Random(0, "networks").shuffle(std::span(all));
  all.resize(static_cast<size_t>(count));
  return all;
}

}  // namespace decant::trials
