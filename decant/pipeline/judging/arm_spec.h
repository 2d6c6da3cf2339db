// What --against names: a way of choosing rows, and what is done to their pictures.
//
//     full   random   auto   bins+lambda=0.5                     rows as they are
//     random+drop=25%   auto+drop=50%+importance=gradcam+++fill=harmonic   random+quality=50
//     random+spend=auto   full+spend=quality                 of --bytes: what they buy (byte_budget.h)
//
//     random+labels=soft:views=30:bits=4       rows that teach what a teacher says of 30 views of each (label_spec.h)
//
//     random+length=k-means   random+length=small    random records as long as those of another set
//
//     dq = bins+drop=25%+importance=gradcam+++fill=mae          Dataset Quantization, whole
//
// drop, importance, fill, quality, resolution and spend are for the pictures; bytes=5MB takes as
// many rows as fit, bytes=same as many as fit into the bytes of each given set; all other options
// are the method's.
#pragma once

#include <string>
#include <vector>

#include "decant/pipeline/labelling/label_spec.h"
#include "decant/pipeline/patching/reducing.h"

namespace decant {

struct ArmSpec {
  std::string name;  ///< as typed
  std::string base;  ///< "full", "random", or a method with its options
  ReduceOptions reducing;
  std::string fill = "stored";
  std::string spend = "rows";  ///< what a budget of bytes buys; quality, resolution and cells: of all rows, "full"
  std::string length = {};     ///< of random rows: the method or given set whose records theirs are as long as; empty = any
  std::string bytes = {};      ///< empty = as large as the other sets
  std::string labels = {};     ///< what rows teach, as --teach has it; empty = their classes

  bool spends_on_pictures() const { return spend != "rows"; }
  bool drops_cells() const { return spend == "cells" || reduce_plan(reducing).drop > 0; }
  bool softens() const { return label_spec_from(labels, "labels").soft; }
  bool changes_pictures() const { return spends_on_pictures() || !reduce_plan(reducing).nothing(); }
};

/// The base and its options, "key=value": cut at every '+' that an option's name and '=' follow,
/// for values may hold others ("gradcam++").
std::vector<std::string> spec_pieces(const std::string& name);

/// `defaults`: of --importance and its like. Throws UsageError for values out of range, an unknown
/// way of filling, importance or fill where nothing is dropped, and a currency that is unknown or
/// for other rows. Of the base only "full" is looked at.
ArmSpec parse_arm(const std::string& name, const ImportanceOptions& defaults);

}  // namespace decant
