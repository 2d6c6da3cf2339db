// A run made up for tests: pictures, bins, a map and evidence.
#pragma once

#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/data/evidence_for_tests.h"
#include "decant/report/report.h"

namespace decant::report {

/// Discs on a gradient: the class gives the colours, the row the place. Every 97th picture is
/// damaged.
class DiscRows : public Rows, public Pictures, public Targets {
 public:
  DiscRows(int64_t rows, int classes, int side) : rows_(rows), classes_(classes), side_(side) {}
  int64_t size() const override { return rows_; }
  std::string key(int64_t row) const override { return fmt::format("train/{}/{}.png", label(row), row); }
  int32_t label(int64_t row) const override { return static_cast<int32_t>(row % classes_); }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  std::optional<ImageSize> fixed_size() const override { return ImageSize{side_, side_, 3}; }
  int64_t stored_bytes() const override { return rows_ * side_ * side_ * 3; }
  void decode(int64_t row, Image& image) const override {
    if (row % 97 == 5) throw InputError({key(row), "", "damaged", ""});
    image.resize({side_, side_, 3});
    Random random(7, "disc", static_cast<uint64_t>(row));
    const double cx = random.uniform() * side_, cy = random.uniform() * side_, r = side_ * (0.15 + 0.25 * random.uniform());
    for (int y = 0; y < side_; ++y) {
      for (int x = 0; x < side_; ++x) {
        const bool inside = std::hypot(x - cx, y - cy) < r;
        for (int c = 0; c < 3; ++c) {
          const double wave = 0.5 + 0.5 * std::sin(label(row) * 1.3 + c * 2.1 + (inside ? 2.5 : 0.0));
          image.row(y)[3 * x + c] = static_cast<uint8_t>(40 + 190 * wave * (inside ? 1.0 : 0.4 + 0.5 * y / side_));
        }
      }
    }
  }

 private:
  int64_t rows_;
  int classes_;
  int side_;
};

inline Evidence measured(std::vector<double> small, std::vector<double> random, std::vector<double> full = {}) {
  std::vector<Evidence::Cell> cells;
  if (!full.empty()) cells.push_back(cell_of("quick", "full", 50000, full));
  cells.push_back(cell_of("quick", "random", 10000, random));
  cells.push_back(cell_of("quick", "small", 10000, small));
  for (Evidence::Cell& cell : cells) cell.steps = 2500, cell.seconds = 71.5;
  Evidence evidence = evidence_of(cells);
  evidence.protocol = "quick: 2,500 steps of batch 64, one-cycle";
  return evidence;
}

struct FakeRun {
  RunRecord run;
  Evidence evidence;
  Dataset source;
  Selection selection;
  std::vector<int64_t> kept;
  Matrix<float> map;
  std::vector<Excluded> bad;

  ReportInput input() const {
    return {.run = run, .source = &source, .selection = &selection, .kept = kept, .map = map.view(), .evidence = &evidence, .bad = bad};
  }
};

inline FakeRun fake_run(int64_t n, int classes, int bins, int side = 32) {
  FakeRun fake;
  const std::vector<std::string> names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  for (int c = 0; c < classes; ++c)
    fake.source.classes.push_back(classes <= 10 ? names[static_cast<size_t>(c)] : fmt::format("n{:08}", 1440764 + 37 * c));
  fake.source.splits[Split::train] = std::make_shared<DiscRows>(n, classes, side);
  fake.selection.bin_count = bins;
  fake.selection.order = Random(3, "order").permutation(n);
  std::vector<int32_t> bin_of(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i)
    bin_of[static_cast<size_t>(fake.selection.order[static_cast<size_t>(i)])] = static_cast<int32_t>(i * bins / n);
  fake.selection.bins = std::move(bin_of);
  fake.map = Matrix<float>(n, 2);
  std::vector<PartRecord> bin_parts(static_cast<size_t>(bins)), class_parts(static_cast<size_t>(classes));
  for (int64_t row = 0; row < n; ++row) {
    const auto label = static_cast<size_t>(row % classes);
    const auto bin = static_cast<size_t>(fake.selection.bins[static_cast<size_t>(row)]);
    Random random(5, "row", static_cast<uint64_t>(row));
    const double spread = 0.4 + 0.12 * static_cast<double>(bin);
    fake.map[row][0] = static_cast<float>(3 * std::cos(6.28 * static_cast<double>(label) / classes) + spread * random.normal());
    fake.map[row][1] = static_cast<float>(1.6 * std::sin(6.28 * static_cast<double>(label) / classes) + spread * random.normal());
    const bool keep = random.uniform() < 0.2 + (classes > 10 ? 0.05 * std::sin(static_cast<double>(label)) : 0);
    if (keep) fake.kept.push_back(row);
    ++bin_parts[bin].rows, bin_parts[bin].kept += keep;
    ++class_parts[label].rows, class_parts[label].kept += keep;
  }
  for (size_t c = 0; c < class_parts.size(); ++c) class_parts[c].name = fake.source.classes[c];
  fake.bad = {{17, "train/7/17.png", "PNG: the image data ends too early"}};
  fake.run = {
      .rows = n,
      .kept = std::ssize(fake.kept),
      .bytes_before = n * 3073,
      .bytes_after = std::ssize(fake.kept) * 3073,
      .seconds = 43.2,
      .peak_rss_bytes = 612'000'000,
      .version = "0.1.0",
      .command = "decant compress cifar10/ -o cifar10-20 --keep 20%",
      .method = "bins",
      .method_note =
          "Ten bins, filled by greedy graph cut on training-free features inside each class; the same "
          "share is drawn at random from every bin.",
      .input = InputRecord{.path = "data/cifar10/",
                           .format = "cifar10",
                           .modality = "pictures",
                           .digest = "c7f2f4a6d1b8e0937745a0b1c2d3e4f5",
                           .classes = fake.source.classes,
                           .splits = {{"train", n}, {"test", 10000}}},
      .options =
          {{"out", "cifar10-20"}, {"keep", "20%"}, {"method", "bins"}, {"bins", int64_t{bins}}, {"seed", int64_t{0}}, {"overwrite", false}},
      .features = FeatureRecord{.kind = "conv-kmeans", .width = 256},
      .bins = bin_parts,
      .classes = class_parts,
      .bad_files = 1,
      .stages = {{"read", 0.4, 180'000'000},
                 {"features", 30.6, 612'000'000},
                 {"bins", 9.1, 520'000'000},
                 {"sample", 0.02, 520'000'000},
                 {"write", 1.3, 530'000'000},
                 {"report", 1.8, 540'000'000}}};
  fake.evidence = measured({0.7312, 0.7280, 0.7345}, {0.7104, 0.7065, 0.7133}, {0.8410, 0.8377, 0.8432});
  return fake;
}

inline std::string page_of(const FakeRun& fake) {
  return render(fake.input(), {});
}

}  // namespace decant::report
