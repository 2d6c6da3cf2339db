// The folder of a sentence encoder, as Hugging Face and sentence-transformers lay it out: what its
// small files say, checked. Weights are not touched.
//
//     config.json                the network (model_type "bert" or "mpnet")
//     tokenizer.json, vocab.txt  one of them (text/wordpiece.h)
//     model.safetensors          weights
//     modules.json               what follows the network; without it pooling is the mean, nothing is scaled
//     1_Pooling/config.json      how tokens become one vector; modules.json says where
//     sentence_bert_config.json  max_seq_length; without it as many tokens as the network has places
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace decant::features {

enum class Pooling { mean, first };  ///< of all tokens, or that of [CLS]
enum class Activation { gelu, gelu_tanh, relu };

enum class EncoderFamily { bert, mpnet };

/// What config.json says, under its names there.
struct EncoderShape {
  EncoderFamily family = EncoderFamily::bert;
  int64_t vocab_size = 30522;
  int64_t hidden_size = 768;
  int64_t num_hidden_layers = 12;
  int64_t num_attention_heads = 12;
  int64_t intermediate_size = 3072;
  int64_t max_position_embeddings = 512;
  int64_t type_vocab_size = 2;    ///< of BERT
  int64_t first_place = 0;        ///< the place of the first token: of MPNet pad_token_id + 1
  int64_t distance_buckets = 32;  ///< of MPNet: relative_attention_num_buckets
  double layer_norm_eps = 1e-12;
  Activation activation = Activation::gelu;

  int64_t places() const { return max_position_embeddings - first_place; }  ///< for tokens
};

struct SentenceFolder {
  EncoderShape shape;
  Pooling pooling = Pooling::mean;
  bool normalize = false;
  int64_t longest = 512;          ///< tokens of a chunk, with the two around it
  std::filesystem::path network;  ///< where config, tokenizer and weights lie: the folder or one below it
  std::filesystem::path weights;
  std::vector<std::filesystem::path> files;  ///< all that decide the features
};

/// Throws InputError naming file and field: a file that is missing, another kind of model, a value
/// that no such network has, pooling or a module that is not supported.
SentenceFolder open_sentence_folder(const std::filesystem::path& folder);

}  // namespace decant::features
