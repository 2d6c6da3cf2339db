// What a feature extractor is: one record that says what it requires of the rows, which options it
// uses and what it computes. A new one is its file, with an entry in extractors.cc.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/data/dataset.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/run/input.h"

namespace decant {

/// What an extractor learned from rows.
struct Fitted {
  /// As FeatureTask::fill.
  std::function<void(const Rows& rows, const Subset& excluded, MatrixView<float> out, const Context&)> transform;
  std::function<void(const std::filesystem::path&)> save;  ///< for FeatureOptions::fitted
};

/// Features that are computed once and kept in the cache. What they learn, they learn from the
/// usable rows of the input.
struct FeatureTask {
  std::string key;  ///< every setting that decides the numbers, and what computes them if that matters; the input is added
  int64_t width = 0;
  int gradient_classes = 0;  ///< see FeatureSet
  /// Of `rows`, those of the input or others of its kind: rows × width, zero at first; excluded
  /// rows stay so.
  std::function<void(const Rows& rows, const Subset& excluded, MatrixView<float> out, const Context&)> fill;
  /// Where fill() learns first: that alone. Null where there is nothing to learn.
  std::function<Fitted(const Context&)> fit = nullptr;
};

/// Why a row's features depend on the rows that it is read with, and how they would not.
struct Dependence {
  std::string what;    ///< a clause without a subject
  std::string remedy;  ///< a sentence without a full stop
};

/// One of `open` and `task` says where the features come from.
struct Extractor {
  std::string name;  ///< as people type it, and as run.json has it

  // What it requires of the rows.
  std::function<bool(const Rows&)> fits = nullptr;  ///< null = any rows
  std::string misfit = "";                          ///< what rows that do not fit lack: "holds no pictures …"
  std::string remedy = "";                          ///< a sentence without a full stop
  bool labels = false;                              ///< of every usable row

  std::vector<std::string> options = {};  ///< of FeatureOptions, by long name, those that it uses

  /// Features that are there already. `asked`: FeatureOptions::features.
  std::function<FeatureSet(const Dataset& dataset, const std::string& asked)> open = nullptr;
  std::function<FeatureTask(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context)> task = nullptr;
  /// Nothing where features of some rows are those rows of all features; null = always.
  std::function<std::optional<Dependence>(const FeatureOptions& options)> dependence = nullptr;
  std::function<double(double rows)> seconds = nullptr;  ///< about, on one thread, decoding aside; null = not estimated
  double cosine = 0;                                     ///< of two rows, about; before the features are there
  double class_cosine = 0;                               ///< of two rows of one class
};

/// All extractors, in the order in which they are listed to people.
const std::deque<Extractor>& extractors();

/// Adds an extractor of the caller's, as add_method() adds a method. REQUIRES: a name that is not
/// taken.
const Extractor& add_extractor(Extractor extractor);

/// Warns of every option that differs from its default and that `set`, which may be empty, does not
/// follow from. `proxy`: one is trained for scores, which heeds image-size and device as well.
void warn_of_idle(const FeatureOptions& options, const FeatureSet& set, bool proxy, const Context& context);

/// The extractor that `asked` names: a .npy or shards of one, a name, or "auto". Throws UsageError
/// for an unknown name, and InputError for a data set that does not fit. Opens no file.
const Extractor& extractor_for(const std::string& asked, const Dataset& dataset);

/// Throws InputError where the extractor needs labels and a usable row has none.
void require_labels(const Extractor& extractor, const Input& input);

}  // namespace decant
