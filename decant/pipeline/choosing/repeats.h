// Rows that are left out before any are chosen, since they repeat others: compress --dedup.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/run_record.h"
#include "decant/pipeline/choosing/find_copies.h"

namespace decant {

/// Which rows are copies.
struct CopyKind {
  std::optional<double> cosine;  ///< from which rows are near; nothing = equal ones alone
  Content equal = Content::meant;
};

/// Of rows of this kind; `how` is one of
///
///   exact    equal bytes; of raw pixels, equal pixels; of records, texts that are equal when
///            A–Z are a–z and any white space between words is one blank
///   content  equal pixels, too, whatever the bytes of the files
///   0.95     these, and rows whose features have at least that cosine
///
/// Throws UsageError that names `option`.
CopyKind copy_kind(const std::string& how, const Rows& rows, const std::string& option);
/// The same for rows of any kind.
void require_copy_kind(const std::string& how, const std::string& option);

/// Throws InputError where near test rows are looked for by features of the training rows alone.
void require_features_of_both(const TestSplit& test, const FeatureOptions& features, const std::string& option);

/// compress --dedup and --dedup-search.
struct DedupOptions {
  std::string how;  ///< copy_kind(); empty = no row is left out
  PairSearch search = PairSearch::automatic;

  void declare(OptionTable& table);
};

struct Repeats {
  std::vector<DroppedRow> dropped;  ///< ascending by row
  RepeatsRecord record;
};

/// Throws UsageError for an unknown kind, or a search for near rows without a cosine.
void require_dedup(const DedupOptions& dedup);

/// Of copies the first row stays, and none that has a copy in the input's test split, or in its
/// validation split where it has no other. Cost: reads, and but for "exact" decodes, every row of
/// both splits; for a cosine, features of both together and search_pairs(). Throws what these
/// throw, and InputError for features in a file where there is a test split.
Repeats find_repeats(const Input& input, const DedupOptions& dedup, const FeatureOptions& features, const FieldOptions& fields,
                     uint64_t seed, const Context& context);

/// What a run left out: its repeats.jsonl, or none. Throws InputError for lines that are none.
std::vector<DroppedRow> recorded_repeats(const std::filesystem::path& run, int64_t rows);

/// Of a set that grew by its last part: rows of earlier ones are left out as they were, and of the
/// new ones those that repeat any other. So no row is left out now that was chosen before.
Repeats repeats_of_grown(const Input& joined, const std::vector<DroppedRow>& before, const DedupOptions& dedup,
                         const FeatureOptions& features, const FieldOptions& fields, uint64_t seed, const Context& context);

/// The input without these rows. Its digest is another, for features are fitted to what is left.
Input without_repeats(Input input, const std::vector<DroppedRow>& dropped);

}  // namespace decant
