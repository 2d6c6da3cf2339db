#include "decant/pipeline/choosing/find_copies.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/dedup/equal_across.h"
#include "decant/dedup/joined_rows.h"
#include "decant/dedup/near_sets.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/formats/open.h"
#include "decant/text/shingles.h"

namespace decant {
namespace {

/// Both splits as the rows of one, training first.
struct Joint {
  Input input;
  int64_t rows = 0;  ///< of the training split

  bool in_test(int64_t row) const { return row >= rows; }
};

Joint join(const Input& input, const TestSplit& test) {
  Joint joint{.input = input, .rows = input.rows()};
  if (test.rows == nullptr) return joint;
  auto& train = joint.input.dataset.splits.at(Split::train);
  train = std::make_shared<JoinedRows>(train, test.rows, test.path);
  joint.input.labels = label_column(*train);
  for (const Excluded& bad : test.excluded) joint.input.excluded.push_back({joint.rows + bad.row, "test: " + bad.key, bad.text});
  joint.input.digest = Digest().add(input.digest).add("and test rows").add(test.digest).hex();
  return joint;
}

FeatureSet features_of(const Joint& joint, const Input& input, const TestSplit& test, const FeatureOptions& options, uint64_t seed,
                       const Context& context) {
  if (test.rows == nullptr || !names_npy(options.features)) return obtain_features(joint.input, options, seed, context);
  if (test.features.empty())
    throw InputError({options.features, "", "holds features of the training rows alone",
                      "Give those of the test rows: --test-features FILE.npy, or --no-test"});
  FeatureSet set = obtain_features(input, options, seed, context);
  const Features own = read_features(test.features);
  if (own.count() != test.rows->size() || own.width() != set.features.width())
    throw InputError({test.features, "",
                      fmt::format("is {} rows of {} columns, and {} of {} are needed", own.count(), own.width(), test.rows->size(),
                                  set.features.width()),
                      "Give one row per test sample, computed as those of the training rows"});
  set.features = joined(set.features, own);
  return set;
}

/// Pairs of rows of the joint split, with what is said of each.
class PairMaker {
 public:
  explicit PairMaker(const Joint& joint) : joint_(joint), rows_(joint.input.dataset.train()) {}

  CopyPair make(int64_t one, int64_t other, double similarity, Sameness how) { return {copy_of(one), copy_of(other), similarity, how}; }

 private:
  Copy copy_of(int64_t row) {
    const bool in_test = joint_.in_test(row);
    const std::string key = rows_.key(row);
    return {.row = in_test ? row - joint_.rows : row,
            .in_test = in_test,
            .label = joint_.input.labels[static_cast<size_t>(row)],
            .size = size_of(row),
            .key = in_test ? key.substr(std::string_view("test: ").size()) : key};
  }

  int64_t size_of(int64_t row) {
    if (rows_.pictures() == nullptr) return static_cast<int64_t>(rows_.bytes(row, scratch_).size());
    if (row != decoded_) rows_.pictures()->decode(row, image_);
    decoded_ = row;
    return int64_t{image_.size.width} * image_.size.height;
  }

  const Joint& joint_;
  const Rows& rows_;
  int64_t decoded_ = -1;
  Image image_;
  std::vector<std::byte> scratch_;
};

/// Groups of equal rows of both splits, by their numbers in the joint one.
std::vector<std::vector<int64_t>> equal_groups(const Input& input, const TestSplit& test, const Joint& joint, Content equal,
                                               const Context& context) {
  std::vector<SplitRows> splits = {{input.dataset.splits.at(Split::train), input.usable_rows(), input.dataset.root.string()}};
  if (test.rows != nullptr) {
    std::vector<int64_t> bad;
    for (const Excluded& row : test.excluded) bad.push_back(row.row);
    splits.push_back({test.rows, Subset::all(test.rows->size()).without(Subset(std::move(bad))), test.path});
  }
  std::vector<std::vector<int64_t>> groups;
  for (const std::vector<SplitRow>& group : equal_across(splits, equal, context)) {
    std::vector<int64_t>& rows = groups.emplace_back();
    for (const SplitRow& one : group) rows.push_back(one.split == 0 ? one.row : joint.rows + one.row);
  }
  return groups;
}

/// Each row of a group next to its first.
void add_equal(const Joint& joint, const std::vector<std::vector<int64_t>>& groups, std::vector<CopyPair>& pairs) {
  const Rows& rows = joint.input.dataset.train();
  PairMaker maker(joint);
  for (const std::vector<int64_t>& group : groups) {
    for (const int64_t row : std::span(group).subspan(1)) {
      const bool bytes = are_equal(rows, group.front(), row, Content::stored);
      pairs.push_back(maker.make(group.front(), row, 1, bytes ? Sameness::bytes : Sameness::content));
    }
  }
}

/// The usable rows, of equal ones the first alone.
std::vector<int64_t> distinct_rows(const Joint& joint, const std::vector<std::vector<int64_t>>& groups) {
  std::vector<int64_t> repeated;
  for (const std::vector<int64_t>& group : groups) repeated.insert(repeated.end(), group.begin() + 1, group.end());
  std::ranges::sort(repeated);
  return joint.input.usable_rows().without(Subset(std::move(repeated))).rows();
}

void add_near(const Joint& joint, std::span<const NearPair> near, std::vector<CopyPair>& pairs) {
  PairMaker maker(joint);
  for (const NearPair& pair : near) {
    if (joint.in_test(pair.row)) continue;  // what the test split repeats of itself is no copy of a training row
    pairs.push_back(maker.make(pair.row, pair.other, pair.similarity, Sameness::near));
  }
}

/// The shingles of rows, as near_sets() reads them.
OpenSets shingles_of(const Texts& texts, int shingle) {
  struct Scratch {
    text::Shingler shingler;
    Record record = {};
  };
  return [&texts, shingle]() -> ReadSet {
    return [&texts, scratch = std::make_shared<Scratch>(text::Shingler(shingle))](int64_t row, std::vector<uint64_t>& shingles) {
      texts.read(row, scratch->record);
      scratch->shingler.read(scratch->record, shingles);
    };
  };
}

std::vector<bool> flags_of(const Subset& rows, int64_t count) {
  std::vector<bool> flags(static_cast<size_t>(count));
  for (const int64_t row : rows) flags[static_cast<size_t>(row)] = true;
  return flags;
}

/// The split that stands for a test: its name, and its rows or null.
std::pair<std::string, std::shared_ptr<const Rows>> test_rows_of(const Dataset& dataset, bool or_train) {
  for (const Split split : {Split::test, Split::validation, Split::train}) {
    const auto found = dataset.splits.find(split);
    if (found != dataset.splits.end() && found->second->size() > 0 && (split != Split::train || or_train))
      return {name_of(split), found->second};
  }
  return {};
}

}  // namespace

TestSplit open_test_split(const Input& input, const std::string& path, const FieldOptions& fields, const Context& context) {
  TestSplit test{.path = path.empty() ? input.dataset.root.string() : path};
  if (path.empty()) {
    std::tie(test.split, test.rows) = test_rows_of(input.dataset, false);
  } else {
    const Dataset dataset = open_dataset(path, fields.to_open(), context);
    std::tie(test.split, test.rows) = test_rows_of(dataset, true);
    if (test.rows == nullptr) throw InputError({path, "", "holds no rows", "Name test data"});
    if (dataset.classes != input.dataset.classes)
      context.warn(path + " has other classes than the training split, so labels of copies are not comparable");
  }
  if (test.rows == nullptr) return test;
  test.excluded = find_bad_rows(*test.rows, Depth::full, context);
  test.digest = content_digest(*test.rows, nullptr, context);
  return test;
}

FoundCopies find_copies(const Input& input, const TestSplit& test, const NearRows& near, const FeatureOptions& features, uint64_t seed,
                        const Context& context, Content equal) {
  const Joint joint = join(input, test);
  FoundCopies found;
  const auto groups = equal_groups(input, test, joint, equal, context);
  add_equal(joint, groups, found.pairs);
  if (!near.floor) return found;
  const FeatureSet set = features_of(joint, input, test, features, seed, context);
  require_finite(set.features, set.file, flags_of(joint.input.excluded_rows(), joint.input.rows()), {}, context);
  ApproximatePairs pairs = search_pairs(set.features, distinct_rows(joint, groups), *near.floor, near.search, seed, context);
  add_near(joint, pairs.pairs, found.pairs);
  found.recalls = std::move(pairs.recalls);
  found.features = set.record();
  return found;
}

FoundCopies find_copies_by_words(const Input& input, const TestSplit& test, std::optional<double> floor, int shingle, uint64_t seed,
                                 const Context& context) {
  const Joint joint = join(input, test);
  const Texts& texts = require_texts(joint.input.dataset.train(), input.dataset.root.string());
  FoundCopies found;
  const auto groups = equal_groups(input, test, joint, Content::meant, context);
  add_equal(joint, groups, found.pairs);
  if (floor) add_near(joint, near_sets(shingles_of(texts, shingle), distinct_rows(joint, groups), *floor, seed, context), found.pairs);
  return found;
}

std::optional<double> similarity_from(const std::string& text, const std::string& option) {
  if (text == "exact") return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0 && value <= 1))
    throw UsageError(fmt::format("{}: '{}' is neither 'exact' nor a similarity above 0 and up to 1", option, text));
  return value;
}

}  // namespace decant
