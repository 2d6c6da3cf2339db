#include "decant/pipeline/judging/evaluate_options.h"

#include <set>

#include "decant/evaluate/protocol.h"

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

std::string EvaluateOptions::sets_against() const {
  if (against != "usual") return against;
  return protocol == "auto" ? evaluate::Protocol().against : evaluate::protocol_named(protocol).against;
}

void EvaluateOptions::declare(OptionTable& table) {
  Option& a = table.add("full", full, "FULL", "the data set");
  a.positional = a.required = true;
  table.add("small", small, "SMALL", "outputs of `decant compress`, or .npy files of row numbers").positional = true;
  table.add("against", against, "A,B",
            "full, random, or any method of `decant compress --method`; each may drop cells: random+drop=25%+fill=harmonic; "
            "or teach labels of views: random+labels=soft:views=30:bits=4; random+length=NAME: rows of records as long as those of that "
            "method or small set; "
            "usual: full,random, of protocol distillation random,herding,k-means");
  table.add("keep", keep, "HOW-MUCH", "comma-separated ratios or counts for --against; default: the sizes of the given sets");
  table.add("bytes", bytes, "HOW-MUCH",
            "in place of --keep: comma-separated shares of the bytes stored, or sizes (5%, 300MB); every set holds as many rows as fit");
  table.add(
      "keep-tokens", keep_tokens, "HOW-MUCH",
      "of records, in place of --keep: comma-separated shares of all answers' tokens, or numbers (5%, 2M); same: those of each SMALL");
  table.add(
      "keep-objects", keep_objects, "HOW-MUCH",
      "of pictures with boxes, in place of --keep: comma-separated shares of all objects, or numbers (20%, 2000); same: those of each "
      "SMALL");
  table.add("nets", nets, "A,B",
            "networks: quick, convnet3, lenet, mlp, resnet18, resnet20, vit, …; conv-kmeans-linear for pictures in seconds, linear for a "
            "matrix, lsa-linear and ngram for records, gpt-mini and gpt under protocol lm");
  table.add("seeds", seeds, "N", "runs per set; use three or more for a useful interval");
  table.add(
      "protocol", protocol, "NAME",
      "auto (quick for pictures, detection for boxes, segmentation for masks, texts for records, instructions for records without labels, "
      "linear for vectors); quick is a preview, "
      "long the same for 8,000 steps, probe a linear probe that takes seconds, paper 200 epochs of ResNet-18, distillation for synthetic "
      "sets, lm a causal transformer trained on records, detection a detector, segmentation a segmenter, "
      "transfer detectors or segmenters made from a set's backbone (--then); "
      "training options given take precedence");
  judge.declare(table);
  table.add("seed", seed, "N", "determines weights, order and augmentation");
  table.add(
      "full-accuracy", full_accuracy, "P",
      "top-1 of all real rows, from 0 to 1, where they are too many to train on: for the label-robust score of protocol distillation");
  table.add_share("hold-out", hold_out, "SHARE", "share of the rows to test on when there is no test split: 0.1 or 10%");
  table.add("test", test, "PATH", "data set or .npy to test on");
  table.add("test-split", test_split, "SPLIT", "split to test on: test, validation, or both; auto = test, else validation");
  table.add("test-labels", test_labels, "FILE", "labels of a .npy to test on");
  table.add("clean-test", clean_test, "HOW",
            "leave out test rows that have a copy among all training rows: exact, content (equal pixels), or a cosine such as 0.95");
  table.add("labels", labels, "FILE", "labels of a .npy data set");
  fields.declare(table);
  OptionTable choosing;
  select.declare(choosing);
  features.declare(choosing);
  importance.declare(choosing);
  teacher.declare(choosing);
  add_choosing_options(table, choosing);
  table.add("fill", fill, "NAME",
            "what stands where a small set's cells were dropped: stored, gray, harmonic, smooth, mae, or weights: FILE.safetensors");
  table.add("no-cache", no_cache, "ignore cached results and cache nothing").effect = Effect::speed;
  table.add("out", out, "FILE.json", "write all measurements to one file").effect = Effect::speed;
  table.add("overwrite", overwrite, "replace an existing file").effect = Effect::speed;
}

}  // namespace decant
