// A small encoder of drawn weights in a folder, to test with.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/features/sentence_folder.h"
#include "decant/formats/safetensors/safetensors.h"

namespace decant::features {

/// Width 8, two layers, two heads, ten places; 13 tokens. Each part may be replaced before write().
struct SmallEncoder {
  std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\nd\n##e\n##f\n.\n!\nz\n";
  std::string config = R"({"model_type": "bert", "hidden_act": "gelu", "hidden_size": 8, "num_hidden_layers": 2,
    "num_attention_heads": 2, "intermediate_size": 12, "max_position_embeddings": 10, "type_vocab_size": 2, "vocab_size": 13})";
  std::string modules = R"([{"type": "sentence_transformers.models.Transformer", "path": ""},
    {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"},
    {"type": "sentence_transformers.models.Normalize", "path": "2_Normalize"}])";
  std::string pooling = R"({"word_embedding_dimension": 8, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true})";
  std::string prefix;  ///< of the tensors' names
  std::map<std::string, std::vector<float>> tensors = drawn();
  std::map<std::string, std::vector<int64_t>> shapes = shapes_of();

  static std::map<std::string, std::vector<int64_t>> shapes_of() {
    std::map<std::string, std::vector<int64_t>> all = {{"embeddings.word_embeddings.weight", {13, 8}},
                                                       {"embeddings.position_embeddings.weight", {10, 8}},
                                                       {"embeddings.token_type_embeddings.weight", {2, 8}},
                                                       {"pooler.dense.bias", {8}}};
    const auto add = [&](const std::string& name, std::vector<int64_t> shape) {
      all[name + ".weight"] = shape;
      all[name + ".bias"] = {shape.front()};
    };
    add("embeddings.LayerNorm", {8});
    for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."}) {
      for (const char* part : {"query", "key", "value"}) add(layer + "attention.self." + part, {8, 8});
      add(layer + "attention.output.dense", {8, 8});
      add(layer + "attention.output.LayerNorm", {8});
      add(layer + "intermediate.dense", {12, 8});
      add(layer + "output.dense", {8, 12});
      add(layer + "output.LayerNorm", {8});
    }
    return all;
  }

  static std::map<std::string, std::vector<float>> drawn() {
    std::map<std::string, std::vector<float>> all;
    for (const auto& [name, shape] : shapes_of()) {
      Random random(7, name);
      std::vector<float>& values = all[name];
      for (int64_t i = 0; i < shape[0] * (shape.size() > 1 ? shape[1] : 1); ++i)
        values.push_back(static_cast<float>(0.5 * random.normal()));
    }
    return all;
  }

  std::filesystem::path write(const ScratchFolder& folder) const {
    folder.add("vocab.txt", vocabulary);
    folder.add("config.json", config);
    if (!modules.empty()) folder.add("modules.json", modules);
    folder.add("1_Pooling/config.json", pooling);
    std::vector<SafeTensor> stored;
    for (const auto& [name, values] : tensors)
      stored.push_back({prefix + name, ElementType::f32, shapes.at(name), std::as_bytes(std::span(values))});
    write_safetensors(folder.path / "model.safetensors", stored, {});
    return folder.path;
  }
};

}  // namespace decant::features
