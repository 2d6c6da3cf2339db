#include "decant/features/static_embedding.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/formats/safetensors/floats.h"

namespace decant::features {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kEmbedChunk = 1024;  // texts
constexpr int64_t kSummed = 64;        // rows of the table
constexpr const char* kStaticRemedy =
    "Give the folder of a Model2Vec model: tokenizer.json, model.safetensors, config.json; for a BERT model use --features sentence";

/// The tensors of such a model, and what is wrong with them.
class StaticFile {
 public:
  StaticFile(const fs::path& path, const text::WordPiece& tokenizer)
      : path_(path.string()), content_(open_safetensors(path)), last_(tokenizer.last_token()) {}

  Matrix<float> table() const {
    const SafeTensor& stored = require_tensor(content_, "embeddings", path_, kStaticRemedy);
    if (stored.shape.size() != 2 || stored.shape[0] < 1 || stored.shape[1] < 1)
      refuse(stored, fmt::format("has shape {}, not (tokens, width)", shape_text(stored.shape)));
    Matrix<float> table(stored.shape[0], stored.shape[1]);
    copy_floats(stored, path_, {table.data(), static_cast<size_t>(table.rows() * table.cols())});
    if (content_.find("mapping") == nullptr) require_every_token(stored);
    return table;
  }

  std::vector<float> weights() const {
    const SafeTensor* const stored = content_.find("weights");
    if (stored == nullptr) return {};
    require_one_per_token(*stored);
    std::vector<float> weights(static_cast<size_t>(stored->shape[0]));
    copy_floats(*stored, path_, weights);
    return weights;
  }

  std::vector<int32_t> mapping(int64_t rows) const {
    const SafeTensor* const stored = content_.find("mapping");
    if (stored == nullptr) return {};
    require_one_per_token(*stored);
    if (stored->type != ElementType::i64 && stored->type != ElementType::i32)
      refuse(*stored, fmt::format("holds {}, not I64 or I32", safetensors_name(stored->type)));
    std::vector<int32_t> mapping;
    for (size_t id = 0; id < static_cast<size_t>(stored->shape[0]); ++id) {
      const int64_t row = number(*stored, id);
      if (row < 0 || row >= rows) refuse(*stored, fmt::format("maps the token of id {} to row {} of {}", id, row, rows));
      mapping.push_back(static_cast<int32_t>(row));
    }
    return mapping;
  }

 private:
  [[noreturn]] void refuse(const SafeTensor& tensor, std::string what) const {
    throw InputError({path_, fmt::format("tensor '{}'", tensor.name), std::move(what), kStaticRemedy});
  }

  void require_every_token(const SafeTensor& tensor) const {
    if (tensor.shape[0] <= last_.second)
      refuse(tensor,
             fmt::format("has {} rows, but the tokenizer's '{}' has the id {}", tensor.shape[0], last_.first.substr(0, 100), last_.second));
  }

  void require_one_per_token(const SafeTensor& tensor) const {
    if (tensor.shape.size() != 1) refuse(tensor, fmt::format("has shape {}, not (tokens)", shape_text(tensor.shape)));
    require_every_token(tensor);
  }

  static int64_t number(const SafeTensor& tensor, size_t index) {
    int64_t wide = 0;
    int32_t narrow = 0;
    if (tensor.type == ElementType::i64) {
      std::memcpy(&wide, tensor.data.data() + 8 * index, 8);
      return wide;
    }
    std::memcpy(&narrow, tensor.data.data() + 4 * index, 4);
    return narrow;
  }

  std::string path_;
  SafeTensors content_;
  std::pair<std::string, int32_t> last_;
};

bool says_normalize(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  if (!fs::is_regular_file(file)) throw InputError({folder.string(), "", "holds no config.json", kStaticRemedy});
  const Json config = read_json(file);
  const auto found = config.is_object() ? config.find("normalize") : config.end();
  if (!config.is_object() || (found != config.end() && !found->is_boolean()))
    throw InputError({file.string(), "normalize", "is neither true nor false", kStaticRemedy});
  return found != config.end() && found->get<bool>();
}

}  // namespace

/// Sums in float32 of a few rows at a time, which processors add fast; the sum of these in float64.
void StaticEmbedding::embed(std::span<const int32_t> ids, std::span<float> out) const {
  std::vector<double> sum(out.size(), 0.0);
  int64_t known = 0;
  const auto flush = [&] {
    for (size_t j = 0; j < sum.size(); ++j) sum[j] += std::exchange(out[j], 0.0F);
  };
  std::ranges::fill(out, 0.0F);
  for (const int32_t id : ids) {
    if (id == tokenizer_.unknown()) continue;
    const auto at = static_cast<size_t>(id);
    const float weight = weights_.empty() ? 1 : weights_[at];
    const float* const from = table_[mapping_.empty() ? id : mapping_[at]].data();
    for (size_t j = 0; j < out.size(); ++j) out[j] += weight * from[j];
    if (++known % kSummed == 0) flush();
  }
  flush();
  double squares = 0;
  for (const double value : sum) squares += value * value;
  const double scale = normalize_ ? (squares > 0 ? 1 / std::sqrt(squares) : 0) : (known > 0 ? 1 / static_cast<double>(known) : 0);
  for (size_t j = 0; j < sum.size(); ++j) out[j] = static_cast<float>(sum[j] * scale);
}

void StaticEmbedding::transform_some(const Rows& rows, std::span<const int64_t> bad, int64_t begin, int64_t end,
                                     MatrixView<float> out) const {
  const Texts& texts = require_texts(rows);
  text::BertWords words = tokenizer_.words();
  std::vector<int32_t> ids;
  Record record;
  for (int64_t row = begin; row < end; ++row) {
    ids.clear();
    if (!std::ranges::binary_search(bad, row)) {
      texts.read(row, record);
      tokenizer_.append(record, words, ids);
    }
    embed(ids, out[row]);
  }
}

void StaticEmbedding::transform(const Rows& rows, std::span<const int64_t> bad, MatrixView<float> out, const Context& context) const {
  DECANT_CHECK(out.rows, ==, rows.size());
  DECANT_CHECK(out.cols, ==, width());
  Stage stage(context, "features", rows.size(), "records");
  parallel_for(context, rows.size(), kEmbedChunk, [&](int64_t begin, int64_t end) {
    transform_some(rows, bad, begin, end, out);
    stage.advance(end - begin);
  });
}

StaticEmbedding open_static_embedding(const fs::path& folder) {
  const bool normalize = says_normalize(folder);
  text::WordPiece tokenizer = text::open_wordpiece(folder);
  const fs::path weights = folder / "model.safetensors";
  if (!fs::is_regular_file(weights)) throw InputError({folder.string(), "", "holds no model.safetensors", kStaticRemedy});
  const StaticFile file(weights, tokenizer);
  StaticEmbedding embedding(std::move(tokenizer), file.table());
  embedding.weights_ = file.weights();
  embedding.mapping_ = file.mapping(embedding.table_.rows());
  embedding.normalize_ = normalize;
  return embedding;
}

}  // namespace decant::features
