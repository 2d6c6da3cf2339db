// What the program picks of small drawn matrices, recorded: a pick that moves is seen here, on any
// machine and without data from elsewhere.
//
// Only what is the same on every machine is here (docs/numerics.md): picks on given features, by
// given scores, by chance. What goes through OpenBLAS or libtorch is not: probe, map.npy,
// conv-kmeans, networks; tools/identity.py compares those between two builds on one machine.
//
// When a change is intended, this prints the new lines of kRecorded:
//
//   build/core/crossing_test --gtest_filter='Recorded.*' | grep '^    {"'
#include <array>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "decant/base/digest.h"
#include "decant/base/random.h"
#include "decant/formats/npy/npy.h"

#include "tests/shell.h"

namespace decant {
namespace {

constexpr int64_t kRows = 300;
constexpr int64_t kColumns = 12;
constexpr int64_t kLargeRows = 6000;  // windows of rows pay

/// Values by sums and products alone, which every machine rounds alike.
class Drawing {
 public:
  explicit Drawing(const char* name) : random_(5, name) {}

  double about_zero() { return random_.uniform() + random_.uniform() + random_.uniform() - 1.5; }

  /// Classes of unequal size around middles of their own; some rows are repeated, and row 40 is
  /// zero.
  std::vector<float> rows(const std::vector<int32_t>& labels) {
    std::vector<float> values;
    for (size_t row = 0; row < labels.size(); ++row) {
      for (int64_t c = 0; c < kColumns; ++c) {
        const double middle = 0.3 + (c % 4 == labels[row] ? 0.8 : 0);
        const auto at = static_cast<size_t>(static_cast<int64_t>(row) * kColumns + c);
        values.push_back(row == 40       ? 0.0F
                         : row % 25 == 9 ? values[at - static_cast<size_t>(7 * kColumns)]
                                         : static_cast<float>(middle + about_zero()));
      }
    }
    return values;
  }

  /// 0, 1 or 2: many rows score alike.
  std::vector<float> whole_numbers() {
    std::vector<float> values(static_cast<size_t>(kRows * kColumns));
    for (float& value : values) value = static_cast<float>(random_.below(3));
    return values;
  }

 private:
  Random random_;
};

void write_matrices(const std::filesystem::path& folder) {
  Drawing drawing("recorded");
  std::vector<int32_t> labels(kRows), large(kLargeRows), pools(kRows);
  std::vector<float> scores(kRows);
  for (size_t row = 0; row < labels.size(); ++row) {
    labels[row] = std::array{0, 1, 0, 2, 0, 3, 1}[row % 7];
    pools[row] = static_cast<int32_t>(row * 5 % 3);
    scores[row] = static_cast<float>(drawing.about_zero());
  }
  const std::array<int64_t, 2> shape = {kRows, kColumns};
  write_npy<float>(folder / "x.npy", drawing.rows(labels), shape);
  write_npy<float>(folder / "whole.npy", drawing.whole_numbers(), shape);
  write_npy<float>(folder / "large.npy", drawing.rows(large), std::array<int64_t, 2>{kLargeRows, kColumns});
  write_npy<int32_t>(folder / "y.npy", labels);
  write_npy<int32_t>(folder / "pools.npy", pools);
  write_npy<float>(folder / "s.npy", scores);
}

struct Recorded {
  const char* options;  ///< of `decant bins`
  const char* picked;   ///< the first rows of the order, and a digest of everything
};

const std::vector<Recorded> kRecorded = {
    {"x.npy --labels y.npy --bins 5", "77 116 84 182 144 53 ced630bad4454fb1"},
    {"x.npy --labels y.npy --bins 4 --pool --lambda 0.4", "177 184 198 175 93 123 38c7b97bc3e2cd64"},
    {"x.npy --labels y.npy --bins 5 --function graph-cut-dot --lambda 2", "126 144 158 21 116 161 951232e541b7b1f3"},
    {"x.npy --labels y.npy --bins 5 --function graph-cut-euclidean", "88 53 77 84 263 219 266 873afb2e47eab8df"},
    {"whole.npy --bins 5", "224 174 239 279 39 13 c8a28d390b0a9b9c"},
    {"whole.npy --bins 5 --function graph-cut-dot", "224 174 279 13 146 39 c2c863fe2db31ffa"},
    {"whole.npy --bins 5 --function graph-cut-euclidean", "236 199 126 94 115 186 499d3b1ed5ce89c0"},
    {"large.npy --bins 4", "3314 5836 4476 2753 4905 72f02b2ae432e6cc"},
    {"large.npy --bins 4 --function graph-cut-euclidean", "2606 2125 1930 3938 5645 e98f9db5cd1fff68"},
    {"x.npy --pools kmeans:4 --bins 3 --seed 2", "178 136 262 73 297 122 1673219732ba6940"},
    {"large.npy --pools kmeans:9 --bins 3", "5152 5159 4387 4867 3835 8a8f8b46ba0a25bb"},
    {"x.npy --pools pools.npy --bins 3", "177 198 93 123 153 126 f4a832aa3757609b"},
    {"x.npy --labels y.npy --method bins-weighted --keep 20% --seed 1", "42 116 158 179 210 63 69a56569f88d64b9"},
    {"x.npy --method bins-weighted --function graph-cut-dot --pools pools.npy --keep 20%", "21 63 123 165 78 189 7aa59b62637a1c9b"},
    {"x.npy --labels y.npy --method random", "233 79 58 247 121 177 3ef5529308169b3e"},
    {"x.npy --method random --seed 1", "54 47 19 67 142 38 118 f5402a9a5941dd1d"},
    {"x.npy --labels y.npy --method facility-location --keep 20% --seed 1", "77 158 123 42 210 233 a9785fa4e328a627"},
    {"whole.npy --method facility-location --keep 20%", "224 259 278 39 221 90 8a93bbb9a04140a5"},
    {"x.npy --labels y.npy --method subzerocore --keep 20% --seed 1", "32 240 238 35 44 56 128 f43b7f5aa51d8f25"},
    {"whole.npy --method subzerocore --keep 20%", "168 254 297 173 21 260 1d4d3dfc6af2a77a"},
    {"x.npy --labels y.npy --method k-center --keep 20% --seed 1", "88 221 217 126 4 25 240 3dff31880c4198fd"},
    {"whole.npy --method k-center --keep 20%", "236 146 124 119 7 170 2c8569c92f303911"},
    {"x.npy --labels y.npy --method herding --keep 20% --seed 1", "88 77 93 261 263 53 35 ae16546b887a7157"},
    {"whole.npy --method herding --keep 20%", "236 113 55 97 199 33 d25e8115ce552fbd"},
    {"x.npy --labels y.npy --method k-means --keep 20% --seed 1", "42 210 280 123 177 233 f052934f9ae9d529"},
    {"whole.npy --method k-means --keep 20%", "174 192 263 87 148 221 0ca066abfef89006"},
    {"x.npy --labels y.npy --method zcore --keep 20% --seed 1", "25 277 11 107 217 119 11cb2d8eae209d6f"},
    {"whole.npy --method zcore --keep 20%", "1 5 2 9 3 10 4 12 6 11 c63f45a0e27576a0"},
    {"x.npy --labels y.npy --method thinning --keep 20% --seed 1", "21 16 165 156 242 163 21046adcce3b27c6"},
    {"whole.npy --method thinning --keep 20%", "177 5 80 84 230 197 94 3fc5a8a812e4bb90"},
    {"x.npy --labels y.npy --method moderate --keep 20% --seed 1", "28 149 207 30 11 270 ea22387674ddef43"},
    {"whole.npy --method moderate --keep 20%", "129 139 121 140 117 144 7323df9eeeb5dab2"},
    {"x.npy --pools kmeans:3 --method k-center --keep 20%", "88 239 74 4 166 25 240 15a697ffbeecf0a3"},
    {"x.npy --labels y.npy --method scores --scores s.npy --rule top --keep 20%", "294 21 147 207 196 7 14d27f4c0fad7f44"},
    {"x.npy --labels y.npy --method scores --scores s.npy --rule band --keep 20%", "137 233 191 142 28 116 572ec50a1b95577b"},
    {"x.npy --labels y.npy --method scores --scores s.npy --rule strata --keep 20%", "182 123 140 252 119 235 010cf16a9367eb69"},
    {"x.npy --labels y.npy --method scores --scores s.npy --rule beta --keep 20%", "2 158 100 130 261 114 cc58a43ce8de9088"},
    {"x.npy --method scores --scores s.npy --rule beta --beta-mode 0.3 --beta-power 2 --keep 20% --seed 1",
     "30 121 81 14 211 5 173 009864a4768951a4"},
    {"x.npy --labels y.npy --method ccs --scores s.npy --keep 20%", "182 123 228 140 93 205 eb86d8c5c677a2dd"},
    {"x.npy --labels y.npy --method ccs --scores s.npy --rule strata --hard-cut 0.3 --keep 20%", "175 123 60 228 140 93 90fc04ed4d0f032f"},
    {"x.npy --labels y.npy --method d2 --scores s.npy --keep 20%", "53 77 219 177 42 273 571fb42226917589"},
    {"whole.npy --method d2 --scores s.npy --keep 20%", "126 113 28 91 19 236 9a1e853800376ed8"},
    {"x.npy --labels y.npy --method facility-location --scores s.npy --hard-cut 0.3 --keep 20%", "116 158 144 175 91 170 84984ca83a595e78"},
    {"x.npy --labels y.npy --method bins --scores s.npy --hard-cut 0.2 --bins 5", "116 77 84 182 158 53 450bd926572b17a6"},
};

/// The first values of a .npy of int64.
std::string beginning(const std::filesystem::path& file) {
  std::string text;
  for (const int64_t row : read_indices(file)) {
    if (text.size() > 20) break;
    text += fmt::format("{} ", row);
  }
  return text;
}

/// What these options pick, and a fifth sampled of it, as it stands in kRecorded.
std::string pick(const std::filesystem::path& folder, const std::string& options, int threads) {
  const std::string every = fmt::format("--overwrite --quiet --threads {}", threads);
  const Outcome outcome =
      shell(fmt::format("cd '{}' && rm -rf out && $decant bins {} -o out {} && $decant sample out --keep 20% --seed 3 -o rows.npy {}",
                        folder.string(), options, every, every));
  if (outcome.code != 0) return outcome.err;
  Digest digest;
  for (const char* file : {"out/bins.npy", "out/pools.npy", "out/order.npy", "out/gain.npy", "rows.npy"})
    digest.add(read_text(folder / file));
  return beginning(folder / "out/order.npy") + digest.hex().substr(0, 16);
}

TEST(Recorded, PicksAreTheSameForAnyNumberOfThreads) {
  const std::filesystem::path folder = fresh_folder("recorded");
  write_matrices(folder);
  for (const Recorded& recorded : kRecorded) {
    const std::string now = pick(folder, recorded.options, 1);
    EXPECT_EQ(pick(folder, recorded.options, 3), now) << recorded.options;
    EXPECT_EQ(now, recorded.picked) << fmt::format("    {{\"{}\", \"{}\"}},", recorded.options, now);
  }
}

}  // namespace
}  // namespace decant
