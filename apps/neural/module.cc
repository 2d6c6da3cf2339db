// The doors of the rooms that link libtorch (base/module.h): one object for each, by the name that
// its header gives it.
#include <fmt/core.h>
#include <torch/version.h>

#include "decant/distill/distiller.h"
#include "decant/distill/torch/run.h"
#include "decant/features/network_features.h"
#include "decant/features/sentence.h"
#include "decant/nn/device.h"
#include "decant/nn/network.h"
#include "decant/nn/networks.h"
#include "decant/patches/attribution.h"
#include "decant/patches/fill_mae.h"
#include "decant/patches/torch/attribute.h"
#include "decant/train/language.h"
#include "decant/train/scenes.h"
#include "decant/train/trainer.h"

namespace {

std::string numerics(const std::string& device) {
  return fmt::format("libtorch {} on {}", TORCH_VERSION, decant::nn::device_named(device).str());
}

}  // namespace

extern "C" {
extern const decant::nn::Networks decant_networks_v1;
extern const decant::train::Trainer decant_trainer_v6;
extern const decant::train::LanguageTrainer decant_language_trainer_v1;
extern const decant::train::SceneTrainer decant_scene_trainer_v3;
extern const decant::features::NetworkFeatures decant_network_features_v1;
extern const decant::features::SentenceEncoder decant_sentence_encoder_v1;
extern const decant::patches::Attribution decant_attribution_v1;
extern const decant::distill::Distiller decant_distiller_v4;
extern const decant::patches::MaeFill decant_mae_fill_v1;

const decant::nn::Networks decant_networks_v1{decant::nn::network_names, numerics};
const decant::train::Trainer decant_trainer_v6{decant::train::train, decant::train::measure, decant::train::facts_of,
                                               decant::train::record_dynamics};
const decant::train::LanguageTrainer decant_language_trainer_v1{decant::train::train_language};
const decant::train::SceneTrainer decant_scene_trainer_v3{decant::train::train_scenes, decant::train::learnt_by};
const decant::features::NetworkFeatures decant_network_features_v1{decant::features::network_feature_width,
                                                                   decant::features::network_features};
const decant::features::SentenceEncoder decant_sentence_encoder_v1{decant::features::sentence_features};
const decant::patches::Attribution decant_attribution_v1{decant::patches::attribute};
const decant::distill::Distiller decant_distiller_v4{decant::distill::distill, decant::distill::cost, decant::distill::method_facts};
const decant::patches::MaeFill decant_mae_fill_v1{decant::patches::open_mae_fill};
}
