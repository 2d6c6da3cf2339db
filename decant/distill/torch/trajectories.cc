#include "decant/distill/torch/trajectories.h"

#include "decant/base/errors.h"

namespace decant::distill {
namespace {

class ExpertTrajectories final : public NetworkSource {
 public:
  ExpertTrajectories(ExpertBuffer experts, int64_t span, int64_t latest_start)
      : experts_(std::move(experts)), span_(span), latest_start_(latest_start) {
    DECANT_CHECK(latest_start + span, <=, experts_.checkpoints());
  }

  const Fetched& fetch(const Step& step) override {
    Random random = step.random("trajectory");
    const auto expert = static_cast<int64_t>(random.below(static_cast<uint64_t>(experts_.experts())));
    const auto start = static_cast<int64_t>(random.below(static_cast<uint64_t>(latest_start_ + 1)));
    nn::State fresh = drawn_network(step);  // for its buffers
    fresh.parameters = placed(expert, start, step);
    fetched_.networks = {std::move(fresh)};
    fetched_.target = placed(expert, start + span_, step);
    return fetched_;
  }

 private:
  Tensors placed(int64_t expert, int64_t checkpoint, const Step& step) const {
    Tensors result;
    for (const Tensor& each : experts_.parameters(expert, checkpoint)) result.push_back(each.to(step.real.device()));
    return result;
  }

  ExpertBuffer experts_;
  int64_t span_;
  int64_t latest_start_;
  Fetched fetched_;
};

}  // namespace

std::unique_ptr<NetworkSource> expert_trajectories(ExpertBuffer experts, int64_t span, int64_t latest_start) {
  return std::make_unique<ExpertTrajectories>(std::move(experts), span, latest_start);
}

}  // namespace decant::distill
