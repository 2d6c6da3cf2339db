// What a run costs, as counts times constants: the only place to change when something gets faster.
//
// Nanoseconds and bytes, measured on one core of 2.5 to 2.8 GHz (AVX-512) that nobody else used;
// docs/benchmarks.md says how good the predictions are. The bins were measured on pools of 500 to
// 200,000 rows of 128 to 512 columns, with and without a common mean.
#pragma once

#include <algorithm>
#include <cmath>

namespace decant::costs {

// --- Reading, pictures, writing: nanoseconds.
constexpr double kDecodePerByte = 45;             // JPEG bytes, full decode
constexpr double kRecodePerByte = 90;             // ns, on one thread: coefficients of a JPEG read and written again
constexpr double kReadPerByte = 0.7;              // digest, hash, copy
constexpr double kCheckPerByte = 0.5;             // features looked through for numbers that are not finite
constexpr double kConvKMeansPerPicture = 0.75e6;  // learning aside
constexpr double kLearnFilters = 5e9;             // all of it from 1,000 pictures on
constexpr double kLearnColumns = 5e9;             // all of it from 10,000 pictures on
constexpr double kWritePerRow = 3e4;              // a sample with its manifest
constexpr double kStart = 1e7;                    // the program, its files

inline double conv_kmeans_seconds(double pictures) {
  const double learning = kLearnFilters * std::min(1.0, pictures / 1e3) + kLearnColumns * std::min(1.0, pictures / 1e4);
  return (pictures * kConvKMeansPerPicture + learning) * 1e-9;
}

// --- Scores: the net quick on pictures of 32 × 32 × 3, one thread; a second is worth a third of
// one more, for a net so small.
constexpr double kProxyPerPicture = 0.6e6;
constexpr double kProxyThreads = 0.45;  // exponent of the threads
constexpr double kLookShare = 1.0 / 3;  // of a picture that is learnt: forward alone

/// `area`: of a picture, as a multiple of 32 × 32.
inline double proxy_seconds(double pictures, double area, double threads) {
  return pictures * area * kProxyPerPicture * 1e-9 / std::pow(threads, kProxyThreads);
}

// --- Bins: seconds of one pool.
constexpr double kWindowSeconds = 1.05;     // 50,000 rows × 256 with a common mean, through windows
constexpr double kWindowGrowth = 1.2;       // exponent of the rows
constexpr double kScorePerValue = 0.11e-9;  // a multiply-add of everyone at every pick, where no row can be passed over
constexpr double kSmallCosine = 0.006;      // a mean cosine of the rows at which half of that is left

/// How much of the work of features without a common mean is left, 0…1, given the average cosine of
/// two rows of the pool.
inline double share_of_everyone(double cosine) {
  return 1 / (1 + std::pow(std::max(0.0, cosine) / kSmallCosine, 1.3));
}

inline double bins_seconds(double rows, double width, double cosine) {
  const double windows = kWindowSeconds * std::pow(rows / 50'000, kWindowGrowth) * (0.4 + 0.6 * width / 256);
  return windows + rows * rows / 2 * width * kScorePerValue * share_of_everyone(cosine);
}

// --- Rankings of one pool: nanoseconds of one thread, on 52,002 records × 256 of LSA features.
constexpr double kCoverPerValue = 0.09;   // rows² · width, whatever is kept
constexpr double kCentrePerValue = 0.06;  // rows · centres · width, ten rounds
constexpr double kSeedPerValue = 1.0;     // sampled rows · centres · width, in float64
constexpr double kMostSeeded = 1000;      // centres (kSpreadCentres); more begin at rows drawn plainly
constexpr double kTowardPerValue = 0.05;  // rows · examples · width

inline double cover_seconds(double rows, double width) {
  return rows * rows * width * kCoverPerValue * 1e-9;
}
inline double centres_seconds(double rows, double centres, double width) {
  const double sampled = centres <= kMostSeeded ? std::min(rows, std::max(8192.0, 10 * centres)) : 0;
  return (rows * kCentrePerValue + sampled * kSeedPerValue) * centres * width * 1e-9;
}
inline double toward_seconds(double rows, double targets, double width) {
  return rows * targets * width * kTowardPerValue * 1e-9;
}

// --- Memory: bytes that are resident and no mapped feature.
constexpr double kProgramBytes = 11.9e6;   // program, libraries, and what malloc begins with
constexpr double kRowBytes = 35;           // of the whole set: label, bin, pool, order, gain
constexpr double kPoolRowBytes = 100;      // of a pool in work: what is known of each row
constexpr double kPoolValueBytes = 1.4;    // codes, and the windows' copies of them
constexpr double kMixedValueBytes = 0.35;  // more of these copies where windows are wide
constexpr double kCopyLimit = 16 << 20;    // a part of the rows that takes less is copied side by side
constexpr double kLargePage = 2 << 20;     // what is copied takes whole ones
constexpr double kLearningBytes = 180e6;   // learning conv-kmeans, at most: 100,000 patches, as they are and whitened
constexpr double kNetworkBytes = 300e6;    // libtorch and a small network in training, in addition to the decoded pictures
constexpr double kPicturesBytes = 60e6;    // a run with pictures, besides: batches, the page, the manifest

/// While a pool is cut. `is_all`: the pool is all rows, which stay where they are.
inline double pool_bytes(double rows, double width, double cosine, bool is_all) {
  const double copied = is_all || rows * width * 4 > kCopyLimit ? 0 : std::ceil(rows * width * 4 / kLargePage) * kLargePage;
  const double a_value = kPoolValueBytes + kMixedValueBytes * share_of_everyone(cosine);
  return copied + rows * (width * a_value + kPoolRowBytes);
}

}  // namespace decant::costs
