#include "decant/evaluate/judges/probe.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "decant/base/json.h"
#include "decant/train/linear.h"

namespace decant::evaluate {
namespace {

/// Rows with a matrix beside what they are.
class WithFeatures final : public WrappedRows {
 public:
  WithFeatures(const Rows& rows, Matrix<float> matrix)
      : WrappedRows(std::shared_ptr<const Rows>(std::shared_ptr<const void>(), &rows)), matrix_(std::move(matrix)) {
    features_ = Features(
        {{reinterpret_cast<const std::byte*>(matrix_.data()), FloatType::f32, matrix_.rows(), matrix_.cols(), matrix_.cols(), nullptr}});
  }
  const Features* features() const override { return &features_; }

 private:
  Matrix<float> matrix_;
  Features features_;
};

class Probe final : public Judge {
 public:
  explicit Probe(ProbeFeatures features) : features_(std::move(features)) {}

  const Modality& modality() const override { return *features_.modality; }
  std::vector<std::string> nets() const override { return {features_.net}; }
  std::string nature() const override { return "which is fitted to convergence"; }
  void declare(OptionTable& table) override { table.add("weight-decay", penalty_, "W", "λ of the penalty λ/2 ‖W‖²"); }
  void check(const std::set<std::string>&) const override { train::check(options()); }
  void settle(const Data& data, const Context&) override {
    rows_ = data.rows;
    learned_from_.assign(data.some.begin(), data.some.end());
    classes_ = data.classes;
    digest_ = data.digest;
  }

  std::string in_words() const override {
    return fmt::format("logistic regression on {}, standardised, penalty {}, fitted to convergence", features_.words, penalty_);
  }
  std::string identity(const std::string&) const override {
    return json_text(
        {{"judge", features_.judge}, {"features", features_.key}, {"of", digest_}, {"penalty", penalty_}, {"classes", classes_}});
  }
  std::string numerics() const override { return features_.numerics + ", linear 1"; }
  bool has_chance() const override { return false; }
  bool converges() const override { return true; }

  void prepare(std::span<const Wanted> wanted, const Rows& test, const Context& context) override {
    for (const Wanted& each : wanted) with_features(*each.rows, &each.subset, context);
    with_features(test, nullptr, context);
  }
  Result judge(const Case& one, const Context& context) const override {
    const train::TrainJob job{.options = options(),
                              .rows = &with_features(*one.rows, nullptr, context),
                              .subset = one.subset,
                              .classes = classes_,
                              .test = one.test == nullptr ? nullptr : &with_features(*one.test, nullptr, context)};
    const train::TrainResult made = train::train_linear(job, {}, context);
    return {{made.value}, made.steps, made.seconds};
  }

  double work(int64_t rows) const override { return static_cast<double>(rows); }
  std::string pace_key(const std::string&) const override {
    return json_text({{"judge", features_.judge}, {"classes", classes_}, {"data", digest_}});
  }

 private:
  train::TrainOptions options() const {
    train::TrainOptions options;
    options.weight_decay = penalty_;
    return options;
  }

  const FittedFeatures& fitted(const Context& context) const {
    if (!fitted_) fitted_ = features_.fit(*rows_, learned_from_.empty() ? good_rows(*rows_).rows() : learned_from_, context);
    return *fitted_;
  }

  static Subset good_rows(const Rows& rows) { return Subset::all(rows.size()).without(Subset(rows.known_faults())); }

  /// The rows with their features, which are made where they are asked for first: of `wanted`, or
  /// of all that are not known to be bad.
  const Rows& with_features(const Rows& rows, const Subset* wanted, const Context& context) const {
    const std::lock_guard lock(mutex_);
    const auto known = seen_.find(&rows);
    if (known != seen_.end()) return *known->second;
    const FittedFeatures& fit = fitted(context);
    Matrix<float> matrix(rows.size(), fit.columns);
    const Subset left_out = wanted == nullptr ? Subset(rows.known_faults()) : Subset::all(rows.size()).without(*wanted);
    fit.transform(rows, left_out.rows(), matrix.view(), context);
    return *seen_.emplace(&rows, std::make_unique<WithFeatures>(rows, std::move(matrix))).first->second;
  }

  ProbeFeatures features_;
  double penalty_ = 5e-3;
  const Rows* rows_ = nullptr;
  std::vector<int64_t> learned_from_;
  int classes_ = 0;
  std::string digest_;
  mutable std::mutex mutex_;
  mutable std::optional<FittedFeatures> fitted_;
  mutable std::map<const Rows*, std::unique_ptr<WithFeatures>> seen_;
};

}  // namespace

std::unique_ptr<Judge> make_probe(ProbeFeatures features) {
  return std::make_unique<Probe>(std::move(features));
}

}  // namespace decant::evaluate
