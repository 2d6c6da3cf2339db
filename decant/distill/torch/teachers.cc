#include "decant/distill/torch/teachers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <cmath>
#include <torch/version.h>

#include "decant/base/errors.h"
#include "decant/data/subset.h"
#include "decant/distill/torch/decoded_rows.h"
#include "decant/nn/network.h"
#include "decant/nn/state_values.h"
#include "decant/train/pixel_statistics.h"
#include "decant/train/trainer.h"

namespace decant::distill {
namespace {

/// From (p − mean)/deviation of one to that of the other: a factor, then a shift, channel by
/// channel.
void set_expectation(FrozenTeacher& teacher, const nn::PixelStatistics& set, const std::string& normalise, int channels,
                     c10::Device device) {
  nn::PixelStatistics own = train::pixel_statistics_from(normalise).value_or(set);
  std::vector<float> scale, shift;
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
    const size_t from = own.channels == 1 ? 0 : c;
    const auto deviation_of = [](float deviation) { return deviation == 0 ? 1.0F : deviation; };  // as RealRows has it
    scale.push_back(deviation_of(set.deviation[c]) / deviation_of(own.deviation[from]));
    shift.push_back((set.mean[c] - own.mean[from]) / deviation_of(own.deviation[from]));
  }
  teacher.scale = at::tensor(scale, at::kFloat).view({1, channels, 1, 1}).to(device);
  teacher.shift = at::tensor(shift, at::kFloat).view({1, channels, 1, 1}).to(device);
}

bool has_batch_norm(const nn::Module& network) {
  return std::ranges::any_of(network.buffers(), [](const nn::TensorSpec& spec) { return spec.name.ends_with("running_mean"); });
}

void require_batch_norm(const std::string& net, const RealRows& real, const std::string& why) {
  if (has_batch_norm(*nn::make_network({net, real.picture_size(), real.classes()}))) return;
  throw InputError({"", "teacher", fmt::format("'{}' has no batch norms, whose statistics {} compares", net, why),
                    "Take one that has: --teacher quick, resnet20 or convnet3+norm=batch"});
}

train::TeacherTrainer trainer_on(c10::Device device) {
  return {.train = train::train, .measure = train::measure, .numerics = fmt::format("libtorch {} on {}", TORCH_VERSION, device.str())};
}

class InTurn final : public NetworkSource {
 public:
  explicit InTurn(std::shared_ptr<const Teachers> teachers) : teachers_(std::move(teachers)) {
    DECANT_CHECK(teachers_->empty(), ==, false);
  }

  const Fetched& fetch(const Step& step) override {
    fetched_.teacher = &(*teachers_)[static_cast<size_t>(step.number) % teachers_->size()];
    return fetched_;
  }

 private:
  std::shared_ptr<const Teachers> teachers_;
  Fetched fetched_;
};

}  // namespace

Tensor FrozenTeacher::logits(const Tensor& pictures, nn::NormMoments* moments) const {
  Tensors buffers = state.buffers;
  const nn::Pass pass{.parameters = state.parameters, .buffers = buffers, .once = true, .moments = moments};
  return network->forward(pass, pictures * scale + shift);
}

nn::Taps FrozenTeacher::taps(const Tensor& pictures) const {
  nn::Taps taps;
  Tensors buffers = state.buffers;
  const nn::Pass pass{.parameters = state.parameters, .buffers = buffers, .taps = &taps, .once = true};
  network->embed(pass, pictures * scale + shift);
  return taps;
}

FrozenTeacher frozen(const train::Teacher& teacher, const nn::PixelStatistics& set, c10::Device device) {
  FrozenTeacher result{.network = nn::make_network({teacher.net, teacher.size, teacher.classes}), .digest = teacher.digest};
  result.state = nn::initial_state(*result.network, Random(0, "teacher"));
  const size_t needed = nn::values_of(result.state).size();
  if (teacher.weights.size() != needed)
    throw InputError({"", fmt::format("the teacher ({})", teacher.net),
                      fmt::format("has {} weights, but {} has {}", teacher.weights.size(), result.network->description(), needed),
                      "Give weights of that network, picture size and number of classes"});
  if (!std::ranges::all_of(teacher.weights, [](float value) { return std::isfinite(value); }))
    throw InputError({"", fmt::format("the teacher ({})", teacher.net), "has a weight that is not a finite number", "Train it again"});
  nn::set_values(result.state, teacher.weights);
  for (Tensors* tensors : {&result.state.parameters, &result.state.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(device);
  }
  set_expectation(result, set, teacher.normalise, teacher.size.channels, device);
  return result;
}

Teachers make_teachers(const train::TeacherOptions& options, const RealRows& real, uint64_t seed, const std::filesystem::path& cache,
                       bool normed, const std::string& why, const Context& context) {
  const std::vector<train::TeacherOptions> asked = train::teachers_in(options);
  if (normed) {
    for (const train::TeacherOptions& each : asked) require_batch_norm(each.net, real, why);
  }
  const DecodedRows rows(real);
  const Subset all = Subset::all(rows.size());
  Teachers teachers;
  for (size_t i = 0; i < asked.size(); ++i) {
    const train::Teacher made = train::make_teacher({.options = asked[i],
                                                     .rows = &rows,
                                                     .subset = all,
                                                     .classes = real.classes(),
                                                     .image_size = real.picture_size().width,
                                                     .seed = i == 0 ? seed : Random(seed, "teacher", i).bits64(),
                                                     .device = real.device().is_cpu() ? "cpu" : "cuda",
                                                     .cache = cache},
                                                    trainer_on(real.device()), context);
    context.info(fmt::format("the teacher ({}) is right on {:.1f} % of a sample of the rows", made.net, 100 * made.accuracy));
    teachers.push_back(frozen(made, real.statistics(), real.device()));
  }
  return teachers;
}

std::unique_ptr<NetworkSource> frozen_teachers(std::shared_ptr<const Teachers> teachers) {
  return std::make_unique<InTurn>(std::move(teachers));
}

}  // namespace decant::distill
