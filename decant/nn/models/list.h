// Every network, by the name users type, one list for each kind. Adding one: write models/NAME.cc
// with its make_ function, and add one line to the list.
#pragma once

#include "decant/nn/autoencoder.h"
#include "decant/nn/language_model.h"
#include "decant/nn/network.h"
#include "decant/nn/scene_network.h"
#include "decant/nn/spec_text.h"

// clang-format off
// In alphabetical order of the names.
#define DECANT_NETWORKS(entry)                          \
  entry("alexnet", make_alexnet)                        \
  entry("convnet", make_convnet)                        \
  entry("convnet3", make_convnet3)                      \
  entry("lenet", make_lenet)                            \
  entry("mlp", make_mlp)                                \
  entry("mobilenetv2", make_mobilenetv2)                \
  entry("mobilenetv2-tensorflow", make_mobilenetv2_tensorflow) \
  entry("quick", make_quick)                            \
  entry("resnet18", make_resnet18)                      \
  entry("resnet18-imagenet", make_resnet18_imagenet)    \
  entry("resnet20", make_resnet20)                      \
  entry("resnet56", make_resnet56)                      \
  entry("searchnet", make_searchnet)                    \
  entry("tiny-resnet", make_tiny_resnet)                \
  entry("vgg11", make_vgg11)                            \
  entry("vit", make_vit)                                \
  entry("vit-mini", make_vit_mini)

// Likewise.
#define DECANT_AUTOENCODERS(entry)                      \
  entry("mae", make_mae)                                \
  entry("mae-base", make_mae_base)                      \
  entry("mae-huge", make_mae_huge)                      \
  entry("mae-large", make_mae_large)

// Likewise.
#define DECANT_LANGUAGE_MODELS(entry)                   \
  entry("gpt", make_gpt)                                \
  entry("gpt-mini", make_gpt_mini)

// Likewise.
#define DECANT_SCENE_HEADS(entry)                       \
  entry("centre", make_centre)                          \
  entry("pyramid", make_pyramid)
// clang-format on

namespace decant::nn {

/// Each asks `options` for what it takes, and makes the network.
#define DECANT_DECLARE(name, make) std::unique_ptr<const Classifier> make(const NetworkSpec& spec, SpecText& options);
DECANT_NETWORKS(DECANT_DECLARE)
#undef DECANT_DECLARE
#define DECANT_DECLARE(name, make) std::unique_ptr<const Autoencoder> make(const AutoencoderSpec& spec, SpecText& options);
DECANT_AUTOENCODERS(DECANT_DECLARE)
#undef DECANT_DECLARE
#define DECANT_DECLARE(name, make) std::unique_ptr<const LanguageModel> make(const LanguageSpec& spec, SpecText& options);
DECANT_LANGUAGE_MODELS(DECANT_DECLARE)
#undef DECANT_DECLARE
#define DECANT_DECLARE(name, make) std::unique_ptr<const SceneHead> make(const SceneHeadSpec& spec, SpecText& options);
DECANT_SCENE_HEADS(DECANT_DECLARE)
#undef DECANT_DECLARE

}  // namespace decant::nn
