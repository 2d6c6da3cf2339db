#include "decant/pipeline/duplicates_folder.h"

#include <algorithm>
#include <functional>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/version.h"
#include "decant/dedup/near_sets.h"
#include "decant/formats/npy/npy.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr const char* kRecord = "duplicates.json";
constexpr const char* kPairs = "pairs.jsonl";

[[noreturn]] void damaged(const fs::path& folder, const std::string& what) {
  throw InputError({(folder / kRecord).string(), "", what, "Find the duplicates of the data set again"});
}

SearchedSplits splits_from(const Json& json) {
  SearchedSplits splits{.path = json.at("input").at("path"),
                        .digest = json.at("input").at("digest"),
                        .rows = json.at("input").at("rows"),
                        .excluded = json.at("input").at("excluded").get<std::vector<int64_t>>(),
                        .features = json.at("features").is_null() ? "" : json.at("features").get<std::string>()};
  if (!json.at("floor").is_null()) splits.floor = json.at("floor").get<double>();
  splits.shingle = json.value("shingle", 0);
  for (const Json& stated : json.value("recalls", Json::array())) splits.recalls.push_back({stated.at("similarity"), stated.at("recall")});
  if (const Json& test = json.at("test"); !test.is_null()) {
    splits.test_path = test.at("path");
    splits.test_split = test.at("split");
    splits.test_rows = test.at("rows");
    splits.test_excluded = test.at("excluded").get<std::vector<int64_t>>();
  }
  return splits;
}

/// Ascending and distinct rows of a split of so many.
bool are_rows(const std::vector<int64_t>& rows, int64_t count) {
  return std::ranges::adjacent_find(rows, std::ranges::greater_equal()) == rows.end() &&
         (rows.empty() || (rows.front() >= 0 && rows.back() < count));
}

/// Row numbers are made for as many rows as the record says, so that must agree with what else is
/// in the folder.
void require_count(const fs::path& folder, const char* stays, int64_t rows, int64_t dropped, const std::vector<int64_t>& excluded) {
  if (rows < 0 || rows > (int64_t{1} << 40) || !are_rows(excluded, rows)) damaged(folder, "records rows that cannot be");
  const int64_t counted = std::ssize(read_indices(folder / stays)) + dropped + std::ssize(excluded);
  if (counted != rows) damaged(folder, fmt::format("records {} rows, and {} accounts for {}", rows, stays, counted));
}

bool are_recalls(const SearchedSplits& splits) {
  if (splits.recalls.empty()) return true;
  const auto is_share = [](const StatedRecall& stated) { return stated.recall >= 0 && stated.recall <= 1; };
  const bool ascending =
      std::ranges::adjacent_find(splits.recalls, std::ranges::greater_equal(), &StatedRecall::similarity) == splits.recalls.end();
  return ascending && std::ranges::all_of(splits.recalls, is_share) && splits.floor && splits.recalls.front().similarity == *splits.floor;
}

bool is_similarity(std::optional<double> floor) {
  return floor && *floor > 0 && *floor <= 1;
}

template <class Range, class Line>
void write_lines(const fs::path& file, const Range& range, Line&& line) {
  FileWriter writer(file);
  for (const auto& each : range) writer.write(line(each) + "\n");
  writer.commit();
}

std::string cluster_line(const CopyCluster& cluster) {
  Json train = Json::array();
  Json test = Json::array();
  std::set<int32_t> labels;
  for (const Copy& copy : cluster.rows) {
    (copy.in_test ? test : train).push_back(copy.row);
    if (copy.label != kNoLabel) labels.insert(copy.label);
  }
  return json_text({{"rows", train}, {"test_rows", test}, {"labels", labels}});
}

}  // namespace

double SearchedSplits::recall(double threshold) const {
  return shingle > 0 ? bands_for(*floor).recall(threshold) : recall_at(recalls, threshold);
}

int64_t equal_dropped(const Copies& copies) {
  return std::ranges::count_if(copies.dropped, [](const DroppedRow& row) { return row.how != Sameness::near; });
}

Json to_json(const Duplicates& found) {
  const SearchedSplits& splits = found.searched;
  Json test;
  if (!splits.test_path.empty())
    test = {{"path", splits.test_path}, {"split", splits.test_split}, {"rows", splits.test_rows}, {"excluded", splits.test_excluded}};
  Json json = {{"input", {{"path", splits.path}, {"digest", splits.digest}, {"rows", splits.rows}, {"excluded", splits.excluded}}},
               {"test", test},
               {"features", splits.features.empty() ? Json() : Json(splits.features)},
               {"threshold", found.rule.threshold ? Json(*found.rule.threshold) : Json()},
               {"floor", splits.floor ? Json(*splits.floor) : Json()},
               {"stays", stays_names()[static_cast<size_t>(found.rule.stays)]},
               {"keep_leaks", found.rule.keep_leaks},
               {"pairs", found.pairs},
               {"clusters", found.copies.clusters.size()},
               {"kept", found.stays.size()},
               {"dropped", found.copies.dropped.size()},
               {"dropped_equal", equal_dropped(found.copies)},
               {"leaking_rows", found.copies.leaking.size()},
               {"leaked_test_rows", found.copies.leaked.size()},
               {"rows_with_other_labels", found.copies.contradicting},
               {"seconds", found.seconds}};
  if (splits.shingle > 0) json["shingle"] = splits.shingle;
  if (found.rule.threshold && (splits.shingle > 0 || !splits.recalls.empty()))
    json["estimated_recall"] = splits.recall(*found.rule.threshold);
  for (const StatedRecall& stated : splits.recalls)
    json["recalls"].push_back({{"similarity", stated.similarity}, {"recall", stated.recall}});
  return json;
}

void write_duplicates(const Duplicates& found, std::span<const CopyPair> pairs, const std::string& command, const fs::path& folder) {
  write_npy<int64_t>(folder / "indices.npy", found.stays.rows());
  if (!found.searched.test_path.empty()) write_npy<int64_t>(folder / "test-indices.npy", found.test_stays.rows());
  write_lines(folder / kPairs, pairs, to_line);
  write_lines(folder / "dropped.jsonl", found.copies.dropped, line_of_dropped);
  write_lines(folder / "clusters.jsonl", found.copies.clusters, cluster_line);
  Json record = {{"version", kVersion}, {"command", command}};
  record.update(to_json(found));
  record.erase("seconds");
  write_file(folder / kRecord, json_text(record, 2) + "\n");
}

bool is_duplicates_folder(const fs::path& path) {
  return fs::is_regular_file(path / kRecord) && fs::is_regular_file(path / kPairs);
}

NearBy near_of(const fs::path& folder) {
  try {
    return read_json(folder / kRecord).value("shingle", 0) > 0 ? NearBy::minhash : NearBy::features;
  } catch (const Json::exception&) {
    damaged(folder, "is no record of decant duplicates");
  }
}

StoredPairs load_pairs(const fs::path& folder) {
  StoredPairs stored;
  SearchedSplits& searched = stored.searched;
  try {
    const Json json = read_json(folder / kRecord);
    searched = splits_from(json);
    if (searched.shingle < 0 || (searched.shingle > 0 && !is_similarity(searched.floor)))
      damaged(folder, "records shingles without a similarity");
    if (!are_recalls(searched)) damaged(folder, "records recalls that cannot be");
    require_count(folder, "indices.npy", searched.rows, json.at("dropped").get<int64_t>(), searched.excluded);
    if (!searched.test_path.empty())
      require_count(folder, "test-indices.npy", searched.test_rows, json.at("leaked_test_rows").get<int64_t>(), searched.test_excluded);
  } catch (const Json::exception&) {
    damaged(folder, "is no record of decant duplicates");
  }
  stored.pairs = read_lines(read_text(folder / kPairs), searched.rows, searched.test_rows, (folder / kPairs).string());
  return stored;
}

}  // namespace decant
