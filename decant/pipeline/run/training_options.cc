#include "decant/pipeline/run/training_options.h"

namespace decant {

void declare_training(OptionTable& table, train::TrainOptions& training, int& epochs, bool& no_flip) {
  table.add("steps", training.steps, "N", "parameter updates, whatever the size of the set");
  table.add("epochs", epochs, "N", "instead of steps: passes over the (full) set");
  table.add("batch", training.batch, "N", "pictures in a step");
  table.add("optimizer", training.optimizer, "NAME", "sgd or adamw");
  table.add("learning-rate", training.learning_rate, "RATE", "peak");
  table.add("momentum", training.momentum, "M", "of sgd");
  table.add("weight-decay", training.weight_decay, "W", "on weights, not on norms and biases");
  table.add("schedule", training.schedule, "NAME", "linear, cosine, step or constant");
  table.add("warmup", training.warmup, "SHARE", "of the steps spent rising to the peak");
  table.add("label-smoothing", training.label_smoothing, "S", "0 = none");
  table.add("crop", training.crop, "PIXELS", "reflect-pad by this much and cut back at random; 0 = none");
  table.add("no-flip", no_flip, "do not mirror half of the pictures");
  table.add("image-size", training.image_size, "PIXELS", "side the network sees; 0 = the pictures' own, at most 64");
  table.add("seed", training.seed, "N", "weights, order and augmentation follow from it");
  table.add("device", training.device, "DEV", "cpu or cuda");
}

}  // namespace decant
