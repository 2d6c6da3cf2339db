#include "decant/train/dynamics.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <cmath>
#include <limits>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/safetensors/safetensors.h"
#include "decant/kernels/half.h"
#include "decant/nn/device.h"
#include "decant/nn/tensor_memory.h"
#include "decant/nn/weights.h"
#include "decant/train/observation.h"
#include "decant/train/torch/picture_source.h"
#include "decant/train/torch/setting.h"
#include "decant/train/torch/training.h"

namespace decant::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStateFile = "state.safetensors";

fs::path epoch_file(const fs::path& folder, int epoch) {
  return folder / fmt::format("epoch-{}.npy", epoch);
}

void write_halves(const fs::path& file, std::span<const uint16_t> halves, const std::vector<int64_t>& shape) {
  FileWriter writer(file);
  writer.write(npy_header(ElementType::f16, shape));
  writer.write(std::as_bytes(halves));
  writer.commit();
}

/// What was seen in one epoch: (6, rows), NaN where nothing was.
class EpochRecord {
 public:
  explicit EpochRecord(int64_t rows)
      : rows_(rows), halves_(kDynamicCount * static_cast<size_t>(rows), float_to_half(std::numeric_limits<float>::quiet_NaN())) {}

  void put(int64_t row, const Observation& seen) {
    for (size_t i = 0; i < kDynamicCount; ++i)
      halves_[i * static_cast<size_t>(rows_) + static_cast<size_t>(row)] = float_to_half(static_cast<float>(seen[i]));
  }

  void write(const fs::path& file) const { write_halves(file, halves_, {kDynamicCount, rows_}); }

 private:
  int64_t rows_;
  std::vector<uint16_t> halves_;
};

/// One network output a row; the outputs are on the CPU already or come there.
void observe_batch(const Training::Output& output, const PictureBatch& batch, EpochRecord& record) {
  const at::Tensor logits = output.logits.to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor norms = at::linalg_vector_norm(output.embedding, 2, {1}).to(at::kCPU, at::kFloat).contiguous();
  const auto classes = static_cast<size_t>(logits.size(1));
  for (size_t i = 0; i < batch.rows.size(); ++i) {
    const std::span row(logits.data_ptr<float>() + i * classes, classes);
    record.put(batch.rows[i], observe(row, batch.classes[i], norms.data_ptr<float>()[i]));
  }
}

/// Which recording a folder holds: whatever decides its bytes.
std::string name_of(const DynamicsJob& job, const Setting& setting) {
  const ImageSize size = setting.table->size();
  Digest digest;
  digest.add(fmt::format("{} {} {}x{}x{}", result_key(job.training.options), job.training.classes, size.width, size.height, size.channels));
  digest.add(std::as_bytes(job.training.subset));
  return digest.hex();
}

void save_state(const Training& training, int epochs, const std::string& name, const fs::path& file) {
  std::vector<at::Tensor> kept;  // what the bytes below belong to
  std::vector<SafeTensor> stored;
  for (const at::Tensor& tensor : training.memory()) {
    kept.push_back(tensor.to(at::kCPU, at::kFloat).contiguous());
    const std::span values(kept.back().data_ptr<float>(), static_cast<size_t>(kept.back().numel()));
    stored.push_back({fmt::format("{:05}", stored.size()), ElementType::f32, kept.back().sizes().vec(), std::as_bytes(values)});
  }
  write_safetensors(file, stored, {{"epochs", std::to_string(epochs)}, {"recording", name}});
}

/// Takes the training to where `file` says it was and returns the epochs that are done, 0 when there is no such file. Throws InputError
/// for another recording's.
int load_state(Training& training, const std::string& name, int64_t steps_each, const fs::path& file) {
  if (!fs::exists(file)) return 0;
  const SafeTensors content = open_safetensors(file);
  const auto said = [&](const char* key) {
    const auto found = content.metadata.find(key);
    return found == content.metadata.end() ? std::string() : found->second;
  };
  const std::vector<at::Tensor> memory = training.memory();
  if (said("recording") != name || content.tensors.size() != memory.size())
    throw InputError({file.string(), "", "belongs to a recording with other options or rows", "Delete the folder, or give another"});
  std::vector<at::Tensor> loaded;
  for (size_t i = 0; i < memory.size(); ++i) {
    const SafeTensor* stored = content.find(fmt::format("{:05}", i));
    if (stored == nullptr || stored->type != ElementType::f32 || stored->shape != memory[i].sizes().vec())
      throw InputError({file.string(), fmt::format("tensor {}", i), "does not fit the network", "Delete the folder"});
    loaded.push_back(at::empty(stored->shape, at::kFloat));
    std::copy_n(stored->data.data(), stored->data.size(), static_cast<std::byte*>(loaded.back().data_ptr()));
  }
  const int epochs = std::atoi(said("epochs").c_str());
  training.restore(loaded, epochs * steps_each);
  return epochs;
}

/// From a file an epoch to a file a number.
void assemble(const fs::path& folder, int epochs, int64_t rows) {
  const auto count = static_cast<size_t>(rows);
  for (size_t what = 0; what < kDynamicCount; ++what) {
    std::vector<uint16_t> halves(static_cast<size_t>(epochs) * count);
    for (int epoch = 0; epoch < epochs; ++epoch) {
      const NpyArray record = open_npy(epoch_file(folder, epoch));
      if (record.type != ElementType::f16 || record.shape != std::vector<int64_t>{kDynamicCount, rows})
        throw InputError({epoch_file(folder, epoch).string(), "", "is no record of this data set", "Delete the folder"});
      const Bytes values = record.row(static_cast<int64_t>(what));
      std::copy_n(values.data(), values.size(), reinterpret_cast<std::byte*>(halves.data() + static_cast<size_t>(epoch) * count));
    }
    write_halves(folder / (std::string(kDynamicNames[what]) + ".npy"), halves, {epochs, rows});
  }
  fs::remove(folder / kStateFile);  // first: with a state, every epoch's file is believed to be there
  for (int epoch = 0; epoch < epochs; ++epoch) fs::remove(epoch_file(folder, epoch));
}

/// One training in progress, with a record of it.
class Recording {
 public:
  Recording(const DynamicsJob& job, const Context& context)
      : job_(job),
        options_(job.training.options),
        context_(context),
        setting_(job.training, context),
        training_(*setting_.network, nn::initial_state(*setting_.network, Random(options_.seed, "weights")), options_, setting_.device),
        rows_(std::ssize(job.training.subset)),
        steps_each_((rows_ + options_.batch - 1) / options_.batch),
        schedule_(schedule_of(options_, options_.epochs * steps_each_)),
        name_(name_of(job, setting_)) {}

  DynamicsResult run() {
    DynamicsResult result;
    const fs::path state = job_.folder / kStateFile;
    result.epochs_before = load_state(training_, name_, steps_each_, state);
    Stage stage(context_, "proxy", options_.epochs * rows_, "pictures");
    stage.skip(result.epochs_before * rows_);
    for (int epoch = result.epochs_before; epoch < options_.epochs; ++epoch) {
      EpochRecord record(job_.training.rows->size());
      pass(epoch, record, stage);
      record.write(epoch_file(job_.folder, epoch));
      save_state(training_, epoch + 1, name_, state);
    }
    result.steps = options_.epochs * steps_each_;
    assemble(job_.folder, options_.epochs, job_.training.rows->size());
    if (!job_.training.save_weights.empty()) nn::save_weights(*setting_.network, training_.state(), job_.training.save_weights);
    return result;
  }

 private:
  void pass(int epoch, EpochRecord& record, Stage& stage) {
    const auto source = open_pictures(*setting_.table, job_.training.subset,
                                      {.batch = options_.batch,
                                       .first = epoch * rows_,
                                       .samples = rows_,
                                       .shuffle = true,
                                       .seed = options_.seed,
                                       .augmentation = {options_.crop, options_.flip},
                                       .normalisation = setting_.normalisation},
                                      setting_.device, context_);
    Training::Output output;
    while (const PictureBatch* batch = source->next()) {
      const int64_t step = epoch * steps_each_ + batch->number;
      const double rate = schedule_.at(step);
      // The outputs are read after every step, so on a device nothing would be won by leaving the loss there.
      const float loss = training_.step(batch->images, batch->labels, rate, &output).item<float>();
      if (!std::isfinite(loss))
        throw InputError({"", fmt::format("the proxy ({})", options_.net),
                          fmt::format("diverged: at step {} the loss is {} (learning rate {:.3g})", step, loss, rate),
                          "Watch another network (--score-net, or --net of decant scores), or choose by a method that needs no scores"});
      observe_batch(output, *batch, record);
      stage.advance(batch->count);
    }
  }

  const DynamicsJob& job_;
  const TrainOptions& options_;
  const Context& context_;
  Setting setting_;
  Training training_;
  int64_t rows_;        ///< of the subset
  int64_t steps_each_;  ///< in an epoch
  Schedule schedule_;
  std::string name_;
};

}  // namespace

DynamicsResult record_dynamics(const DynamicsJob& job, const Context& context) {
  const Clock clock;
  check(job.training.options);
  if (job.training.options.epochs < 1)
    throw InputError({"", "--score-epochs", "must be at least 1", "Give a number of passes over the set"});
  if (job.training.classes < 2)
    throw InputError({"", "", "has one class only, and a network learns nothing from that", "Choose by a method that needs no scores"});
  loader::require_labels(*job.training.rows, job.training.subset, job.training.classes);
  const nn::ThreadCount threads(context.thread_count());
  const nn::MemoryReuse memory;
  DynamicsResult result = Recording(job, context).run();
  result.seconds = clock.seconds();
  return result;
}

}  // namespace decant::train
