// Top-1 of multinomial logistic regression on the rows of a matrix (train/linear.h). The minimum is
// one point, so no seed decides anything.
#include "decant/train/linear.h"

#include "decant/base/json.h"
#include "decant/evaluate/judges/list.h"

namespace decant::evaluate {
namespace {

constexpr const char* kNumerics = "decant linear 1";  // goes up when its numbers change

class LinearJudge final : public Judge {
 public:
  const Modality& modality() const override { return modality::vectors; }
  std::vector<std::string> nets() const override { return {"linear"}; }
  std::string nature() const override { return "which is fitted to convergence"; }
  void declare(OptionTable& table) override { table.add("weight-decay", penalty_, "W", "λ of the penalty λ/2 ‖W‖²"); }
  void check(const std::set<std::string>&) const override { train::check(options()); }
  void settle(const Data& data, const Context&) override {
    classes_ = data.classes;
    digest_ = data.digest;
  }

  std::string in_words() const override {
    return fmt::format("logistic regression on standardised columns, penalty {}, fitted to convergence", penalty_);
  }
  std::string identity(const std::string&) const override {
    return json_text({{"judge", "linear"}, {"penalty", penalty_}, {"classes", classes_}});
  }
  std::string numerics() const override { return kNumerics; }
  bool has_chance() const override { return false; }
  bool converges() const override { return true; }

  Result judge(const Case& one, const Context& context) const override {
    const train::TrainJob job{.options = options(), .rows = one.rows, .subset = one.subset, .classes = classes_, .test = one.test};
    const train::TrainResult made = train::train_linear(job, {}, context);
    return {{made.value}, made.steps, made.seconds};
  }

  double work(int64_t rows) const override { return static_cast<double>(rows); }  // passes needed are taken to be alike
  std::string pace_key(const std::string&) const override {
    return json_text({{"judge", "linear"}, {"classes", classes_}, {"data", digest_}});
  }

 private:
  train::TrainOptions options() const {
    train::TrainOptions options;
    options.weight_decay = penalty_;
    return options;
  }

  double penalty_ = 5e-3;
  int classes_ = 0;
  std::string digest_;
};

}  // namespace

std::unique_ptr<Judge> make_linear(const Tools&) {
  return std::make_unique<LinearJudge>();
}

}  // namespace decant::evaluate
