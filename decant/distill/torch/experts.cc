#include "decant/distill/torch/experts.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <charconv>
#include <cstring>
#include <numeric>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/distill/torch/augmenting.h"
#include "decant/formats/safetensors/safetensors.h"

namespace decant::distill {
namespace fs = std::filesystem;
namespace {

constexpr const char* kUnfinished = "unfinished-{:04}.safetensors";
constexpr const char* kUpdates = "updates";
constexpr const char* kOfExperts = "experts";

fs::path checkpoint_file(const fs::path& folder, int64_t expert, int64_t checkpoint) {
  return folder / fmt::format("expert-{:04}-{:04}.safetensors", expert, checkpoint);
}

bool is_finished(const fs::path& folder, const ExpertOptions& options) {
  for (int64_t expert = 0; expert < options.experts; ++expert) {
    for (int64_t checkpoint = 0; checkpoint <= options.checkpoints; ++checkpoint) {
      if (!fs::is_regular_file(checkpoint_file(folder, expert, checkpoint))) return false;
    }
  }
  return true;
}

std::vector<float> values_on_cpu(const Tensor& tensor) {
  const Tensor flat = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

Tensor tensor_of(const ExpertTensor& stored) {
  return at::from_blob(const_cast<float*>(stored.values.data()), stored.shape, at::kFloat).clone();
}

/// The numbers of the rows of each update: all rows in a drawn order, again and again.
class ExpertRows {
 public:
  ExpertRows(int64_t rows, const ExpertOptions& options, int64_t expert)
      : rows_(rows), options_(options), expert_(expert), per_epoch_((rows + options.batch - 1) / options.batch) {}

  std::span<const int64_t> of(int64_t update) {
    const int64_t epoch = update / per_epoch_;
    if (epoch != epoch_) {
      order_ = Random(options_.seed, "expert rows", stream(epoch)).permutation(rows_);
      epoch_ = epoch;
    }
    const int64_t begin = update % per_epoch_ * options_.batch;
    return std::span(order_).subspan(static_cast<size_t>(begin), static_cast<size_t>(std::min(options_.batch, rows_ - begin)));
  }

 private:
  uint64_t stream(int64_t epoch) const { return (static_cast<uint64_t>(expert_) << 32U) + static_cast<uint64_t>(epoch); }

  int64_t rows_;
  const ExpertOptions& options_;
  int64_t expert_;
  int64_t per_epoch_;
  int64_t epoch_ = -1;
  std::vector<int64_t> order_;
};

/// One expert in training.
class Expert {
 public:
  Expert(const nn::Classifier& network, const RealRows& real, const ExpertOptions& options, int64_t number)
      : network_(network), real_(real), options_(options), number_(number), rows_(real.size(), options, number) {
    const nn::State fresh = nn::initial_state(network, Random(options.seed, "expert", static_cast<uint64_t>(number)));
    for (const Tensor& each : fresh.parameters) parameters_.push_back(each.to(real.device()));
    for (const Tensor& each : fresh.buffers) buffers_.push_back(each.to(real.device()));
    for (const Tensor& each : parameters_) momenta_.push_back(at::zeros_like(each));
  }

  int64_t updates() const { return updates_; }
  int64_t between() const { return options_.every > 0 ? options_.every : (real_.size() + options_.batch - 1) / options_.batch; }

  void update() {
    const RealBatch batch = batch_of(updates_);
    const auto gradient = [&](const Tensors& at) { return gradient_at(at, batch); };
    const Tensors step = flat_gradient(gradient, parameters_, options_.flatness);
    const c10::NoGradGuard values_only;
    at::_foreach_mul_(momenta_, options_.momentum);
    at::_foreach_add_(momenta_, step);
    at::_foreach_add_(parameters_, momenta_, -options_.rate);
    ++updates_;
  }

  void write_checkpoint(const fs::path& folder, const std::string& identity) const {
    std::vector<ExpertTensor> tensors;
    const auto& specs = network_.parameters();
    for (size_t i = 0; i < specs.size(); ++i) tensors.push_back({specs[i].name, specs[i].shape, values_on_cpu(parameters_[i])});
    const int64_t checkpoint = updates_ / between();
    write_expert(checkpoint_file(folder, number_, checkpoint), tensors, {identity, number_, checkpoint});
  }

  void save(const fs::path& file, const std::string& identity) const {
    std::vector<std::vector<float>> kept;
    std::vector<SafeTensor> stored;
    const Tensors all = memory();
    kept.reserve(all.size());
    for (const Tensor& tensor : all) {
      kept.push_back(values_on_cpu(tensor));
      stored.push_back(
          {fmt::format("{:05}", stored.size()), ElementType::f32, tensor.sizes().vec(), std::as_bytes(std::span(kept.back()))});
    }
    write_safetensors(file, stored, {{kOfExperts, identity}, {kUpdates, std::to_string(updates_)}});
  }

  /// As `file` says, if it is there.
  void resume(const fs::path& file, const std::string& identity) {
    if (!fs::exists(file)) return;
    const SafeTensors content = open_safetensors(file);
    const auto fault = [&](const char* what) { return InputError({file.string(), "", what, "Delete the folder it lies in"}); };
    const auto said = [&](const char* key) { return content.metadata.contains(key) ? content.metadata.at(key) : std::string(); };
    const std::string count = said(kUpdates);
    int64_t updates = -1;
    std::from_chars(count.data(), count.data() + count.size(), updates);
    const Tensors all = memory();
    if (said(kOfExperts) != identity || updates < 0 || updates > between() * options_.checkpoints || content.tensors.size() != all.size())
      throw fault("holds an expert of another network, of other rows or of other options");
    for (size_t i = 0; i < all.size(); ++i) {
      const SafeTensor* stored = content.find(fmt::format("{:05}", i));
      if (stored == nullptr || stored->type != ElementType::f32 || stored->shape != all[i].sizes().vec())
        throw fault("does not fit the network");
      std::vector<float> values(stored->data.size() / sizeof(float));
      std::memcpy(values.data(), stored->data.data(), stored->data.size());
      all[i].copy_(at::from_blob(values.data(), stored->shape, at::kFloat));
    }
    updates_ = updates;
  }

 private:
  RealBatch batch_of(int64_t update) {
    RealBatch batch = real_.batch(rows_.of(update));
    Random random(options_.seed, "expert pictures", (static_cast<uint64_t>(number_) << 32U) + static_cast<uint64_t>(update));
    batch.pictures = augmented(options_.augment, batch.pictures, random);
    return batch;
  }

  Tensors gradient_at(const Tensors& at, const RealBatch& batch) {
    const at::AutoGradMode graph(true);
    Tensors leaves;
    for (const Tensor& each : at) leaves.push_back(each.detach().set_requires_grad(true));
    const Tensor logits = network_.forward({leaves, buffers_, /*training=*/true}, batch.pictures);
    return torch::autograd::grad({at::cross_entropy_loss(logits, batch.labels)}, leaves);
  }

  /// Shared tensors: all that the next update follows from.
  Tensors memory() const {
    Tensors all = parameters_;
    all.insert(all.end(), momenta_.begin(), momenta_.end());
    all.insert(all.end(), buffers_.begin(), buffers_.end());
    return all;
  }

  const nn::Classifier& network_;
  const RealRows& real_;
  const ExpertOptions& options_;
  int64_t number_;
  ExpertRows rows_;
  Tensors parameters_;
  Tensors buffers_;
  Tensors momenta_;
  int64_t updates_ = 0;
};

void train_expert(Expert& expert, const ExpertOptions& options, const fs::path& folder, const std::string& identity,
                  const fs::path& unfinished, Stage& stage) {
  expert.resume(unfinished, identity);
  stage.skip(expert.updates());
  if (expert.updates() == 0) expert.write_checkpoint(folder, identity);
  while (expert.updates() < expert.between() * options.checkpoints) {
    expert.update();
    stage.advance();
    if (expert.updates() % expert.between() != 0) continue;
    expert.write_checkpoint(folder, identity);
    expert.save(unfinished, identity);
  }
  fs::remove(unfinished);
}

std::string digest_of(const RealRows& real) {
  Digest digest;
  std::vector<int64_t> numbers(static_cast<size_t>(real.size()));
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  const Tensor bytes = real.bytes(numbers).to(at::kCPU).contiguous();
  const Tensor labels = real.labels().to(at::kCPU).contiguous();
  digest.add(std::as_bytes(std::span(bytes.data_ptr<uint8_t>(), static_cast<size_t>(bytes.numel()))));
  digest.add(std::as_bytes(std::span(labels.data_ptr<int64_t>(), static_cast<size_t>(labels.numel()))));
  return digest.hex();
}

}  // namespace

CacheKey expert_key(const nn::Classifier& network, const RealRows& real, const ExpertOptions& options) {
  return CacheKey("experts")
      .add("network", network.spec().name)
      .add("pictures", network.description())
      .add("rows", digest_of(real))
      .add("checkpoints", options.checkpoints)
      .add("every", options.every)
      .add("experts", options.experts)
      .add("batch", options.batch)
      .add("rate", options.rate)
      .add("momentum", options.momentum)
      .add("radius", options.flatness.radius)
      .add("gap", options.flatness.gap)
      .add("adaptive", options.flatness.adaptive)
      .add("augment", options.augment)
      .add("seed", options.seed)
      .add("numerics", fmt::format("libtorch {} on {}", TORCH_VERSION, real.device().str()));
}

void train_experts(const nn::Classifier& network, const RealRows& real, const ExpertOptions& options, const fs::path& folder,
                   const std::string& identity, const Context& context) {
  const Expert first(network, real, options, 0);
  Stage stage(context, "experts", options.experts * options.checkpoints * first.between(), "updates");
  for (int64_t i = 0; i < options.experts; ++i) {
    const fs::path unfinished = folder / fmt::format(kUnfinished, i);
    if (fs::exists(checkpoint_file(folder, i, options.checkpoints)) && !fs::exists(unfinished)) {
      stage.skip(options.checkpoints * first.between());
      continue;
    }
    Expert expert(network, real, options, i);
    train_expert(expert, options, folder, identity, unfinished, stage);
  }
}

ExpertBuffer obtain_experts(const nn::Classifier& network, const RealRows& real, const ExpertOptions& options, const fs::path& cache,
                            const Context& context) {
  const CacheKey key = expert_key(network, real, options);
  const auto whole = [&](const fs::path& folder) { return is_finished(folder, options); };
  const auto fill = [&](const fs::path& folder) { train_experts(network, real, options, folder, key.name(), context); };
  const Cache::Entry entry = Cache(cache, context).obtain(key, whole, fill, /*resumable=*/true);
  return {network, entry.folder, key.name(), options};
}

ExpertBuffer::ExpertBuffer(const nn::Classifier& network, fs::path folder, std::string identity, const ExpertOptions& options)
    : network_(network), folder_(std::move(folder)), identity_(std::move(identity)), options_(options) {}

Tensors ExpertBuffer::parameters(int64_t expert, int64_t checkpoint) const {
  DECANT_CHECK(expert, <, options_.experts);
  DECANT_CHECK(checkpoint, <=, options_.checkpoints);
  std::vector<ExpertTensor> expected;
  for (const nn::TensorSpec& spec : network_.parameters()) expected.push_back({spec.name, spec.shape, {}});
  Tensors result;
  for (const ExpertTensor& stored : read_expert(checkpoint_file(folder_, expert, checkpoint), expected, {identity_, expert, checkpoint}))
    result.push_back(tensor_of(stored));
  return result;
}

}  // namespace decant::distill
