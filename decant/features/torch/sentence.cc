#include "decant/features/sentence.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <cmath>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/features/torch/sentence_network.h"
#include "decant/nn/device.h"
#include "decant/nn/tensor_memory.h"
#include "decant/text/wordpiece.h"

namespace decant::features {
namespace {

using at::Tensor;

constexpr int64_t kWindow = 2048;            // chunks that are sorted by their length
constexpr int64_t kTokensOfCpuBatch = 4096;  // a few megabytes for each layer's maps
constexpr int64_t kTokensOfCudaBatch = 65536;

/// Tokens of one piece of a record, with those around them.
struct Chunk {
  int64_t row = 0;
  std::vector<int32_t> ids;
  double weight = 1;
};

text::WordPiece tokenizer_for(const SentenceFolder& folder) {
  text::WordPiece tokenizer = text::open_wordpiece(folder.network);
  const std::string place = folder.network.string();
  if (!tokenizer.begin() || !tokenizer.end())
    throw InputError({place, "", "its tokenizer has no [CLS] or no [SEP]", "Use the tokenizer that came with the model"});
  const auto [token, id] = tokenizer.last_token();
  if (id >= folder.shape.vocab_size)
    throw InputError({place, fmt::format("token '{}'", token.substr(0, 100)),
                      fmt::format("has the id {}, but vocab_size in config.json is {}", id, folder.shape.vocab_size),
                      "Use the tokenizer that came with the model"});
  return tokenizer;
}

/// Cuts records into chunks.
class Chunker {
 public:
  Chunker(const Rows& rows, const SentenceFolder& folder)
      : texts_(require_texts(rows)),
        tokenizer_(tokenizer_for(folder)),
        words_(tokenizer_.words()),
        longest_(static_cast<size_t>(folder.longest - 2)) {}

  void append(int64_t row, std::vector<Chunk>& chunks) {
    ids_.clear();
    texts_.read(row, record_);
    tokenizer_.append(record_, words_, ids_);
    size_t begin = 0;
    do {
      const size_t count = std::min(ids_.size() - begin, longest_);
      Chunk& chunk = chunks.emplace_back();
      chunk.row = row;
      chunk.weight = static_cast<double>(std::max<size_t>(count, 1));
      chunk.ids.push_back(*tokenizer_.begin());
      chunk.ids.insert(chunk.ids.end(), ids_.begin() + static_cast<int64_t>(begin), ids_.begin() + static_cast<int64_t>(begin + count));
      chunk.ids.push_back(*tokenizer_.end());
      begin += count;
    } while (begin < ids_.size());
  }

 private:
  const Texts& texts_;
  text::WordPiece tokenizer_;
  text::BertWords words_;
  size_t longest_;
  Record record_;
  std::vector<int32_t> ids_;
};

/// Chunks side by side, the shorter ones padded.
struct PaddedBatch {
  Tensor ids;       ///< (batch, length) int64
  Tensor mask;      ///< (batch, length) float32: 1 where there is a token
  Tensor key_bias;  ///< undefined where nothing is padded
};

PaddedBatch padded(std::span<const Chunk* const> chunks) {
  const auto batch = std::ssize(chunks);
  const auto longest = std::ssize((*std::ranges::max_element(chunks, {}, [](const Chunk* chunk) { return chunk->ids.size(); }))->ids);
  PaddedBatch out{at::zeros({batch, longest}, at::kLong), at::zeros({batch, longest}, at::kFloat), {}};
  bool whole = true;
  for (int64_t i = 0; i < batch; ++i) {
    const std::vector<int32_t>& ids = chunks[static_cast<size_t>(i)]->ids;
    std::ranges::copy(ids, out.ids.data_ptr<int64_t>() + i * longest);
    std::fill_n(out.mask.data_ptr<float>() + i * longest, ids.size(), 1.0F);
    whole = whole && std::ssize(ids) == longest;
  }
  if (!whole) {
    const Tensor lowest = at::full({1}, -std::numeric_limits<float>::infinity());
    out.key_bias = at::zeros({batch, longest}, at::kFloat).masked_fill_(out.mask == 0, lowest[0]).view({batch, 1, 1, longest});
  }
  return out;
}

class Encoder {
 public:
  Encoder(const SentenceFolder& folder, const std::string& device)
      : folder_(folder), device_(nn::device_named(device)), network_(make_sentence_network(folder, device_)) {}

  int64_t tokens_of_batch() const { return device_.is_cpu() ? kTokensOfCpuBatch : kTokensOfCudaBatch; }

  /// (batch, width) float32 on the CPU.
  Tensor operator()(std::span<const Chunk* const> chunks) const {
    const PaddedBatch batch = padded(chunks);
    const Tensor tokens = (*network_)(batch.ids.to(device_), batch.key_bias.defined() ? batch.key_bias.to(device_) : Tensor());
    if (folder_.pooling == Pooling::first) return tokens.select(1, 0).to(at::kCPU).contiguous();
    const Tensor mask = batch.mask.to(device_).unsqueeze(-1);
    return ((tokens * mask).sum(at::IntArrayRef{1}) / mask.sum(at::IntArrayRef{1})).to(at::kCPU).contiguous();
  }

 private:
  const SentenceFolder& folder_;
  at::Device device_;
  std::unique_ptr<SentenceNetwork> network_;
};

/// How many of the chunks, which fall in length, go into one batch.
size_t batch_size(std::span<const Chunk* const> sorted, int64_t tokens) {
  const auto fitting = static_cast<size_t>(std::max<int64_t>(1, tokens / std::ssize(sorted.front()->ids)));
  return std::min(fitting, sorted.size());
}

/// Adds weight · vector of every chunk to `sums`, a row for each row from `first`.
void add_chunks(const Encoder& encoder, const std::vector<Chunk>& chunks, int64_t first, Matrix<double>& sums, const Context& context) {
  std::vector<const Chunk*> order;
  for (const Chunk& chunk : chunks) order.push_back(&chunk);
  std::ranges::stable_sort(order, std::ranges::greater(), [](const Chunk* chunk) { return chunk->ids.size(); });
  for (std::span<const Chunk* const> left = order; !left.empty();) {
    context.check_cancelled();
    const auto batch = left.first(batch_size(left, encoder.tokens_of_batch()));
    left = left.subspan(batch.size());
    const Tensor vectors = encoder(batch);
    const float* from = vectors.data_ptr<float>();
    for (const Chunk* chunk : batch) {
      for (double& sum : sums[chunk->row - first]) sum += chunk->weight * *from++;
    }
  }
}

void finish_row(std::span<const double> sum, double weight, bool normalize, std::span<float> out) {
  double squares = 0;
  for (const double value : sum) squares += value * value;
  const double scale = normalize ? (squares > 0 ? 1 / std::sqrt(squares) : 0) : 1 / weight;
  std::ranges::transform(sum, out.begin(), [&](double value) { return static_cast<float>(value * scale); });
}

}  // namespace

void sentence_features(const Rows& rows, std::span<const int64_t> bad, const SentenceFolder& folder, const std::string& device,
                       MatrixView<float> out, const Context& context) {
  DECANT_CHECK(out.rows, ==, rows.size());
  DECANT_CHECK(out.cols, ==, folder.shape.hidden_size);
  const nn::ComputeScope scope(context);
  const nn::MemoryReuse reuse;
  const c10::NoGradGuard no_grad;
  Chunker chunker(rows, folder);
  const Encoder encoder(folder, device);
  Stage stage(context, "features", rows.size(), "records");
  for (int64_t first = 0, end = 0; first < rows.size(); first = end) {
    std::vector<Chunk> chunks;
    for (; end < rows.size() && std::ssize(chunks) < kWindow && end - first < kWindow; ++end) {
      if (!std::ranges::binary_search(bad, end)) chunker.append(end, chunks);
    }
    Matrix<double> sums(end - first, out.cols);
    std::vector<double> weights(static_cast<size_t>(end - first), 0.0);
    for (const Chunk& chunk : chunks) weights[static_cast<size_t>(chunk.row - first)] += chunk.weight;
    add_chunks(encoder, chunks, first, sums, context);
    for (int64_t row = first; row < end; ++row) {
      const double weight = weights[static_cast<size_t>(row - first)];
      finish_row(sums[row - first], weight > 0 ? weight : 1, folder.normalize, out[row]);
    }
    stage.advance(end - first);
  }
}

}  // namespace decant::features
