// The compressors that --with names (trials/compressor.h):
//
//     random   herding   bins+lambda=0.5   full      rows, chosen by a method; full keeps all
//     random+quality=50   herding+resolution=50%     the same, their pictures stored coarser or smaller
//     random+quality=50+bytes=same                   as many as fit into what rows as they are would take
//     random+tile=2   herding+tile=2+tile-side=16    shrunk into cells of sheets
//     dm   mtt+steps=200+init=k-means                pictures made by a method of distillation
//     dm+pictures=first                              those that it begins with, not distilled
//     dm+quality=75                                  made, then stored as JPEGs
//     feddm+radius=5                                 for a learner (Part::learner), with networks at most so far from it
//     random+labels=soft:views=10:bits=4             any of these, with what a teacher of the part says of 10 views of each picture
//
// What a method of distillation takes stands behind its name, as do the options of `decant distill`
// (steps, net, init, augment, rate, …), and behind net= what the net takes; within a trial it makes
// few steps through a narrow network unless they are given.
//
// Bytes are those of the picture files, as they are stored or PNG where the data set holds pixels,
// and of labels of views.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decant/distill/distiller.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/choosing/method_spec.h"
#include "decant/train/teacher.h"
#include "decant/trials/compressor.h"

namespace decant {

/// What all of them share.
struct CompressorOptions {
  ChoosingOptions select;               ///< of methods that choose
  FeatureOptions features;              ///< what these see, and where it is kept
  std::vector<std::string> distillers;  ///< names of methods of distillation
  /// Distiller::distill, or what a test makes up.
  std::function<distill::Distilled(const distill::DistillJob&, const Context&)> distill;
  train::TeacherOptions teacher;  ///< of labels
  std::function<train::TeacherTrainer()> teacher_trainer;
};

/// Throws UsageError for a name that is neither a method nor one of distillation, for options that
/// it does not heed and for values out of range.
std::shared_ptr<const trials::Compressor> make_compressor(const std::string& spec, const CompressorOptions& options);

/// Adds a way of making small sets under a name that specs begin with; `make` gets the whole spec.
/// A method of that name is no longer reached. Nothing guards the list against threads. Returns the
/// name. REQUIRES: a name that was not added before.
std::string add_compressor(std::string name, std::function<std::shared_ptr<const trials::Compressor>(const std::string& spec)> make);

// One function for each kind, in a file of its own.

std::shared_ptr<const trials::Compressor> make_choosing_compressor(const std::string& spec, const CompressorOptions& options);
std::shared_ptr<const trials::Compressor> make_distilling_compressor(const std::string& spec, const CompressorOptions& options);

/// What `pictures` makes, labelled.
std::shared_ptr<const trials::Compressor> make_labelling_compressor(const std::string& spec, const std::string& labels,
                                                                    std::shared_ptr<const trials::Compressor> pictures,
                                                                    const CompressorOptions& options);

}  // namespace decant
