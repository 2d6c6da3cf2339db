// Weights in and out, as safetensors: names as in the TensorSpec, float32.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "decant/data/image.h"
#include "decant/nn/module.h"

namespace decant::nn {

class Classifier;

/// Throws InputError naming file and tensor: one missing, of another shape, not float32, or with a
/// value that is not finite. Tensors that the module does not ask for are an error too, unless they
/// are a batch norm's "num_batches_tracked". Values are copied to `device`.
State load_weights(const Module& module, const std::filesystem::path& file, c10::Device device = c10::kCPU);

/// Number of classes that the weights in `file` were made for: the length of the module's last
/// tensor there, the bias of its last linear map. Throws InputError when the file has no such
/// tensor.
int classes_in(const Module& module, const std::filesystem::path& file);

/// The network of that name with as many classes. Throws as make_network() and classes_in() do.
std::unique_ptr<const Classifier> network_of_weights(const std::string& name, const ImageSize& input, const std::filesystem::path& file);

/// Writes through FileWriter: never half a file. Tensors may be on any device, in any memory
/// format. `notes` become the file's metadata.
void save_weights(const Module& module, const State& state, const std::filesystem::path& file,
                  const std::map<std::string, std::string>& notes = {});

}  // namespace decant::nn
