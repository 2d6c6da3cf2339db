#include "decant/pipeline/judging/trial_options.h"

#include <filesystem>

#include "decant/base/errors.h"
#include "decant/evaluate/protocol.h"
#include "decant/pipeline/judging/arms.h"
#include "decant/train/linear.h"

namespace decant {
namespace {

evaluate::Protocol protocol_for(const EvaluateOptions& options, bool pictures) {
  if (pictures) return evaluate::protocol_named(options.protocol);
  if (options.protocol != "quick" && options.protocol != train::kLinear)
    throw UsageError(
        fmt::format("--protocol {} is for networks, which see pictures; a matrix has a protocol of its own", options.protocol));
  return evaluate::protocol_named(train::kLinear);
}

std::vector<std::string> nets_for(const EvaluateOptions& options, const evaluate::Protocol& protocol, bool pictures) {
  std::vector<std::string> nets = split_list(options.nets);
  if (nets.empty()) nets.push_back(protocol.net);
  for (const std::string& net : nets) {
    if (pictures && net == train::kLinear)
      throw InputError({options.full, "", "holds pictures, and the net linear sees the rows of a matrix",
                        "Leave linear out of --nets, or evaluate features of them (decant features)"});
    if (!pictures && net != train::kLinear)
      throw InputError({options.full, "", fmt::format("is a matrix, and the net {} sees pictures", net), "Use --nets linear"});
  }
  return nets;
}

}  // namespace

void require_sound(const EvaluateOptions& options) {
  evaluate::protocol_named(options.protocol);
  require_known_methods(options);
  if (options.seeds < 1) throw UsageError("--seeds must be at least 1");
  if (const auto folder = options.out.parent_path(); !folder.empty() && !std::filesystem::is_directory(folder))
    throw InputError({options.out.string(), "", "cannot be written: its folder is not there", "Make the folder, or choose another --out"});
}

uint64_t first_seed(const EvaluateOptions& options) {
  return settle(evaluate::protocol_named("quick"), options.training, 1).training.seed;
}

evaluate::Options trial_options(const EvaluateOptions& options, bool pictures, int64_t rows) {
  const evaluate::Protocol protocol = protocol_for(options, pictures);
  const SettledTraining settled = settle(protocol, options.training, rows);
  return {.nets = nets_for(options, protocol, pictures), .seeds = options.seeds, .training = settled.training, .protocol = settled.name};
}

}  // namespace decant
