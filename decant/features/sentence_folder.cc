#include "decant/features/sentence_folder.h"

#include <algorithm>
#include <array>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"

namespace decant::features {
namespace fs = std::filesystem;

namespace {

constexpr const char* kEncoders =
    "Supported are BERT models (MiniLM, BGE, E5, GTE and such of model_type bert) and MPNet (model_type mpnet) with mean or CLS pooling; "
    "give features of others as a .npy";

/// A JSON file whose fields are asked for one by one.
class ModelConfig {
 public:
  explicit ModelConfig(const fs::path& file) : file_(file.string()) {
    if (!fs::is_regular_file(file)) throw InputError({file_, "", "is missing", "Give the folder of a model as Hugging Face lays it out"});
    json_ = read_json(file);
  }

  const Json& json() const { return json_; }
  [[noreturn]] void refuse(const std::string& place, std::string what) const {
    throw InputError({file_, place, std::move(what), kEncoders});
  }

  const Json* find(const std::string& name) const {
    if (!json_.is_object()) refuse("", "is not a JSON object");
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  std::string text(const std::string& name, const std::string& otherwise) const {
    const Json* const found = find(name);
    if (found == nullptr) return otherwise;
    if (!found->is_string()) refuse(name, "is not text");
    return found->get<std::string>().substr(0, 100);
  }
  bool flag(const std::string& name) const {
    const Json* const found = find(name);
    if (found != nullptr && !found->is_boolean()) refuse(name, "is neither true nor false");
    return found != nullptr && found->get<bool>();
  }
  int64_t number(const std::string& name, int64_t otherwise, int64_t most) const {
    const Json* const found = find(name);
    if (found == nullptr) return otherwise;
    if (!found->is_number_unsigned() || found->get<uint64_t>() < 1 || found->get<uint64_t>() > static_cast<uint64_t>(most))
      refuse(name, fmt::format("is not a whole number from 1 to {}", most));
    return found->get<int64_t>();
  }

 private:
  std::string file_;
  Json json_;
};

Activation activation_in(const ModelConfig& config) {
  const std::string name = config.text("hidden_act", "gelu");
  if (name == "gelu") return Activation::gelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Activation::gelu_tanh;
  if (name == "relu") return Activation::relu;
  config.refuse("hidden_act", fmt::format("is '{}', not gelu, gelu_new or relu", name));
}

EncoderFamily family_in(const ModelConfig& config) {
  const std::string type = config.text("model_type", "unknown");
  if (type == "bert") return EncoderFamily::bert;
  if (type == "mpnet") return EncoderFamily::mpnet;
  config.refuse("model_type", fmt::format("is '{}', not bert or mpnet", type));
}

/// Places before the first token, and what tokens at a distance share.
void read_distances(const ModelConfig& config, EncoderShape& shape) {
  shape.first_place = config.number("pad_token_id", 1, 1024) + 1;
  shape.distance_buckets = config.number("relative_attention_num_buckets", shape.distance_buckets, 1024);
  if (shape.distance_buckets < 4 || shape.distance_buckets % 4 != 0)
    config.refuse("relative_attention_num_buckets", fmt::format("is {}, not a multiple of 4", shape.distance_buckets));
}

EncoderShape shape_in(const ModelConfig& config) {
  const std::string positions = config.text("position_embedding_type", "absolute");
  if (positions != "absolute") config.refuse("position_embedding_type", fmt::format("is '{}', not absolute", positions));
  EncoderShape shape;
  shape.family = family_in(config);
  if (shape.family == EncoderFamily::mpnet) read_distances(config, shape);
  shape.vocab_size = config.number("vocab_size", shape.vocab_size, 10'000'000);
  shape.hidden_size = config.number("hidden_size", shape.hidden_size, 16'384);
  shape.num_hidden_layers = config.number("num_hidden_layers", shape.num_hidden_layers, 256);
  shape.num_attention_heads = config.number("num_attention_heads", shape.num_attention_heads, 1024);
  shape.intermediate_size = config.number("intermediate_size", shape.intermediate_size, 65'536);
  shape.max_position_embeddings = config.number("max_position_embeddings", shape.max_position_embeddings, 65'536);
  shape.type_vocab_size = config.number("type_vocab_size", shape.type_vocab_size, 1024);
  if (const Json* const epsilon = config.find("layer_norm_eps")) {
    if (!epsilon->is_number() || epsilon->get<double>() <= 0 || epsilon->get<double>() > 1)
      config.refuse("layer_norm_eps", "is not between 0 and 1");
    shape.layer_norm_eps = epsilon->get<double>();
  }
  shape.activation = activation_in(config);
  if (shape.hidden_size % shape.num_attention_heads != 0)
    config.refuse("num_attention_heads",
                  fmt::format("is {}, which does not divide hidden_size {}", shape.num_attention_heads, shape.hidden_size));
  return shape;
}

Pooling pooling_in(const ModelConfig& config) {
  std::vector<std::string> chosen;
  for (const auto& item : config.json().items()) {
    if (item.key().starts_with("pooling_mode_") && config.flag(item.key())) chosen.push_back(item.key());
  }
  if (const std::string mode = config.text("pooling_mode", ""); !mode.empty())
    chosen = {mode == "mean" ? "pooling_mode_mean_tokens" : mode == "cls" ? "pooling_mode_cls_token" : mode};
  if (chosen == std::vector<std::string>{"pooling_mode_mean_tokens"}) return Pooling::mean;
  if (chosen == std::vector<std::string>{"pooling_mode_cls_token"}) return Pooling::first;
  config.refuse(chosen.empty() ? "" : chosen.back().substr(0, 60),
                chosen.size() > 1 ? "is one of several ways of pooling" : "is not mean or CLS pooling");
}

/// The folder that a module's "path" names.
fs::path folder_of_module(const ModelConfig& modules, const Json& module, const fs::path& folder) {
  const auto path = module.find("path");
  if (path == module.end() || !path->is_string()) modules.refuse("path", "is missing in a module");
  const auto& name = path->get_ref<const std::string&>();
  if (name.empty()) return folder;
  if (!is_safe_relative(name)) modules.refuse("path", "leads out of the folder");
  return folder / name;
}

void read_modules(const fs::path& folder, SentenceFolder& out) {
  const ModelConfig modules(folder / "modules.json");
  if (!modules.json().is_array()) modules.refuse("", "is not a list");
  out.files.push_back(folder / "modules.json");
  for (const Json& module : modules.json()) {
    const auto type = module.is_object() ? module.find("type") : module.end();
    if (!module.is_object() || type == module.end() || !type->is_string()) modules.refuse("type", "is missing in a module");
    const std::string full = type->get<std::string>().substr(0, 200);
    const std::string name = full.substr(full.rfind('.') == std::string::npos ? 0 : full.rfind('.') + 1);
    if (name == "Normalize") {
      out.normalize = true;
    } else if (name == "Transformer") {
      out.network = folder_of_module(modules, module, folder);
    } else if (name == "Pooling") {
      out.files.push_back(folder_of_module(modules, module, folder) / "config.json");
      out.pooling = pooling_in(ModelConfig(out.files.back()));
    } else {
      modules.refuse("type", fmt::format("names a module {}, and Transformer, Pooling and Normalize are supported", full));
    }
  }
}

}  // namespace

SentenceFolder open_sentence_folder(const fs::path& folder) {
  SentenceFolder out{.network = folder};
  if (fs::is_regular_file(folder / "modules.json")) read_modules(folder, out);
  out.shape = shape_in(ModelConfig(out.network / "config.json"));
  out.longest = out.shape.places();
  const fs::path limits = out.network / "sentence_bert_config.json";
  if (fs::is_regular_file(limits)) {
    const ModelConfig config(limits);
    out.longest = std::min(out.longest, config.number("max_seq_length", out.longest, 1'000'000));
    if (out.longest < 3) config.refuse("max_seq_length", "leaves no room for a token between [CLS] and [SEP]");
  }
  if (out.longest < 3)
    throw InputError({(out.network / "config.json").string(), "max_position_embeddings", "leaves no room for a token", kEncoders});
  out.weights = out.network / "model.safetensors";
  if (!fs::is_regular_file(out.weights))
    throw InputError(
        {out.network.string(), "", "holds no model.safetensors", "Save the model as safetensors in one file: save_pretrained()"});
  for (const char* name :
       {"config.json", "sentence_bert_config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "model.safetensors"}) {
    if (fs::is_regular_file(out.network / name)) out.files.push_back(out.network / name);
  }
  return out;
}

}  // namespace decant::features
