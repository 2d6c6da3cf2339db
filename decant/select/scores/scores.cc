#include "decant/select/scores/scores.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"

namespace decant {
namespace {

/// One row of a record.
class RowRecord {
 public:
  RowRecord(const Dynamics& dynamics, int64_t row) : dynamics_(dynamics), row_(row) {}
  int64_t epochs() const { return dynamics_.epochs(); }
  double at(Dynamic what, int64_t epoch) const { return dynamics_.at(what, epoch, row_); }
  double mean(Dynamic what) const {
    double sum = 0;
    for (int64_t t = 0; t < epochs(); ++t) sum += at(what, t);
    return sum / static_cast<double>(epochs());
  }

 private:
  const Dynamics& dynamics_;
  int64_t row_;
};

/// Mean over all windows of `of(mean, deviation)` of the probabilities in them.
template <class Function>
double mean_over_windows(const RowRecord& row, Function&& of) {
  const int64_t length = window_of(row.epochs());
  const int64_t windows = row.epochs() - length + 1;
  double sum = 0;
  for (int64_t w = 0; w < windows; ++w) {
    double mean = 0;
    for (int64_t t = w; t < w + length; ++t) mean += row.at(Dynamic::probability, t);
    mean /= static_cast<double>(length);
    double squares = 0;
    for (int64_t t = w; t < w + length; ++t) squares += std::pow(row.at(Dynamic::probability, t) - mean, 2);
    sum += of(mean, std::sqrt(squares / static_cast<double>(length - 1)));
  }
  return sum / static_cast<double>(windows);
}

double dual(const RowRecord& row) {
  return mean_over_windows(row, [](double mean, double deviation) { return 10 * deviation * (1 - mean); });
}

double uncertainty(const RowRecord& row) {
  return mean_over_windows(row, [](double, double deviation) { return 10 * deviation; });
}

/// Mean probability over `count` epochs from `begin` on.
double mean_of_epochs(const RowRecord& row, int64_t begin, int64_t count) {
  double sum = 0;
  for (int64_t t = begin; t < begin + count; ++t) sum += row.at(Dynamic::probability, t);
  return sum / static_cast<double>(count);
}

double progress(const RowRecord& row) {
  const int64_t length = window_of(row.epochs());
  return std::max(0.0, mean_of_epochs(row, row.epochs() - length, length) - mean_of_epochs(row, 0, length));
}

/// Whole turns from right to wrong, and a fraction below one that orders equals by their mean
/// margin.
double forgetting(const RowRecord& row) {
  int64_t turns = 0;
  int64_t right = 0;
  for (int64_t t = 0; t < row.epochs(); ++t) {
    const bool now = row.at(Dynamic::margin, t) > 0;
    if (t > 0 && !now && row.at(Dynamic::margin, t - 1) > 0) ++turns;
    right += now;
  }
  if (right == 0) turns = row.epochs();
  return static_cast<double>(turns) + 0.5 - std::atan(row.mean(Dynamic::margin)) / 3.2;
}

struct Score {
  std::string name;
  int64_t epochs;  ///< it needs at least
  std::function<double(const RowRecord&)> of;
};

const std::vector<Score>& scores() {
  static const std::vector<Score> all = {{"progress", 2, progress},
                                         {"dual", 2, dual},
                                         {"uncertainty", 2, uncertainty},
                                         {"el2n", 1, [](const RowRecord& row) { return row.mean(Dynamic::error); }},
                                         {"grand", 1, [](const RowRecord& row) { return row.mean(Dynamic::gradient); }},
                                         {"forgetting", 2, forgetting},
                                         {"aum", 1, [](const RowRecord& row) { return -row.mean(Dynamic::margin); }},
                                         {"margin", 1, [](const RowRecord& row) { return -row.at(Dynamic::margin, row.epochs() - 1); }},
                                         {"loss", 1, [](const RowRecord& row) { return row.mean(Dynamic::loss); }},
                                         {"entropy", 1, [](const RowRecord& row) { return row.mean(Dynamic::entropy); }},
                                         {"confidence", 1, [](const RowRecord& row) { return 1 - row.mean(Dynamic::probability); }}};
  return all;
}

std::vector<double> of_every_row(const Dynamics& dynamics, const std::function<double(const RowRecord&)>& of, const Context& context) {
  std::vector<double> values(static_cast<size_t>(dynamics.rows()));
  parallel_for({.threads = context.thread_count(), .cancel = context.cancel}, dynamics.rows(), 1024, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const bool seen = !std::isnan(dynamics.at(Dynamic::probability, 0, row));
      values[static_cast<size_t>(row)] = seen ? of({dynamics, row}) : std::numeric_limits<double>::quiet_NaN();
    }
  });
  return values;
}

}  // namespace

const std::vector<std::string>& score_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Score& score : scores()) list.push_back(score.name);
    return list;
  }();
  return names;
}

std::vector<double> score_rows(std::string_view name, const Dynamics& dynamics, const Context& context) {
  for (const Score& score : scores()) {
    if (score.name != name) continue;
    if (dynamics.epochs() < score.epochs)
      throw InputError({"", fmt::format("score {}", name),
                        fmt::format("needs a record of {} epochs, but this one has {}", score.epochs, dynamics.epochs()),
                        "Record more epochs"});
    return of_every_row(dynamics, score.of, context);
  }
  const std::string near = nearest(name, score_names());
  throw InputError({"", fmt::format("score {}", name), "is unknown", near.empty() ? "See --help" : "Did you mean " + near + "?"});
}

double least_score(std::span<const double> scores, std::span<const int64_t> left_out) {
  double least = HUGE_VAL;
  size_t next = 0;
  for (int64_t row = 0; row < std::ssize(scores); ++row) {
    if (next < left_out.size() && left_out[next] == row) {
      ++next;
    } else {
      least = std::min(least, scores[static_cast<size_t>(row)]);
    }
  }
  return least;
}

std::vector<double> raised_to_zero(std::span<const double> scores, std::span<const int64_t> left_out) {
  const double least = least_score(scores, left_out);
  std::vector<double> raised;
  for (const double score : scores) raised.push_back(score - least);
  return raised;
}

std::vector<double> mean_probability(const Dynamics& dynamics, const Context& context) {
  return of_every_row(
      dynamics, [](const RowRecord& row) { return row.mean(Dynamic::probability); }, context);
}

int64_t window_of(int64_t epochs) {
  return std::clamp<int64_t>(epochs / 3, 2, 10);
}

std::vector<double> accuracy_of(const Dynamics& dynamics) {
  std::vector<double> shares;
  for (int64_t epoch = 0; epoch < dynamics.epochs(); ++epoch) {
    int64_t right = 0;
    int64_t seen = 0;
    for (int64_t row = 0; row < dynamics.rows(); ++row) {
      const double margin = dynamics.at(Dynamic::margin, epoch, row);
      right += margin > 0;
      seen += !std::isnan(margin);
    }
    shares.push_back(static_cast<double>(right) / static_cast<double>(std::max<int64_t>(1, seen)));
  }
  return shares;
}

}  // namespace decant
