#include "decant/evaluate/forecast.h"

#include <algorithm>
#include <map>

#include "decant/base/json.h"
#include "decant/base/text.h"

namespace decant::evaluate {
namespace {

constexpr double kWorth = 50;

std::string pace_identity(const std::string& net, int workers, const Judge& judge, const Options& options) {
  return json_text(
      {{"pace", 2}, {"how", judge.pace_key(net)}, {"numerics", judge.numerics()}, {"machine", options.machine}, {"side_by_side", workers}});
}

std::optional<double> known_pace(const std::string& identity, Store* store) {
  const auto text = store != nullptr ? store->find(identity) : std::nullopt;
  const Json json = text ? try_parse_json(*text) : Json();
  if (!json.is_object() || !json.contains("seconds_per_unit") || !json["seconds_per_unit"].is_number()) return std::nullopt;
  return json["seconds_per_unit"].get<double>();
}

/// When the last worker ends, if each takes the longest run that is left.
double makespan(std::vector<double> runs, int workers) {
  std::ranges::sort(runs, std::greater<>());
  std::vector<double> ends(static_cast<size_t>(workers));
  for (const double run : runs) *std::ranges::min_element(ends) += run;
  return *std::ranges::max_element(ends);
}

}  // namespace

void keep_pace(const std::string& net, double seconds_per_unit, int workers, const Judge& judge, const Options& options, Store* store) {
  if (store != nullptr) store->keep(pace_identity(net, workers, judge, options), json_text({{"seconds_per_unit", seconds_per_unit}}));
}

Forecast forecast(const Plan& plan, const Judge& judge, const Options& options, Store* store, Timing timing, const Context& context) {
  const std::vector<size_t> pending = plan.pending();
  Forecast result{.trainings = std::ssize(pending), .workers = workers_for(std::ssize(pending), judge, context)};
  if (!pending.empty()) result.steps = judge.steps();
  const auto work_of = [&](size_t i) { return judge.work(std::ssize(*plan.runs[i].rows)); };
  std::map<std::string, double> work;
  std::map<std::string, const Run*> example;
  for (const size_t i : pending) {
    work[plan.runs[i].net] += work_of(i);
    example[plan.runs[i].net] = &plan.runs[i];
  }
  std::map<std::string, double> pace;
  for (const auto& [net, run] : example) {
    std::optional<double> seconds = known_pace(pace_identity(net, result.workers, judge, options), store);
    const double affordable = work[net] / result.workers / kWorth;
    if (!seconds && timing == Timing::when_worth_it && judge.timing_work() <= affordable) {
      seconds = judge.time(run->on(nullptr), result.workers, affordable, context);
      keep_pace(net, *seconds, result.workers, judge, options, store);
    }
    if (!seconds) return result;
    pace[net] = *seconds;
  }
  std::vector<double> seconds;
  for (const size_t i : pending) seconds.push_back(pace[plan.runs[i].net] * work_of(i));
  result.seconds = makespan(std::move(seconds), result.workers);
  return result;
}

std::optional<double> seconds_at_known_pace(int64_t each, int workers, const Judge& judge, const Options& options, Store& store) {
  std::vector<double> seconds;
  for (const std::string& net : options.nets) {
    const std::optional<double> pace = known_pace(pace_identity(net, workers, judge, options), &store);
    if (!pace) return std::nullopt;
    seconds.insert(seconds.end(), static_cast<size_t>(each), *pace * judge.work(0));
  }
  return makespan(std::move(seconds), workers);
}

std::string Forecast::text() const {
  std::string what = fmt::format("{} training{}", trainings, trainings == 1 ? "" : "s");
  if (steps > 0) what += fmt::format(" of {} steps", human_count(steps));
  what += fmt::format(" on {} thread{}", workers, workers == 1 ? "" : "s");
  return seconds ? fmt::format("about {} for {}", human_seconds(*seconds), what) : what;
}

}  // namespace decant::evaluate
