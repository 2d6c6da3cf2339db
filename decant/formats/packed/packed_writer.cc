#include <algorithm>
#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/formats/packed/packed.h"
#include "decant/formats/packed/packed_codec.h"
#include "decant/formats/packed/packed_file.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kExamples = 400;
constexpr int64_t kExampleSamples = 1 << 20;  // more teach next to nothing
constexpr int64_t kWave = 256;                // pictures encoded before they are written
constexpr int64_t kPackChunk = 4;

/// A picture with its mask, decoded and flattened.
struct Packable {
  Image image;
  std::optional<PatchMask> mask;
  const PatchMask* dropped() const { return mask ? &*mask : nullptr; }
};

class Packer {
 public:
  Packer(const Rows& source, std::span<const int64_t> rows, const Context& context)
      : source_(source), pictures_(require_pictures(source)), rows_(rows), context_(context), fixed_(pictures_.fixed_size()) {}

  int64_t write(const std::vector<std::string>& classes, const fs::path& file) {
    const packed::Model model = learn_model();
    packed::PackedFileWriter writer(file, fixed_);
    Stage stage(context_, "packing", std::ssize(rows_), "images");
    for (size_t begin = 0; begin < rows_.size(); begin += kWave) {
      const auto wave = rows_.subspan(begin, std::min<size_t>(kWave, rows_.size() - begin));
      encode_wave(model, wave);
      for (size_t i = 0; i < wave.size(); ++i) writer.add(records_[i], source_.label(wave[i]), source_.key(wave[i]));
      stage.advance(std::ssize(wave));
    }
    std::vector<std::byte> stored;
    packed::write_model(model, stored);
    return writer.commit(stored, classes);
  }

 private:
  void load(int64_t row, Packable& out) const {
    pictures_.decode(row, out.image);
    const ImageSize& size = out.image.size;
    if (!packed::is_valid(size))
      throw InputError(
          {source_.key(row), "", fmt::format("has {}x{} pixels, which is too large to pack", size.width, size.height), "Leave it out"});
    DECANT_CHECK(fixed_.value_or(size) == size, ==, true);
    out.mask = pictures_.mask(row);
    if (out.mask && (out.mask->grid.unit() != PatchUnit{} || out.mask->dropped_count() == 0)) out.mask.reset();
    if (out.mask) packed::flatten_dropped(*out.mask, out.image);
  }

  /// Evenly spread over the rows.
  std::vector<Packable> examples() const {
    std::vector<Packable> chosen;
    const int64_t count = std::min<int64_t>(kExamples, std::ssize(rows_));
    for (int64_t k = 0, samples = 0; k < count && samples < kExampleSamples; ++k) {
      load(rows_[static_cast<size_t>(k * std::ssize(rows_) / count)], chosen.emplace_back());
      samples += chosen.back().image.size.bytes();
      context_.check_cancelled();
    }
    return chosen;
  }

  packed::Model learn_model() const {
    const std::vector<Packable> chosen = examples();
    Stage stage(context_, "learning to pack", packed::kLearningVisits * std::ssize(chosen), "images");
    return packed::learn(
        std::ssize(chosen),
        [&](int64_t k, Image& image) {
          stage.advance();
          image = chosen[static_cast<size_t>(k)].image;
          return chosen[static_cast<size_t>(k)].dropped();
        },
        std::ssize(rows_));
  }

  void encode_wave(const packed::Model& model, std::span<const int64_t> wave) {
    records_.resize(wave.size());
    parallel_for(context_, std::ssize(wave), kPackChunk, [&](int64_t begin, int64_t end) {
      Packable picture;
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        load(wave[i], picture);
        records_[i].clear();
        packed::encode_record(model, picture.image, picture.dropped(), fixed_.has_value(), records_[i]);
      }
    });
  }

  const Rows& source_;
  const Pictures& pictures_;
  std::span<const int64_t> rows_;
  const Context& context_;
  std::optional<ImageSize> fixed_;
  std::vector<std::vector<std::byte>> records_;
};

}  // namespace

int64_t write_packed(const Rows& source, std::span<const int64_t> rows, const std::vector<std::string>& classes, const fs::path& file,
                     const Context& context) {
  return Packer(source, rows, context).write(classes, file);
}

}  // namespace decant
