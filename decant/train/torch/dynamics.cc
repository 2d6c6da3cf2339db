#include "decant/train/dynamics.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <limits>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/stopwatch.h"
#include "decant/formats/npy/npy.h"
#include "decant/kernels/half.h"
#include "decant/nn/device.h"
#include "decant/nn/tensor_memory.h"
#include "decant/nn/weights.h"
#include "decant/train/observation.h"
#include "decant/train/torch/classification.h"
#include "decant/train/torch/resume.h"
#include "decant/train/torch/steps.h"

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

/// One network output per row, read back to the CPU.
void observe_batch(const Outputs& output, const Batch& batch, EpochRecord& record) {
  const at::Tensor logits = output.logits.to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor norms = at::linalg_vector_norm(output.embedding, 2, {1}).to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor labels = batch.targets.to(at::kCPU).contiguous();
  const auto classes = static_cast<size_t>(logits.size(1));
  for (size_t i = 0; i < batch.rows.size(); ++i) {
    const std::span row(logits.data_ptr<float>() + i * classes, classes);
    record.put(batch.rows[i], observe(row, labels.data_ptr<int64_t>()[i], norms.data_ptr<float>()[i]));
  }
}

/// Which recording a folder holds: whatever decides its bytes.
std::string name_of(const DynamicsJob& job, const Task& task) {
  Digest digest;
  digest.add(result_key(job.training.options) + task.module().description());
  digest.add(std::as_bytes(job.training.subset));
  return digest.hex();
}

/// From a file an epoch to a file a number.
void assemble(const fs::path& folder, int epochs, int64_t rows) {
  const auto count = static_cast<size_t>(rows);
  for (size_t what = 0; what < kDynamicCount; ++what) {
    std::vector<uint16_t> halves(static_cast<size_t>(epochs) * count);
    for (int epoch = 0; epoch < epochs; ++epoch) {
      const NpyArray record = open_npy(epoch_file(folder, epoch));
      if (record.type != ElementType::f16 || record.shape != std::vector<int64_t>{kDynamicCount, rows})
        throw InputError({epoch_file(folder, epoch).string(), "", "is not a record of this data set", "Delete the folder"});
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
        task_(job.training, context),
        training_(task_, nn::initial_state(task_.module(), Random(options_.seed, "weights")), options_),
        rows_(std::ssize(job.training.subset)),
        steps_each_((rows_ + options_.batch - 1) / options_.batch),
        schedule_(schedule_of(options_, options_.epochs * steps_each_)),
        name_(name_of(job, task_)) {}

  DynamicsResult run() {
    DynamicsResult result;
    const fs::path state = job_.folder / kStateFile;
    const int64_t steps_before = load_training(training_, name_, state);
    result.epochs_before = static_cast<int>(steps_before / steps_each_);
    // The outputs are read after every step, so on a device nothing would be won by leaving the
    // loss there.
    LossLog log(/*block=*/1, steps_before);
    Stage stage(context_, "proxy", options_.epochs * rows_, "pictures");
    stage.skip(result.epochs_before * rows_);
    for (int epoch = result.epochs_before; epoch < options_.epochs; ++epoch) {
      EpochRecord record(job_.training.rows->size());
      pass(epoch, log, record, stage);
      record.write(epoch_file(job_.folder, epoch));
      save_training(training_, log.next_step(), name_, state);
    }
    result.steps = options_.epochs * steps_each_;
    assemble(job_.folder, options_.epochs, job_.training.rows->size());
    if (!job_.training.save_weights.empty()) nn::save_weights(task_.module(), training_.state(), job_.training.save_weights);
    return result;
  }

 private:
  void pass(int epoch, LossLog& log, EpochRecord& record, Stage& stage) {
    const auto source = task_.batches(epoch * rows_, rows_, context_);
    Outputs output;
    const auto after = [&](const Batch& batch) {
      observe_batch(output, batch, record);
      stage.advance(batch.count);
    };
    try {
      run_steps(training_, *source, schedule_, steps_each_, log, after, &output);
    } catch (const Diverged& fault) {
      throw InputError({"", fmt::format("the proxy ({})", options_.net),
                        fmt::format("diverged: at step {} the loss is {} (learning rate {:.3g})", fault.step, fault.loss, fault.rate),
                        "Use another network (--score-net, or --net of decant scores), or a method that needs no scores"});
    }
  }

  const DynamicsJob& job_;
  const TrainOptions& options_;
  const Context& context_;
  Classification task_;
  Training training_;
  int64_t rows_;        ///< of the subset
  int64_t steps_each_;  ///< in an epoch
  Schedule schedule_;
  std::string name_;
};

}  // namespace

DynamicsResult record_dynamics(const DynamicsJob& job, const Context& context) {
  const Stopwatch clock;
  check(job.training.options);
  if (job.training.options.epochs < 1) throw InputError({"", "--score-epochs", "must be at least 1", "Give a number of epochs"});
  if (job.training.classes < 2)
    throw InputError({"", "", "has only one class, so there is nothing to learn", "Use a method that needs no scores"});
  const nn::ThreadCount threads(context.thread_count());
  const nn::MemoryReuse memory;
  DynamicsResult result = Recording(job, context).run();
  result.seconds = clock.seconds();
  return result;
}

}  // namespace decant::train
