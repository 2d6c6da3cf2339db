#include <algorithm>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/pipeline/choosing/method_options.h"
#include "decant/select/scores/scores.h"

namespace decant {
namespace {

std::vector<MethodInfo> list_methods() {
  std::vector<MethodInfo> list = {
      {"random", false, false, "the same share of every class, by chance"},
      {"bins", true, false, "GraphCut bins, the same share of each (Dataset Quantization)"},
      {"bins-weighted", true, false, "GraphCut bins, shares that depend on the ratio (after ADQ)"},
      {"facility-location", true, false, "rows that every row is similar to"},
      {"subzerocore", true, false, "facility location, rows of typical density first"},
      {"k-center", true, false, "rows that leave none far away"},
      {"herding", true, false, "rows whose mean follows the mean of all"},
      {"k-means", true, false, "the rows nearest to the centres of k-means"},
      {"zcore", true, false, "coverage of random planes, less redundancy"},
      {"thinning", true, false, "random rows, their near neighbours left out (after BGFDQ)"},
      {"moderate", true, false, "rows at a middling distance from the class's median"},
      {"d2", true, true, "difficulty, spread over a graph of neighbours"},
      {"ccs", false, true, "every level of difficulty alike, the hardest cut off", "strata"},
      {"probe", true, true, "rows of middling difficulty for a linear probe that did not see them", "band", 1, 0.6},
      {"scores", false, true, "by the numbers of --scores FILE.npy", "top"},
      {"progress", false, true, "rows of middling difficulty that a proxy had to learn, and did", "beta", 3},
      {"dual", false, true, "hard and uncertain rows of middling difficulty", "beta"},
  };
  for (const std::string& score : score_names()) {
    if (std::ranges::find(list, score, &MethodInfo::name) == list.end()) list.push_back({score, false, true, "by that score", "top"});
  }
  return list;
}

/// Sets one option and returns its name.
std::string set_option(SelectOptions& options, const std::string& part, const std::string& spec) {
  OptionTable table;
  options.declare(table);
  const size_t sign = part.find('=');
  const std::string name = part.substr(0, sign);
  std::vector<std::string> names;
  for (const Option& option : table.options()) {
    if (option.name != "method") names.push_back(option.name);
    if (option.name != name || name == "method") continue;
    option.set(sign == std::string::npos ? "true" : part.substr(sign + 1));
    return name;
  }
  const std::string near = nearest(name, names);
  throw UsageError(fmt::format("method {}: there is no option '{}'{}", spec, name, near.empty() ? "" : "; did you mean " + near + "?"));
}

}  // namespace

const std::vector<MethodInfo>& methods() {
  static const std::vector<MethodInfo> list = list_methods();
  return list;
}

SelectOptions method_of(const std::string& spec, const SelectOptions& base) {
  SelectOptions options = base;
  size_t begin = std::min(spec.find('+'), spec.size());
  options.method = spec.substr(0, begin);
  std::vector<std::string> names = {"auto"};
  for (const MethodInfo& method : methods()) names.push_back(method.name);
  if (std::find(names.begin(), names.end(), options.method) == names.end()) {
    const std::string near = nearest(options.method, names);
    throw UsageError(
        fmt::format("--method {}: there are {}{}", spec, fmt::join(names, ", "), near.empty() ? "" : "; did you mean " + near + "?"));
  }
  std::vector<std::string> given;
  while (begin < spec.size()) {
    const size_t end = std::min(spec.find('+', begin + 1), spec.size());
    given.push_back(set_option(options, spec.substr(begin + 1, end - begin - 1), spec));
    begin = end;
  }
  for (const std::string& name : given) {
    if (!has_effect(name, options))
      throw UsageError(fmt::format("method {}: {} has no effect on {}; leave it out", spec, name, options.method));
  }
  return options;
}

}  // namespace decant
