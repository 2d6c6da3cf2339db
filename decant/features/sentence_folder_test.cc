#include "decant/features/sentence_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/features/sentence_for_tests.h"

namespace decant::features {
namespace {

SentenceFolder opened(const SmallEncoder& encoder) {
  return open_sentence_folder(encoder.write(ScratchFolder("encoder")));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(SentenceFolder, SaysHowTheModelWorks) {
  const SentenceFolder usual = opened({});
  EXPECT_EQ(usual.shape.hidden_size, 8);
  EXPECT_EQ(usual.shape.num_hidden_layers, 2);
  EXPECT_EQ(usual.pooling, Pooling::mean);
  EXPECT_TRUE(usual.normalize);
  EXPECT_EQ(usual.longest, 10);
  const SentenceFolder other = opened({.modules = R"([{"type": "a.Transformer", "path": ""}, {"type": "a.Pooling", "path": "1_Pooling"}])",
                                       .pooling = R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false})"});
  EXPECT_EQ(other.pooling, Pooling::first);
  EXPECT_FALSE(other.normalize);
  EXPECT_FALSE(opened({.modules = ""}).normalize) << "a BERT model as it is";
}

TEST(SentenceFolder, KnowsTheFamily) {
  const SmallEncoder usual;
  const SentenceFolder folder = opened({.config = replaced(usual.config, "\"bert\"", "\"mpnet\", \"pad_token_id\": 1")});
  EXPECT_EQ(folder.shape.family, EncoderFamily::mpnet);
  EXPECT_EQ(folder.shape.distance_buckets, 32);
  EXPECT_EQ(folder.longest, 8) << "two places stand before the first token's";
  const std::string odd = replaced(usual.config, "\"bert\"", "\"mpnet\", \"relative_attention_num_buckets\": 30");
  expect_says(message_of<InputError>([&] { opened({.config = odd}); }), {"relative_attention_num_buckets: is 30, not a multiple of 4"});
}

TEST(SentenceFolder, ReadsTheLongestText) {
  const ScratchFolder folder("encoder");
  SmallEncoder{}.write(folder);
  folder.add("sentence_bert_config.json", R"({"max_seq_length": 6})");
  EXPECT_EQ(open_sentence_folder(folder.path).longest, 6);
  folder.add("sentence_bert_config.json", R"({"max_seq_length": 600})");
  EXPECT_EQ(open_sentence_folder(folder.path).longest, 10);
  folder.add("sentence_bert_config.json", R"({"max_seq_length": 2})");
  expect_says(message_of<InputError>([&] { open_sentence_folder(folder.path); }), {"max_seq_length", "no room"});
}

TEST(SentenceFolder, RefusesOtherModels) {
  const SmallEncoder usual;
  const auto said = [](const SmallEncoder& encoder) { return message_of<InputError>([&] { opened(encoder); }); };
  const auto with = [&](const char* from, const char* to) { return said({.config = replaced(usual.config, from, to)}); };
  expect_says(with("\"bert\"", "\"xlm-roberta\""),
              {"config.json: model_type: is 'xlm-roberta', not bert or mpnet", "Supported are BERT models"});
  expect_says(with("\"gelu\"", "\"silu\""), {"hidden_act: is 'silu'"});
  expect_says(with("\"num_attention_heads\": 2", "\"num_attention_heads\": 3"), {"does not divide hidden_size 8"});
  expect_says(with("\"hidden_size\": 8", "\"hidden_size\": -8"), {"hidden_size: is not a whole number from 1"});
  expect_says(with("{", "[{"), {"config.json"});
  expect_says(said({.pooling = R"({"pooling_mode_max_tokens": true})"}), {"1_Pooling/config.json", "is not mean or CLS pooling"});
  expect_says(said({.pooling = R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true})"}), {"one of several ways"});
  expect_says(said({.modules = R"([{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}])"}),
              {"models.Dense", "are supported"});
  expect_says(said({.modules = R"([{"type": "x.Pooling", "path": "../1_Pooling"}])"}), {"leads out of the folder"});
  const ScratchFolder folder("encoder");
  remove(usual.write(folder) / "model.safetensors");
  expect_says(message_of<InputError>([&] { open_sentence_folder(folder.path); }), {"holds no model.safetensors", "save_pretrained()"});
}

}  // namespace
}  // namespace decant::features
