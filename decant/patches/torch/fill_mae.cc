#include "decant/patches/fill_mae.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <algorithm>
#include <array>
#include <c10/core/GradMode.h>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/safetensors/safetensors.h"
#include "decant/kernels/gemm.h"
#include "decant/kernels/resize.h"
#include "decant/nn/autoencoder.h"
#include "decant/nn/device.h"
#include "decant/nn/normalisation.h"
#include "decant/nn/weights.h"
#include "decant/patches/torch/patches_of_mask.h"

namespace decant::patches {
namespace {

using at::Tensor;

constexpr int kPublishedSide = 224;

/// What a weights file says besides its tensors, or what is usual where it says nothing.
struct WeightsNotes {
  std::string net;
  int side = kPublishedSide;
  nn::PixelStatistics pixels = nn::imagenet_statistics(3);
};

/// A file's metadata, checked.
class NotesReader {
 public:
  explicit NotesReader(const std::filesystem::path& file) : file_(file.string()), said_(open_safetensors(file).metadata) {}

  bool says(const std::string& key) const { return said_.contains(key); }
  std::string text(const std::string& key) const { return said_.at(key); }

  /// Numbers with a space between each two, all of them in [low, high].
  std::vector<float> numbers(const std::string& key, float low, float high) const {
    const auto found = said_.find(key);
    if (found == said_.end()) throw fault(key, "is missing, though other facts of a training are there");
    std::vector<float> all;
    const char* next = found->second.data();
    const char* const end = next + found->second.size();
    while (next < end) {
      float value = 0;
      const auto [after, error] = std::from_chars(next, end, value);
      if (error != std::errc() || !(value >= low && value <= high)) throw fault(key, fmt::format("'{}' makes no sense", found->second));
      all.push_back(value);
      next = after < end && *after == ' ' ? after + 1 : after;
    }
    return all;
  }

  InputError fault(const std::string& key, const std::string& what) const {
    return InputError({file_, "metadata '" + key + "'", what, "Train the weights again"});
  }

 private:
  std::string file_;
  std::map<std::string, std::string> said_;
};

WeightsNotes notes_of(const std::filesystem::path& file) {
  const NotesReader reader(file);
  WeightsNotes notes;
  if (!reader.says("side")) return notes;
  if (reader.says("net")) notes.net = reader.text("net");
  const std::vector<float> side = reader.numbers("side", 1, 4096);
  const std::vector<float> mean = reader.numbers("mean", 0, 1);
  const std::vector<float> deviation = reader.numbers("deviation", 0, 1);
  if (side.size() != 1 || side[0] != std::floor(side[0])) throw reader.fault("side", "is not one whole number");
  if ((mean.size() != 1 && mean.size() != 3) || mean.size() != deviation.size())
    throw reader.fault("mean", "does not have one number per channel");
  notes.side = static_cast<int>(side[0]);
  notes.pixels = {.channels = static_cast<int>(mean.size())};
  std::ranges::copy(mean, notes.pixels.mean.begin());
  std::ranges::copy(deviation, notes.pixels.deviation.begin());
  return notes;
}

std::unique_ptr<const nn::Autoencoder> network_for(const MaeFillOptions& options, const WeightsNotes& notes) {
  const std::string& net = options.net.empty() ? notes.net : options.net;
  if (net.empty())
    throw InputError({options.weights.string(), "", "does not say which network it belongs to", "Name it, for example mae-base"});
  auto network = nn::make_autoencoder({net, {notes.side, notes.side, notes.pixels.channels}});
  if (network->predicts_normalised())
    throw InputError({options.weights.string(), "", "predicts patches without their brightness and contrast, which no dropped one has",
                      "Use weights that were trained without norm-pix"});
  return network;
}

/// libtorch computes on this thread alone; BLAS does wherever training does not say otherwise.
class OneThread {
 public:
  OneThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

uint8_t rounded(double value) {
  return static_cast<uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, 255.0));
}

class MaeFiller final : public Filler {
 public:
  explicit MaeFiller(const MaeFillOptions& options)
      : keep_means_(options.keep_means),
        batch_(static_cast<size_t>(options.batch)),
        device_(nn::device_named(options.device)),
        notes_(notes_of(options.weights)),
        network_(network_for(options, notes_)),
        state_(nn::load_weights(*network_, options.weights, device_)),
        mean_(per_channel(notes_.pixels.mean)),
        deviation_(per_channel(notes_.pixels.deviation)) {
    use_one_blas_thread();
  }

  void fill(std::span<const Filling> pictures) const override {
    const OneThread alone;
    const c10::NoGradGuard no_grad;
    std::vector<Filling> chosen;
    for (const Filling& picture : pictures) {
      if (picture.mask->dropped_count() > 0) chosen.push_back(picture);
      if (chosen.size() == batch_) fill_batch(std::exchange(chosen, {}));
    }
    if (!chosen.empty()) fill_batch(chosen);
  }

 private:
  int side() const { return notes_.side; }
  int channels() const { return notes_.pixels.channels; }
  int64_t square_bytes() const { return int64_t{side()} * side() * channels(); }

  /// 0…255, as pixels are; a channel that never changed is only centred, as the loader has it.
  Tensor per_channel(const std::array<float, 3>& values) const {
    std::vector<float> scaled;
    for (int c = 0; c < channels(); ++c) scaled.push_back(255 * values[static_cast<size_t>(c)]);
    return at::tensor(scaled, at::kFloat).view({1, channels(), 1, 1}).to(device_);
  }

  void fill_batch(std::span<const Filling> pictures) const {
    const auto count = std::ssize(pictures);
    const Tensor squares = at::empty({count, side(), side(), channels()}, at::kByte);
    std::vector<std::vector<bool>> kept;
    for (int64_t i = 0; i < count; ++i) {
      const Filling& picture = pictures[static_cast<size_t>(i)];
      kept.push_back(
          patches_of_mask(*picture.mask, static_cast<int>(network_->patches_across()), static_cast<int>(network_->patches_down())));
      draw_square(*picture.image, *picture.mask, squares.data_ptr<uint8_t>() + i * square_bytes());
    }
    const Tensor filled = predict(squares, nn::kept_patches(kept));
    for (int64_t i = 0; i < count; ++i) {
      const Filling& picture = pictures[static_cast<size_t>(i)];
      take_dropped(filled.data_ptr<uint8_t>() + i * square_bytes(), *picture.mask, *picture.image);
    }
  }

  /// The picture as the network sees it: a square, of the network's channels.
  void draw_square(const Image& image, const PatchMask& mask, uint8_t* out) const {
    const ImageSize& size = image.size;
    DECANT_CHECK(mask.grid.width(), ==, size.width);
    DECANT_CHECK(mask.grid.height(), ==, size.height);
    if (size.channels > channels())
      throw InputError(
          {"", "", "a colour picture cannot be filled in by a network that was trained on grey ones", "Use weights for colour"});
    std::vector<uint8_t> one(static_cast<size_t>(int64_t{side()} * side() * size.channels));
    resize_bilinear(image.pixels.data(), size.width, size.height, size.channels, one.data(), side(), side());
    const int copies = channels() / size.channels;
    for (const uint8_t value : one) out = std::fill_n(out, copies, value);
  }

  /// The squares, dropped patches predicted: bytes (batch, side, side, channels).
  Tensor predict(const Tensor& squares, const nn::KeptPatches& kept) const {
    const Tensor pixels = squares.to(device_).permute({0, 3, 1, 2}).to(at::kFloat);
    const Tensor scale = at::where(deviation_ > 0, deviation_, 255.0F * at::ones_like(deviation_));
    const nn::KeptPatches here = kept.to(device_);
    // A const filler has a pass of its own for each call; there are no statistics to move.
    nn::Tensors buffers = state_.buffers;
    const Tensor predicted = network_->forward({state_.parameters, buffers}, (pixels - mean_) / scale, here);
    const int64_t patch = network_->patch_side();
    const Tensor dropped = nn::dropped_patches(here, network_->patches()).unsqueeze(2).expand(predicted.sizes());
    const Tensor where = nn::join_patches(dropped, network_->spec().input, patch);
    const Tensor shown = nn::join_patches(predicted, network_->spec().input, patch) * scale + mean_;
    const Tensor bytes = at::where(where, (shown + 0.5F).floor().clamp(0, 255), pixels);
    return bytes.permute({0, 2, 3, 1}).to(at::kCPU, at::kByte).contiguous();
  }

  void take_dropped(const uint8_t* square, const PatchMask& mask, Image& image) const {
    const ImageSize& size = image.size;
    std::vector<uint8_t> whole(static_cast<size_t>(int64_t{size.width} * size.height * channels()));
    resize_bilinear(square, side(), side(), channels(), whole.data(), size.width, size.height);
    for (int cell = 0; cell < mask.grid.count(); ++cell) {
      if (!mask.kept[static_cast<size_t>(cell)]) take_cell(whole, mask.grid.pixels(cell), image);
    }
  }

  void take_cell(const std::vector<uint8_t>& whole, const PatchRect& cell, Image& image) const {
    const int copies = channels() / image.size.channels;
    const int64_t pitch = int64_t{image.size.width} * image.size.channels;
    const auto predicted = [&](int64_t at) {  // value `at` of the picture, the mean of the network's channels for a grey one
      double sum = 0;
      for (int copy = 0; copy < copies; ++copy) sum += whole[static_cast<size_t>(at * copies + copy)];
      return sum / copies;
    };
    for (int channel = 0; channel < image.size.channels; ++channel) {
      const auto each = [&](auto&& use) {
        for (int y = cell.top; y < cell.bottom; ++y) {
          for (int x = cell.left; x < cell.right; ++x) use(y * pitch + int64_t{x} * image.size.channels + channel);
        }
      };
      double gap = 0;
      if (keep_means_) each([&](int64_t at) { gap += image.pixels[static_cast<size_t>(at)] - predicted(at); });
      const double shift = gap / (cell.width() * cell.height());
      each([&](int64_t at) { image.pixels[static_cast<size_t>(at)] = rounded(predicted(at) + shift); });
    }
  }

  bool keep_means_;
  size_t batch_;
  c10::Device device_;
  WeightsNotes notes_;
  std::unique_ptr<const nn::Autoencoder> network_;
  nn::State state_;
  Tensor mean_;
  Tensor deviation_;
};

}  // namespace

std::vector<bool> patches_of_mask(const PatchMask& mask, int across, int down) {
  std::vector<bool> kept(static_cast<size_t>(across * down), true);
  const auto first = [](int from, int patches, int size) { return static_cast<int>(int64_t{from} * patches / size); };
  const auto last = [](int to, int patches, int size) { return static_cast<int>((int64_t{to} * patches - 1) / size); };
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    if (mask.kept[static_cast<size_t>(cell)]) continue;
    const PatchRect at = mask.grid.pixels(cell);
    const int right = last(at.right, across, mask.grid.width());
    const int bottom = last(at.bottom, down, mask.grid.height());
    for (int y = first(at.top, down, mask.grid.height()); y <= bottom; ++y) {
      for (int x = first(at.left, across, mask.grid.width()); x <= right; ++x) kept[static_cast<size_t>(y * across + x)] = false;
    }
  }
  return kept;
}

std::shared_ptr<const Filler> open_mae_fill(const MaeFillOptions& options) {
  if (options.batch < 1) throw InputError({"", "", fmt::format("a batch needs at least one picture, not {}", options.batch), ""});
  return std::make_shared<MaeFiller>(options);
}

}  // namespace decant::patches
