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
  double second_momentum = 0.999;      ///< Adam's β₂
  std::string schedule = "constant";   ///< of the rate, as train/schedule.h has it
  int real_batch = 64;
  std::string init = "random";
  std::string labels = "hard";
  bool can_learn_labels = false;
  std::string augment = "none";
  std::string projection = "on";                     ///< as DistillOptions
  std::map<std::string, std::string> training = {};  ///< how the set must be trained, where not as the field does
};

/// How pictures are stored (synthetic.h) where a method's options do not say: "dm+factor=2" has
/// multi-formation, "dc+hallucinators=5" bases and hallucinators.
struct Form {
  int factor = 1;
  int hallucinators = 0;
};

/// S in parts that are learnt one after another, where a method learns it so: first `together`
/// pictures of every class, in `legs` stretches, then the next ones. A step's graph and the
/// optimizer's memory are then of one part, whatever the number of pictures; and statistics of a
/// batch are of so many pictures of each class. Each stretch is a loop of its own, whose optimizer
/// remembers nothing; the schedule of the rate is over all stretches of a group.
struct Turns {
  int64_t groups = 1;
  int64_t together = 0;  ///< pictures of each class in a group; 0 = all, and S is learnt as one
  int64_t legs = 1;

  int64_t count() const { return groups * legs; }
  bool one() const { return together == 0; }
};

/// One of them. Pictures are of the group: (classes · together, channels, height, width).
struct Turn {
  int64_t group = 0;
  int64_t leg = 0;
  Tensor start;  ///< what the group began with
  Tensor now;    ///< as the last leg left it
};

/// What is made once for all turns and trials of a run.
struct Shared {
  std::shared_ptr<const std::vector<FrozenTeacher>> teachers;
  std::map<std::string, Tensor> tensors;  ///< by a method's own names
};

/// What a method is made for: the options, complete.
struct Setting {
  const DistillOptions& options;  ///< every text and number as it counts: the method's own where none was given
  const nn::Classifier& network;
  const RealRows& real;
  std::filesystem::path cache;
  const Context& context;
  Shared* shared = nullptr;    ///< null: made for this call alone
  const Turn* turn = nullptr;  ///< null: S as one

  /// What the pictures start from: (classes · each, channels, height, width). In a turn, Turn::now.
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

  /// The teachers that the options ask for (teachers.h). `normed`: without batch norms they are
  /// refused.
  std::shared_ptr<const std::vector<FrozenTeacher>> teachers(bool normed) const;
  /// What `make` gives, once for all turns of a run. `name`: the method's own.
  Tensor once(const std::string& name, const std::function<Tensor()>& make) const;
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
  /// Null: S is learnt as one. Else make() is called for every turn, with options for its pictures
  /// alone, and its Synthetic are pixels, of whatever size.
  std::function<Turns(const Setting& setting, nn::SpecText& own)> turns = nullptr;
  /// What all of S begins with, of a method with turns; null = Setting::first_pictures().
  std::function<Tensor(const Setting& setting, nn::SpecText& own)> first = nullptr;
};

/// Throws InputError for an unknown one, with the nearest. `spec`: "dm", "idc+factor=2".
const Method& method_named(const std::string& spec);
std::vector<MethodFacts> method_facts();

/// Adds a method of the caller's. Nothing guards the list against threads. REQUIRES: a name that is
/// not taken.
const Method& add_method(Method method);

}  // namespace decant::distill
