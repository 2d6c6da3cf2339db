#include "decant/pipeline/judging/evaluate_options.h"

#include <algorithm>
#include <set>

namespace decant {

namespace {

/// Adds the options of choosing to those of judging, and settles whose a name is.
void add_choosing_options(OptionTable& table, const OptionTable& choosing) {
  static const std::set<std::string> kForBoth = {"device", "image-size"};
  for (Option option : choosing.options()) {
    if (option.name == "method") continue;
    Option* const taken = table.find(option.name);
    if (taken == nullptr) {
      table.add(std::move(option));
    } else if (kForBoth.contains(option.name)) {
      taken->set = [first = taken->set, second = option.set](const std::string& text) {
        first(text);
        second(text);
      };
    } else {
      option.name = "feature-" + option.name;
      table.add(std::move(option));
    }
  }
}

}  // namespace

void EvaluateOptions::declare(OptionTable& table) {
  Option& a = table.add("full", full, "FULL", "the data set");
  a.positional = a.required = true;
  table.add("small", small, "SMALL", "what `decant compress` made of it, or a .npy of row numbers").positional = true;
  table.add("against", against, "A,B", "full, random, or a method's name: bins and what else `decant compress --method` knows");
  table.add("keep", keep, "HOW-MUCH", "what those keep: 0.2, 20% or a count, or several: 5%,10%; as much as the small sets when left out");
  table.add("nets", nets, "A,B", "networks: quick, convnet3, lenet, mlp, resnet18, resnet20, vit, …; linear for a matrix");
  table.add("seeds", seeds, "N", "runs of each; three or more give an interval worth reading");
  table.add("protocol", protocol, "NAME",
            "auto (quick for pictures, linear for vectors), or paper: 200 epochs of ResNet-18; other training options win over it");
  judge.declare(table);
  table.add("seed", seed, "N", "weights, order and augmentation follow from it");
  table.add("hold-out", hold_out, "SHARE", "of the rows, when the data set has no test split");
  table.add("test", test, "PATH", "another data set, or a .npy, to test on");
  table.add("test-labels", test_labels, "FILE", "labels of a .npy to test on");
  table.add("labels", labels, "FILE", "labels of a .npy data set");
  OptionTable choosing;
  select.declare(choosing);
  features.declare(choosing);
  add_choosing_options(table, choosing);
  table.add("no-cache", no_cache, "train anew what is known already, and keep nothing").effect = Effect::speed;
  table.add("out", out, "FILE.json", "everything that was measured, in one file").effect = Effect::speed;
  table.add("overwrite", overwrite, "replace an existing file").effect = Effect::speed;
}

}  // namespace decant
