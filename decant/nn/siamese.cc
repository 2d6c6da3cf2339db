#include "decant/nn/siamese.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <array>
#include <cmath>

#include "decant/base/errors.h"

namespace decant::nn {
namespace {

/// For each pixel of each picture of a draw, which other it reads, and how much that counts.
class Reads {
 public:
  Reads(size_t pictures, ImageSize size)
      : size_(size),
        places_(at::empty({static_cast<int64_t>(pictures), int64_t{size.height} * size.width}, at::kLong)),
        weights_(at::empty(places_.sizes(), at::kDouble)),
        place_(places_.data_ptr<int64_t>()),
        weight_(weights_.data_ptr<double>()) {}
  Reads(const Reads&) = delete;  // a copy would share the tensors
  Reads& operator=(const Reads&) = delete;

  /// The next pixel, picture after picture in reading order, reads that at (y, x).
  void add(int64_t y, int64_t x, double weight) {
    const bool inside = y >= 0 && y < size_.height && x >= 0 && x < size_.width;
    *place_++ = inside ? y * size_.width + x : 0;
    *weight_++ = inside ? weight : 0;
  }

  /// weight · pixel read, of `pixels` (batch, channels, height·width). Reading is linear, and its
  /// gradient (adding up where it was read) can be differentiated again.
  Tensor of(const Tensor& pixels) const {
    const Tensor places = places_.to(pixels.device());
    const Tensor read = places.size(0) == 1 ? pixels.index_select(2, places[0])
                                            : at::gather(pixels, 2, places.unsqueeze(1).expand({-1, pixels.size(1), -1}));
    return read * weights_.to(pixels.options()).unsqueeze(1);
  }

 private:
  ImageSize size_;
  Tensor places_;   ///< int64 (pictures, height·width)
  Tensor weights_;  ///< float64, as many
  int64_t* place_;
  double* weight_;
};

/// A place in a picture, measured from its centre.
struct FromCentre {
  double y;
  double x;
};

/// The next pixel of each of four corners.
void add_bilinear(std::array<Reads, 4>& corners, FromCentre from, double middle_y, double middle_x) {
  const double y = std::floor(from.y + middle_y);
  const double x = std::floor(from.x + middle_x);
  const double down = from.y + middle_y - y;
  const double right = from.x + middle_x - x;
  const auto line = static_cast<int64_t>(y);
  const auto column = static_cast<int64_t>(x);
  corners[0].add(line, column, (1 - down) * (1 - right));
  corners[1].add(line, column + 1, (1 - down) * right);
  corners[2].add(line + 1, column, down * (1 - right));
  corners[3].add(line + 1, column + 1, down * right);
}

/// Each pixel as the bilinear reading of the picture at source(parameters, y, x), both measured
/// from the centre of the picture.
template <class Source>
Tensor resampled(const SiameseDraw& draw, const Tensor& images, const Source& source) {
  const double middle_y = (draw.size.height - 1) / 2.0;
  const double middle_x = (draw.size.width - 1) / 2.0;
  const size_t count = draw.pictures.size();
  std::array<Reads, 4> corners{Reads(count, draw.size), Reads(count, draw.size), Reads(count, draw.size), Reads(count, draw.size)};
  for (const SiameseParameters& picture : draw.pictures) {
    for (int y = 0; y < draw.size.height; ++y) {
      for (int x = 0; x < draw.size.width; ++x) add_bilinear(corners, source(picture, y - middle_y, x - middle_x), middle_y, middle_x);
    }
  }
  const Tensor pixels = images.flatten(2);
  return (corners[0].of(pixels) + corners[1].of(pixels) + corners[2].of(pixels) + corners[3].of(pixels)).reshape(images.sizes());
}

/// One number for each picture of the draw, as (pictures, 1, 1, 1) of the images' kind.
template <class Field>
Tensor of_pictures(const SiameseDraw& draw, const Tensor& images, Field field) {
  std::vector<double> values;
  for (const SiameseParameters& picture : draw.pictures) values.push_back(picture.*field);
  return at::tensor(values, at::kDouble).to(images.options()).view({-1, 1, 1, 1});
}

Tensor coloured(const SiameseDraw& draw, const Tensor& images) {
  Tensor x = images + of_pictures(draw, images, &SiameseParameters::brightness);
  const Tensor grey = x.mean(at::IntArrayRef{1}, /*keepdim=*/true);
  x = (x - grey) * of_pictures(draw, images, &SiameseParameters::saturation) + grey;
  const Tensor mean = x.mean({1, 2, 3}, /*keepdim=*/true);
  return (x - mean) * of_pictures(draw, images, &SiameseParameters::contrast) + mean;
}

Tensor moved(const SiameseDraw& draw, const Tensor& images) {
  Reads reads(draw.pictures.size(), draw.size);
  for (const SiameseParameters& picture : draw.pictures) {
    for (int y = 0; y < draw.size.height; ++y) {
      for (int x = 0; x < draw.size.width; ++x) reads.add(y + picture.dy, x + picture.dx, 1);
    }
  }
  return reads.of(images.flatten(2)).reshape(images.sizes());
}

Tensor cut(const SiameseDraw& draw, const Tensor& images) {
  const Tensor mask = at::ones({std::ssize(draw.pictures), 1, draw.size.height, draw.size.width}, images.scalar_type());
  for (size_t i = 0; i < draw.pictures.size(); ++i) {
    const SiameseParameters& box = draw.pictures[i];
    mask[static_cast<int64_t>(i)].slice(1, box.top, box.bottom).slice(2, box.left, box.right).zero_();
  }
  return images * mask.to(images.device());
}

Tensor mirrored(const SiameseDraw& draw, const Tensor& images) {
  std::vector<uint8_t> flags;
  for (const SiameseParameters& picture : draw.pictures) flags.push_back(picture.mirror ? 1 : 0);
  const Tensor mirror = at::tensor(flags, at::kByte).to(at::kBool).view({-1, 1, 1, 1}).to(images.device());
  return at::where(mirror, images.flip({3}), images);
}

FromCentre scaled(const SiameseParameters& picture, double y, double x) {
  return {picture.scale_y * y, picture.scale_x * x};
}

FromCentre turned(const SiameseParameters& picture, double y, double x) {
  const double cosine = std::cos(picture.angle);
  const double sine = std::sin(picture.angle);
  return {sine * x + cosine * y, cosine * x - sine * y};
}

Tensor changed(const SiameseDraw& draw, SiameseOperation operation, const Tensor& images) {
  switch (operation) {
    case SiameseOperation::color:
      return coloured(draw, images);
    case SiameseOperation::crop:
      return moved(draw, images);
    case SiameseOperation::cutout:
      return cut(draw, images);
    case SiameseOperation::flip:
      return mirrored(draw, images);
    case SiameseOperation::scale:
      return resampled(draw, images, scaled);
    case SiameseOperation::rotate:
      return resampled(draw, images, turned);
  }
  return images;
}

}  // namespace

Tensor apply(const SiameseDraw& draw, const Tensor& images) {
  DECANT_CHECK(images.size(2), ==, draw.size.height);
  DECANT_CHECK(images.size(3), ==, draw.size.width);
  if (draw.pictures.size() != 1) DECANT_CHECK(images.size(0), ==, std::ssize(draw.pictures));
  Tensor result = images;
  for (const SiameseOperation operation : draw.operations) result = changed(draw, operation, result);
  return result;
}

}  // namespace decant::nn
