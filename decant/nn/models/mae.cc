// The masked autoencoder: K. He, X. Chen, S. Xie, Y. Li, P. Dollár, R. Girshick, "Masked
// autoencoders are scalable vision learners", CVPR 2022 (arXiv:2111.06377).
//
// The encoder is a vision transformer over the patches that are kept, and a class token; what was
// dropped is not even read. A light decoder sees the encoder's tokens in their places, and one
// learned token, the same for all, wherever a patch was dropped; it predicts the pixels of every
// patch. Both add fixed positions, a sine and a cosine of column and line at width / 4 frequencies
// each: for patch (line r, column c) of a width d, with ω_k = 10000^(−4k/d), k < d/4,
//
//     [ sin c·ω | cos c·ω | sin r·ω | cos r·ω ],        all zero for the class token.
//
// Tensors are named and shaped as in the published code (github.com/facebookresearch/mae,
// models_mae.py), so its checkpoints that hold a decoder ("visualize") load; norms have its
// epsilon, 1e-6. Weights start as there: linear maps and the cutting of patches uniform (Xavier),
// the maps' biases zero, tokens normal with deviation 0.02. There a normal draw is not cut; ours
// is, at two deviations.
//
// With the option `smooth`, ours, what is predicted is what the harmonic in-painting of the kept
// patches (smooth.h) lacks, and the last map's weights start at a twentieth: so the network fills
// in as that does from the first step on, and learns the rest. The decoder sees the in-painting,
// too: each dropped patch's mask token has that patch of it added, embedded as kept ones are. No
// tensor is added for it.
//
// With the option `means`, ours, the network also gets the mean colour of every dropped patch,
// which decant stores of a dropped cell. Then the in-painting is the smoothest surface with those
// means, and what the network adds has mean 0 in every patch. What it learns is shapes alone.
//
// Pictures of a batch may keep different numbers of patches. Then the shorter lists end in fillers,
// which no query looks at and whose own tokens go nowhere.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <cmath>
#include <limits>

#include "decant/base/errors.h"
#include "decant/nn/models/list.h"
#include "decant/nn/smooth.h"
#include "decant/nn/transformer.h"

namespace decant::nn {

namespace {

constexpr double kPublishedEpsilon = 1e-6;
constexpr int kPublishedDrop = 75;    // percent
constexpr int kUsualDrop = 50;        // of our own: a quarter to a half is what gets dropped
constexpr double kFirstShare = 0.05;  // of the last map's first weights, where it predicts a difference

struct Stack {
  int64_t width;  ///< a multiple of 4 and of `heads`
  int64_t heads;
  int depth;
};

struct MaeShape {
  int side;  ///< of a patch
  Stack encoder;
  Stack decoder;
  bool smooth = false;
  bool means = false;  ///< only with smooth
};

/// Entry i of the table (1 + down·across, width) that the header describes.
double position(int64_t i, int64_t width, int64_t across) {
  const int64_t token = i / width;
  if (token == 0) return 0;
  const int64_t quarter = width / 4;
  const int64_t part = i % width / quarter;
  const int64_t place = part < 2 ? (token - 1) % across : (token - 1) / across;
  const double angle = static_cast<double>(place) / std::pow(10000.0, static_cast<double>(i % quarter) / static_cast<double>(quarter));
  return part % 2 == 0 ? std::sin(angle) : std::cos(angle);
}

class Mae final : public Autoencoder, private LayerList {
 public:
  Mae(const AutoencoderSpec& spec, const MaeShape& shape, int drop, bool normalised)
      : Autoencoder(spec), LayerList(spec.name, parameters_, buffers_), smooth_(shape.smooth), means_(shape.means) {
    side_ = shape.side;
    drop_share_ = drop / 100.0;
    normalised_ = normalised;
    require_cut();
    const int64_t values = side_ * side_ * spec.input.channels;
    const auto [width, heads, depth] = shape.encoder;
    const auto [decoder_width, decoder_heads, decoder_depth] = shape.decoder;
    class_token_ = add_token("cls_token", width);
    mask_token_ = add_token("mask_token", decoder_width);
    cut_ = add_cut(width);
    add_blocks("", shape.encoder, blocks_);
    norm_ = add_last_norm("norm", width);
    to_decoder_ = add_linear("decoder_embed", width, decoder_width, Draw::xavier);
    add_blocks("decoder_", shape.decoder, decoder_blocks_);
    decoder_norm_ = add_last_norm("decoder_norm", decoder_width);
    predict_ = add_linear("decoder_pred", decoder_width, values, Draw::xavier);
    if (smooth_) parameters_[predict_.weight].scale *= kFirstShare;
    positions_ = add_positions("pos_embed", width);
    decoder_positions_ = add_positions("decoder_pos_embed", decoder_width);
  }

  Tensor forward(const Pass& pass, const Tensor& images, const KeptPatches& kept) const override {
    DECANT_CHECK(pass.parameters.size(), ==, parameters_.size());
    DECANT_CHECK(pass.buffers.size(), ==, buffers_.size());
    const Tensor encoded = encode(pass, cut_into_patches(images, side_), kept);
    const Tensor& mask = pass.parameters[mask_token_];
    if (!smooth_) return decode(pass, encoded, kept, mask);
    const Tensor smooth = cut_into_patches(smoothed(images, kept), side_);
    const Tensor lacking = decode(pass, encoded, kept, mask + to_decoder_(pass, embed(pass, smooth)));
    return smooth + (means_ ? of_mean_zero(lacking) : lacking);
  }

 private:
  void require_cut() const {
    const ImageSize& in = spec_.input;
    if (in.channels != 1 && in.channels != 3)
      throw InputError({"", "", fmt::format("networks need pictures with 1 or 3 channels, not {}", in.channels), ""});
    if (in.width >= side_ && in.height >= side_ && in.width <= 4096 && in.height <= 4096 && in.width % side_ == 0 && in.height % side_ == 0)
      return;
    throw InputError(
        {"", "", fmt::format("network '{}' cannot cut pictures of {}×{} pixels into patches of {}", spec_.name, in.width, in.height, side_),
         fmt::format("Choose an image size that is a multiple of {}, or another patch", side_)});
  }

  size_t add_token(const std::string& name, int64_t width) { return add_parameter({name, {1, 1, width}, Init::trunc_normal, false, 0.02}); }

  /// A convolution in the published code; here a linear map of the patches that are kept. Xavier
  /// counts its fans as that map's.
  size_t add_cut(int64_t width) {
    const Conv conv =
        add_conv("patch_embed.proj", spec_.input.channels, width, {.kernel = side_, .stride = side_, .bias = true}, Draw::xavier);
    const auto fans = static_cast<double>(side_ * side_ * spec_.input.channels + width);
    parameters_[conv.weight].scale = std::sqrt(6 / fans);
    return conv.weight;
  }

  void add_blocks(const std::string& prefix, const Stack& stack, std::vector<TransformerBlock>& blocks) {
    for (int i = 0; i < stack.depth; ++i)
      blocks.push_back(
          add_transformer_block(fmt::format("{}blocks.{}", prefix, i),
                                {.width = stack.width, .heads = stack.heads, .draw = Draw::xavier, .epsilon = kPublishedEpsilon}));
  }

  Norm add_last_norm(const std::string& name, int64_t width) {
    Norm norm = add_norm(NormKind::layer, name, {width});
    norm.epsilon = kPublishedEpsilon;
    return norm;
  }

  size_t add_positions(const std::string& name, int64_t width) {
    const int64_t across = patches_across();
    const auto formula = [=](int64_t i) { return position(i, width, across); };
    return add_buffer({name, {1, 1 + patches(), width}, Init::formula, false, 0, formula});
  }

  /// (batch, patches, width) from patches. The weight is (width, channels, line, column); a patch
  /// is (line, column, channel).
  Tensor embed(const Pass& pass, const Tensor& cut) const {
    return at::linear(cut, pass.parameters[cut_].permute({0, 2, 3, 1}).flatten(1), pass.parameters[cut_ + 1]);
  }

  /// (batch, 1 + most, width): the class token, then the kept patches.
  Tensor encode(const Pass& pass, const Tensor& cut, const KeptPatches& kept) const {
    const int64_t batch = cut.size(0);
    const int64_t most = kept.places.size(1);
    const Tensor places = kept.even ? kept.places : kept.places.clamp_max(patches() - 1);
    const Tensor seen = cut.gather(1, places.unsqueeze(2).expand({batch, most, cut.size(2)}));
    const Tensor& positions = pass.buffers[positions_];
    const Tensor where =
        positions.select(0, 0).narrow(0, 1, patches()).index_select(0, places.flatten()).view({batch, most, positions.size(2)});
    const Tensor tokens = embed(pass, seen) + where;
    const Tensor head = (pass.parameters[class_token_] + positions.narrow(1, 0, 1)).expand({batch, 1, tokens.size(2)});
    Tensor x = at::cat({head, tokens}, 1);
    const Tensor key_bias = kept.even ? Tensor() : filler_bias(kept, x);
    for (const TransformerBlock& block : blocks_) x = block(pass, x, key_bias);
    return norm_(pass, x);
  }

  /// −∞ at the fillers' keys.
  Tensor filler_bias(const KeptPatches& kept, const Tensor& like) const {
    const Tensor fillers = kept.places.eq(patches());
    const Tensor head = at::zeros({fillers.size(0), 1}, fillers.options());
    const Tensor all = at::cat({head, fillers}, 1);
    return at::zeros(all.sizes(), like.options()).masked_fill(all, -std::numeric_limits<double>::infinity()).unsqueeze(1).unsqueeze(1);
  }

  /// `missing`: what stands where a patch was dropped, (batch or 1, patches or 1, decoder's width).
  Tensor decode(const Pass& pass, const Tensor& encoded, const KeptPatches& kept, const Tensor& missing) const {
    const Tensor tokens = to_decoder_(pass, encoded);
    const int64_t batch = tokens.size(0);
    const int64_t width = tokens.size(2);
    const int64_t most = kept.places.size(1);
    // Fillers land in a place of their own behind the patches, which is cut off.
    const Tensor places = kept.places.unsqueeze(2).expand({batch, most, width});
    const Tensor placed = at::zeros({batch, patches() + 1, width}, tokens.options()).scatter(1, places, tokens.narrow(1, 1, most));
    const Tensor dropped = dropped_patches(kept, patches()).unsqueeze(2);
    const Tensor all = at::where(dropped, missing, placed.narrow(1, 0, patches()));
    Tensor x = at::cat({tokens.narrow(1, 0, 1), all}, 1) + pass.buffers[decoder_positions_];
    for (const TransformerBlock& block : decoder_blocks_) x = block(pass, x);
    return predict_(pass, decoder_norm_(pass, x).narrow(1, 1, patches()));
  }

  Tensor smoothed(const Tensor& images, const KeptPatches& kept) const {
    const Tensor dropped = dropped_patches(kept, patches()).unsqueeze(2).expand({images.size(0), patches(), side_ * side_});
    const Tensor holes = join_patches(dropped, {spec_.input.width, spec_.input.height, 1}, side_);
    return means_ ? smooth_fill_with_means(images, holes, side_) : smooth_fill(images, holes);
  }

  /// In every channel of every patch.
  Tensor of_mean_zero(const Tensor& patches) const {
    const Tensor by_channel = patches.reshape({patches.size(0), patches.size(1), side_ * side_, -1});
    return (by_channel - by_channel.mean(2, true)).reshape(patches.sizes());
  }

  bool smooth_;
  bool means_;
  size_t class_token_ = 0;
  size_t mask_token_ = 0;
  size_t cut_ = 0;
  size_t positions_ = 0;
  size_t decoder_positions_ = 0;
  std::vector<TransformerBlock> blocks_;
  std::vector<TransformerBlock> decoder_blocks_;
  Norm norm_;
  Norm decoder_norm_;
  Linear to_decoder_;
  Linear predict_;
};

std::unique_ptr<const Autoencoder> mae_of(const AutoencoderSpec& spec, const MaeShape& shape, SpecText& options,
                                          int usual_drop = kPublishedDrop) {
  const int drop = options.number("drop", usual_drop, 1, 99);
  const bool normalised = options.number("norm-pix", 0, 0, 1) == 1;
  if (normalised && shape.smooth)
    throw InputError({"", fmt::format("network '{}'", options.name()), "norm-pix and smooth exclude each other", "Add +smooth=0"});
  return std::make_unique<Mae>(spec, shape, drop, normalised);
}

/// Heads of 32 where nobody says otherwise.
Stack stack_of(SpecText& options, const std::string& prefix, int usual_width, int usual_depth) {
  const int width = options.number(prefix + "width", usual_width, 4, 4096);
  const int heads = options.number(prefix + "heads", std::max(1, width / 32), 1, 256);
  const int depth = options.number(prefix + "depth", usual_depth, 1, 64);
  if (width % 4 != 0 || width % heads != 0)
    throw InputError({"", fmt::format("network '{}'", options.name()),
                      fmt::format("{}width {} is no multiple of 4 and of {} heads", prefix, width, heads),
                      "Choose another width, or another number of heads"});
  return {width, heads, depth};
}

/// 49 to 256 patches for pictures of 28 to 256 pixels.
int usual_side(const ImageSize& input) {
  const int least = std::min(input.width, input.height);
  return least < 64 ? 4 : least < 128 ? 8 : 16;
}

}  // namespace

std::unique_ptr<const Autoencoder> make_mae(const AutoencoderSpec& spec, SpecText& options) {
  const int side = options.number("patch", usual_side(spec.input), 1, 256);
  const Stack encoder = stack_of(options, "", 128, 4);
  const Stack decoder = stack_of(options, "decoder-", 96, 2);
  const bool smooth = options.number("smooth", 1, 0, 1) == 1;
  const bool means = options.number("means", smooth ? 1 : 0, 0, 1) == 1;
  if (means && !smooth)
    throw InputError({"", fmt::format("network '{}'", options.name()), "means=1 needs the smooth filling, which smooth=0 turns off",
                      "Leave out +smooth=0"});
  return mae_of(spec, {side, encoder, decoder, smooth, means}, options, kUsualDrop);
}

std::unique_ptr<const Autoencoder> make_mae_base(const AutoencoderSpec& spec, SpecText& options) {
  return mae_of(spec, {16, {768, 12, 12}, {512, 16, 8}}, options);
}

std::unique_ptr<const Autoencoder> make_mae_large(const AutoencoderSpec& spec, SpecText& options) {
  return mae_of(spec, {16, {1024, 16, 24}, {512, 16, 8}}, options);
}

std::unique_ptr<const Autoencoder> make_mae_huge(const AutoencoderSpec& spec, SpecText& options) {
  return mae_of(spec, {14, {1280, 16, 32}, {512, 16, 8}}, options);
}

}  // namespace decant::nn
