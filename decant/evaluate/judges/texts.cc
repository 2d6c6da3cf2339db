// Top-1 of multinomial logistic regression (train/linear.h) on features of texts: latent semantic
// analysis (features/lsa.h), learned from all texts that can be trained on, whichever set is on
// trial. So all sets are seen through the same features, and only what was learnt from differs.
#include <map>
#include <mutex>
#include <optional>

#include "decant/base/json.h"
#include "decant/evaluate/judges/list.h"
#include "decant/features/lsa.h"
#include "decant/train/linear.h"

namespace decant::evaluate {
namespace {

constexpr const char* kTextNumerics = "decant lsa 1, linear 1";  // goes up when its numbers change

/// Rows with a matrix beside their texts.
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

class TextsJudge final : public Judge {
 public:
  const Modality& modality() const override { return modality::records; }
  std::vector<std::string> nets() const override { return {"lsa-linear"}; }
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
    return fmt::format("logistic regression on {} columns of latent semantic analysis, standardised, penalty {}, fitted to convergence",
                       lsa_.columns, penalty_);
  }
  std::string identity(const std::string&) const override {
    return json_text({{"judge", "texts"}, {"features", result_key(lsa_)}, {"of", digest_}, {"penalty", penalty_}, {"classes", classes_}});
  }
  std::string numerics() const override { return kTextNumerics; }
  bool has_chance() const override { return false; }
  bool converges() const override { return true; }

  void prepare(std::span<const Wanted> wanted, const Rows& test, const Context& context) override {
    for (const Wanted& each : wanted) with_features(*each.rows, context);
    with_features(test, context);
  }
  Result judge(const Case& one, const Context& context) const override {
    const train::TrainJob job{.options = options(),
                              .rows = &with_features(*one.rows, context),
                              .subset = one.subset,
                              .classes = classes_,
                              .test = one.test == nullptr ? nullptr : &with_features(*one.test, context)};
    const train::TrainResult made = train::train_linear(job, {}, context);
    return {{made.value}, made.steps, made.seconds};
  }

  double work(int64_t rows) const override { return static_cast<double>(rows); }
  std::string pace_key(const std::string&) const override {
    return json_text({{"judge", "texts"}, {"classes", classes_}, {"data", digest_}});
  }

 private:
  train::TrainOptions options() const {
    train::TrainOptions options;
    options.weight_decay = penalty_;
    return options;
  }

  const features::Lsa& lsa(const Context& context) const {
    if (!fitted_) fitted_ = features::fit_lsa(*rows_, learned_from_.empty() ? good_rows(*rows_).rows() : learned_from_, lsa_, context);
    return *fitted_;
  }

  static Subset good_rows(const Rows& rows) { return Subset::all(rows.size()).without(Subset(rows.known_faults())); }

  /// The rows with their features, which are made where they are asked for first.
  const Rows& with_features(const Rows& rows, const Context& context) const {
    const std::lock_guard lock(mutex_);
    const auto known = seen_.find(&rows);
    if (known != seen_.end()) return *known->second;
    Matrix<float> matrix(rows.size(), lsa_.columns);
    lsa(context).transform(rows, rows.known_faults(), matrix.view(), context);
    return *seen_.emplace(&rows, std::make_unique<WithFeatures>(rows, std::move(matrix))).first->second;
  }

  double penalty_ = 5e-3;
  features::LsaOptions lsa_;
  const Rows* rows_ = nullptr;
  std::vector<int64_t> learned_from_;
  int classes_ = 0;
  std::string digest_;
  mutable std::mutex mutex_;
  mutable std::optional<features::Lsa> fitted_;
  mutable std::map<const Rows*, std::unique_ptr<WithFeatures>> seen_;
};

}  // namespace

std::unique_ptr<Judge> make_texts(const Tools&) {
  return std::make_unique<TextsJudge>();
}

}  // namespace decant::evaluate
