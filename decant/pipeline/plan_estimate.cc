#include "decant/pipeline/plan_estimate.h"

#include <fmt/ranges.h>

#include "decant/base/json.h"
#include "decant/base/text.h"

namespace decant {
namespace {

const std::vector<std::string> kNotLookedAt = {"rows that cannot be read", "cached features and scores"};

}  // namespace

double PlanEstimate::seconds() const {
  double total = 0;
  for (const Stage& stage : stages) total += stage.seconds;
  return total;
}

Json to_json(const PlanEstimate& plan) {
  Json json = {{"verb", plan.verb}, {"method", plan.method}, {"rows", plan.rows}};
  if (plan.kept) json["kept"] = *plan.kept;
  if (!plan.spent.empty()) json["spent"] = plan.spent;
  json["pools"] = plan.pools;
  json["columns"] = plan.columns;
  json["memory_bytes"] = plan.memory_bytes;
  json["mapped_bytes"] = plan.mapped_bytes;
  json["disk_bytes"] = plan.disk_bytes;
  json["cache_bytes"] = plan.cache_bytes;
  json["seconds"] = plan.seconds();
  json["stages"] = Json::array();
  for (const PlanEstimate::Stage& stage : plan.stages) json["stages"].push_back({{"name", stage.name}, {"seconds", stage.seconds}});
  json["unknown"] = plan.unknown;
  json["mean_cosine"] = plan.mean_cosine ? Json(*plan.mean_cosine) : Json();
  json["not_checked"] = kNotLookedAt;
  return json;
}

namespace {

std::string work_line(const PlanEstimate& plan) {
  const std::string rows = human_count(plan.rows);
  if (plan.kept) return fmt::format("keep      {} of {} rows, by {}\n", human_count(*plan.kept), rows, plan.method);
  if (plan.pools == 0) return fmt::format("order     of {} rows, by {}\n", rows, plan.method);
  const std::string matrix =
      fmt::format("of {} rows × {} columns in {} pool{}", rows, plan.columns, human_count(plan.pools), plan.pools == 1 ? "" : "s");
  return plan.method.starts_with("bins") ? "bins      " + matrix + "\n" : fmt::format("order     {}, by {}\n", matrix, plan.method);
}

std::string time_line(const PlanEstimate& plan) {
  std::string parts;
  for (const PlanEstimate::Stage& stage : plan.stages)
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", stage.name, human_seconds(stage.seconds));
  return fmt::format("time      {} {} ({})\n", plan.unknown.empty() ? "about" : "at least", human_seconds(plan.seconds()), parts);
}

std::string unknown_line(const std::string& part) {
  if (part == "features") return "          excludes the features (time and memory are not estimated)\n";
  return fmt::format("          excludes {} (time is not estimated; docs/benchmarks.md has measurements)\n", part);
}

}  // namespace

std::string plan_text(const PlanEstimate& plan) {
  std::string text = work_line(plan);
  if (!plan.spent.empty()) text += fmt::format("pictures  about {}\n", plan.spent);
  text += fmt::format("memory    about {}, plus {} of mapped files that the system can evict\n", human_bytes(plan.memory_bytes),
                      human_bytes(plan.mapped_bytes));
  text += fmt::format("disk      about {} for the output\n", human_bytes(plan.disk_bytes));
  if (plan.cache_bytes > 0) text += fmt::format("cache     {} for the features\n", human_bytes(plan.cache_bytes));
  text += time_line(plan);
  for (const std::string& part : plan.unknown) text += unknown_line(part);
  text += fmt::format("not checked: {}\n", fmt::join(kNotLookedAt, ", "));
  if (plan.mean_cosine)
    text += fmt::format("mean cosine within a pool: {:.3f} (sampled); values near 0 make binning slower\n", *plan.mean_cosine);
  return text;
}

}  // namespace decant
