// A method: one of each plug-in, with what it usually takes. One file in methods/ and one line in
// methods/list.h.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "decant/distill/distill.h"
#include "decant/distill/torch/network_source.h"
#include "decant/distill/torch/objective.h"
#include "decant/nn/spec_text.h"

namespace decant::distill {

/// What a method takes where nothing else is asked for; scaled to minutes on a CPU, not to the
/// papers' days on a GPU.
struct Usual {
  int64_t steps = 500;
  double rate = 1;                     ///< of the pictures
  std::string optimizer = "momentum";  ///< heavy ball, or "adamw"
  double momentum = 0.5;               ///< or Adam's β₁
  std::string schedule = "constant";   ///< of the rate, as train/schedule.h has it
  int real_batch = 64;
  std::string init = "random";
  std::string labels = "hard";
  bool can_learn_labels = false;
  std::string augment = "none";
  std::string projection = "on";
  std::map<std::string, std::string> training = {};  ///< how the set must be trained, where not as the field does
};

/// How pictures are stored (synthetic.h) where a method's options do not say: "dm+factor=2" has
/// multi-formation, "dc+hallucinators=5" bases and hallucinators.
struct Form {
  int factor = 1;
  int hallucinators = 0;
};

/// What a method is made for: the options, complete.
struct Setting {
  const DistillOptions& options;  ///< every text and number as it counts: the method's own where none was given
  const nn::Classifier& network;
  const RealRows& real;
  std::filesystem::path cache;
  const Context& context;

  /// What the pictures start from: (classes · each, channels, height, width).
  Tensor first_pictures(int64_t each) const;
  Tensor first_pictures() const { return first_pictures(options.per_class); }
  /// Pixels with one-hot labels, learnt where options.labels says "soft": at `label_rate` times the
  /// rate of the pictures.
  std::unique_ptr<Synthetic> pixels(double label_rate = 1) const;
  /// Pictures stored as `own` asks ("factor", "hallucinators"), or as usual.
  std::unique_ptr<Parameterization> pictures(nn::SpecText& own, const Form& usual = {}) const;
  /// Those pictures, with labels as pixels() has them. `extra`: what else is learnt.
  std::unique_ptr<Synthetic> synthetic(nn::SpecText& own, const Form& usual = {}, std::vector<Learnt> extra = {}) const;
  bool soft() const { return options.labels == "soft"; }
};

struct Parts {
  std::unique_ptr<Synthetic> synthetic;
  std::unique_ptr<NetworkSource> networks;  ///< null: the objective asks none
  std::unique_ptr<RealSampler> real;        ///< null: the objective asks for no rows
  std::unique_ptr<Objective> objective;
};

struct Method {
  MethodFacts facts;
  std::function<Usual(const DistillOptions& options)> usual;  ///< for so many pictures a class
  /// Asks `own` for the options that are the method's alone ("factor"). Throws InputError for what
  /// cannot be.
  std::function<Parts(const Setting& setting, nn::SpecText& own)> make;
};

/// Throws InputError for an unknown one, with the nearest. `spec`: "dm", "idc+factor=2".
const Method& method_named(const std::string& spec);
std::vector<MethodFacts> method_facts();

/// Adds a method of the caller's. Nothing guards the list against threads. REQUIRES: a name that is
/// not taken.
const Method& add_method(Method method);

}  // namespace decant::distill
