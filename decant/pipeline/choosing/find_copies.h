// The pairs of rows that are copies of each other, within a training split and between it and a
// test split.
//
// Equal rows first (dedup/equal_rows.h); of each group one row is compared with all others, by its
// features (dedup/near_pairs.h) or, of texts, by the words they share (dedup/near_sets.h). Both
// splits get their features together, so a network or dictionary that is fitted to them sees both.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/run_record.h"
#include "decant/dedup/copies.h"
#include "decant/dedup/equal_rows.h"
#include "decant/dedup/pair_search.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/run/input.h"

namespace decant {

/// The split that training must not know.
struct TestSplit {
  std::shared_ptr<const Rows> rows;  ///< null = none
  std::vector<Excluded> excluded;    ///< rows that cannot be read
  std::string path;                  ///< as the user named it
  std::string split;                 ///< "test", "validation", or "train" of a path of its own
  std::string features;              ///< .npy of its features, where those of the training split are one
  std::string digest;                ///< of its content
};

/// The test split of `path`, or what is there where it has none; of `input` itself where `path` is
/// empty: its test split, else its validation split, else none.
TestSplit open_test_split(const Input& input, const std::string& path, const FieldOptions& fields, const Context& context);

struct FoundCopies {
  std::vector<CopyPair> pairs;
  std::optional<FeatureRecord> features;  ///< nothing where only equal rows were looked for
  std::vector<StatedRecall> recalls;      ///< of near pairs, from the floor up; empty = all were found
};

/// Which rows are near, and how thoroughly they are looked for.
struct NearRows {
  std::optional<double> floor;  ///< similarity from which they are; nothing = only equal rows are looked for
  PairSearch search = PairSearch::automatic;
};

/// `equal`: which rows are equal. Throws what obtain_features() throws, and InputError where there
/// are too many pairs.
FoundCopies find_copies(const Input& input, const TestSplit& test, const NearRows& near, const FeatureOptions& features, uint64_t seed,
                        const Context& context, Content equal = Content::meant);

/// The same by the Jaccard similarity of shingles of so many words (text/shingles.h). Throws
/// InputError for rows that are no texts, or too many pairs.
FoundCopies find_copies_by_words(const Input& input, const TestSplit& test, std::optional<double> floor, int shingle, uint64_t seed,
                                 const Context& context);

/// "exact" = nothing, else a similarity in (0, 1]. Throws UsageError that names `option`.
std::optional<double> similarity_from(const std::string& text, const std::string& option);

}  // namespace decant
