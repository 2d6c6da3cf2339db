#include "decant/dedup/copies.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/json.h"

namespace decant {
namespace {

constexpr const char* kHow[] = {"bytes", "content", "near"};

/// Sets of numbers that grow together; the smallest of a set stands for it.
class Sets {
 public:
  explicit Sets(size_t count) : above_(count) { std::iota(above_.begin(), above_.end(), size_t{0}); }
  size_t of(size_t i) {
    while (above_[i] != i) i = above_[i] = above_[above_[i]];
    return i;
  }
  void join(size_t a, size_t b) {
    a = of(a);
    b = of(b);
    above_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<size_t> above_;
};

auto place_of(const Copy& copy) {
  return std::pair(copy.in_test, copy.row);
}

struct Edge {
  size_t to;
  double similarity;
};

/// Equal rows, and who is near them.
struct Node {
  std::vector<size_t> train, test;
  std::vector<Edge> near;
  bool taken = false;
};

class Resolver {
 public:
  Resolver(std::span<const CopyPair> pairs, const CopyRule& rule) : rule_(rule) {
    std::map<std::pair<bool, int64_t>, const Copy*> ends;
    for (const CopyPair& pair : pairs) {
      ends.emplace(place_of(pair.one), &pair.one);
      ends.emplace(place_of(pair.other), &pair.other);
    }
    for (const auto& [place, copy] : ends) copies_.push_back(*copy);
    join_equal(pairs);
    join_near(pairs);
  }

  Copies resolve() {
    for (const size_t node : in_order()) take_or_drop(nodes_.at(node));
    Copies found{.dropped = std::move(dropped_)};
    std::ranges::sort(found.dropped, {}, [](const DroppedRow& row) { return row.dropped.row; });
    for (const auto& [at, node] : nodes_) note_leaks(node, found);
    for (const auto& [at, node] : nodes_) note_labels(node, found);
    std::ranges::sort(found.leaking);
    std::ranges::sort(found.leaked);
    std::ranges::sort(found.contradicting);
    found.clusters = clusters();
    return found;
  }

 private:
  size_t index_of(const Copy& copy) const {
    return static_cast<size_t>(std::ranges::lower_bound(copies_, place_of(copy), {}, place_of) - copies_.begin());
  }

  void join_equal(std::span<const CopyPair> pairs) {
    Sets equal(copies_.size()), by_bytes(copies_.size());
    for (const CopyPair& pair : pairs) {
      if (pair.how == Sameness::near) continue;
      equal.join(index_of(pair.one), index_of(pair.other));
      if (pair.how == Sameness::bytes) by_bytes.join(index_of(pair.one), index_of(pair.other));
    }
    for (size_t i = 0; i < copies_.size(); ++i) {
      node_.push_back(equal.of(i));
      bytes_.push_back(by_bytes.of(i));
      Node& node = nodes_[node_[i]];
      (copies_[i].in_test ? node.test : node.train).push_back(i);
    }
  }

  void join_near(std::span<const CopyPair> pairs) {
    for (const CopyPair& pair : pairs) {
      if (pair.how != Sameness::near || !rule_.threshold || pair.similarity < *rule_.threshold) continue;
      const size_t a = node_[index_of(pair.one)];
      const size_t b = node_[index_of(pair.other)];
      if (a == b) continue;
      nodes_[a].near.push_back({b, pair.similarity});
      nodes_[b].near.push_back({a, pair.similarity});
    }
    for (auto& [at, node] : nodes_) std::ranges::sort(node.near, {}, [](const Edge& edge) { return std::pair(-edge.similarity, edge.to); });
  }

  /// The less, the sooner it stays.
  std::tuple<int64_t, int64_t> rank(size_t i) const {
    const Copy& copy = copies_[i];
    const int64_t first = rule_.stays == Stays::largest    ? -copy.size
                          : rule_.stays == Stays::labelled ? (copy.label == kNoLabel ? 1 : 0)
                                                           : 0;
    return {first, copy.row};
  }
  size_t best(const Node& node) const {
    return *std::ranges::min_element(node.train, {}, [&](size_t i) { return rank(i); });
  }

  std::vector<size_t> in_order() const {
    std::vector<size_t> order;
    for (const auto& [at, node] : nodes_) {
      if (!node.train.empty()) order.push_back(at);
    }
    std::ranges::sort(order, {}, [&](size_t at) { return rank(best(nodes_.at(at))); });
    return order;
  }

  void drop(const Node& node, size_t repeats, double similarity, bool near) {
    for (const size_t i : node.train) {
      if (i == repeats) continue;
      const Sameness how = near ? Sameness::near : bytes_[i] == bytes_[repeats] ? Sameness::bytes : Sameness::content;
      dropped_.push_back({copies_[i], copies_[repeats], similarity, how});
    }
  }

  void take_or_drop(Node& node) {
    if (!rule_.keep_leaks) {
      if (!node.test.empty()) return drop(node, node.test.front(), 1, false);
      for (const Edge& edge : node.near) {
        if (const Node& other = nodes_.at(edge.to); !other.test.empty()) return drop(node, other.test.front(), edge.similarity, true);
      }
    }
    for (const Edge& edge : node.near) {
      if (const Node& other = nodes_.at(edge.to); other.taken) return drop(node, best(other), edge.similarity, true);
    }
    node.taken = true;
    drop(node, best(node), 1, false);
  }

  void note_leaks(const Node& node, Copies& found) const {
    const auto any_near = [&](auto side) {
      return std::ranges::any_of(node.near, [&](const Edge& edge) { return !(nodes_.at(edge.to).*side).empty(); });
    };
    if (!node.test.empty() || any_near(&Node::test)) {
      for (const size_t i : node.train) found.leaking.push_back(copies_[i].row);
    }
    if (!node.train.empty() || any_near(&Node::train)) {
      for (const size_t i : node.test) found.leaked.push_back(copies_[i].row);
    }
  }

  void add_labels(const Node& node, std::set<int32_t>& labels) const {
    for (const auto& rows : {node.train, node.test}) {
      for (const size_t i : rows) {
        if (copies_[i].label != kNoLabel) labels.insert(copies_[i].label);
      }
    }
  }

  void note_labels(const Node& node, Copies& found) const {
    std::set<int32_t> labels;
    add_labels(node, labels);
    for (const Edge& edge : node.near) add_labels(nodes_.at(edge.to), labels);
    if (labels.size() < 2) return;
    for (const size_t i : node.train) {
      if (copies_[i].label != kNoLabel) found.contradicting.push_back(copies_[i].row);
    }
  }

  std::vector<CopyCluster> clusters() const {
    Sets together(copies_.size());
    for (const auto& [at, node] : nodes_) {
      for (const Edge& edge : node.near) together.join(at, edge.to);
    }
    std::map<size_t, CopyCluster> of;
    for (size_t i = 0; i < copies_.size(); ++i) of[together.of(node_[i])].rows.push_back(copies_[i]);
    std::vector<CopyCluster> all;
    for (auto& [at, cluster] : of) {
      if (cluster.rows.size() > 1) all.push_back(std::move(cluster));
    }
    return all;
  }

  const CopyRule& rule_;
  std::vector<Copy> copies_;      ///< training rows, then test rows, ascending
  std::vector<size_t> node_;      ///< of each of them
  std::vector<size_t> bytes_;     ///< equal numbers: equal bytes
  std::map<size_t, Node> nodes_;  ///< by the first of its copies
  std::vector<DroppedRow> dropped_;
};

Json end_json(const Copy& copy) {
  return {{"row", copy.row},
          {"split", copy.in_test ? "test" : "train"},
          {"label", copy.label == kNoLabel ? Json() : Json(copy.label)},
          {"size", copy.size},
          {"key", copy.key}};
}

Copy end_from(const Json& json) {
  const std::string split = json.at("split");
  const Json& label = json.at("label");
  return {.row = json.at("row").get<int64_t>(),
          .in_test = split == "test",
          .label = label.is_null() ? kNoLabel : label.get<int32_t>(),
          .size = json.at("size").get<int64_t>(),
          .key = json.at("key").get<std::string>()};
}

Sameness sameness_in(const Json& json) {
  const auto how = std::ranges::find(kHow, json.at("how").get<std::string>());
  if (how == std::end(kHow)) throw InputError({"", "", "has an unknown kind of pair", ""});
  return static_cast<Sameness>(how - std::begin(kHow));
}

CopyPair pair_from(const Json& json) {
  return {end_from(json.at("one")), end_from(json.at("other")), json.at("similarity").get<double>(), sameness_in(json)};
}

bool is_row(const Copy& copy, int64_t rows, int64_t test_rows) {
  return copy.row >= 0 && copy.row < (copy.in_test ? test_rows : rows) && copy.label >= kNoLabel;
}

}  // namespace

const char* name_of(Sameness how) {
  return kHow[static_cast<size_t>(how)];
}

const std::vector<std::string>& stays_names() {
  static const std::vector<std::string> names = {"first", "largest", "labelled"};
  return names;
}

std::string line_of_dropped(const DroppedRow& row) {
  return json_text({{"row", row.dropped.row},
                    {"key", row.dropped.key},
                    {"repeats", row.repeats.row},
                    {"split", row.repeats.in_test ? "test" : "train"},
                    {"repeats_key", row.repeats.key},
                    {"similarity", row.similarity},
                    {"how", name_of(row.how)}});
}

std::vector<DroppedRow> read_dropped(std::string_view text, int64_t rows, const std::string& file) {
  std::vector<DroppedRow> dropped;
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    try {
      const Json json = try_parse_json(std::string(text.substr(begin, end - begin)));
      const int64_t before = dropped.empty() ? -1 : dropped.back().dropped.row;
      DroppedRow& row = dropped.emplace_back();
      row.dropped = {.row = json.at("row"), .key = json.at("key")};
      row.repeats = {.row = json.at("repeats"), .in_test = json.at("split") == "test", .key = json.at("repeats_key")};
      row.similarity = json.at("similarity");
      row.how = sameness_in(json);
      const bool there = row.repeats.row >= 0 && (row.repeats.in_test || row.repeats.row < rows);
      if (before < row.dropped.row && row.dropped.row < rows && there && row.similarity >= -1 && row.similarity <= 1) continue;
    } catch (const Json::exception&) {
    } catch (const InputError&) {
    }
    const size_t line = 1 + static_cast<size_t>(std::ranges::count(text.substr(0, begin), '\n'));
    throw InputError({file, fmt::format("line {}", line), "names no row and what it repeats",
                      "The file was changed after the run; create the run again"});
  }
  return dropped;
}

std::string to_line(const CopyPair& pair) {
  return json_text(
      {{"similarity", pair.similarity}, {"how", name_of(pair.how)}, {"one", end_json(pair.one)}, {"other", end_json(pair.other)}});
}

std::vector<CopyPair> read_lines(std::string_view text, int64_t rows, int64_t test_rows, const std::string& file) {
  std::vector<CopyPair> pairs;
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    try {
      pairs.push_back(pair_from(try_parse_json(std::string(text.substr(begin, end - begin)))));
      const CopyPair& pair = pairs.back();
      const bool cosine = pair.similarity >= -1 && pair.similarity <= 1;
      if (cosine && is_row(pair.one, rows, test_rows) && is_row(pair.other, rows, test_rows) && !pair.one.is(pair.other)) continue;
    } catch (const Json::exception&) {
    } catch (const InputError&) {
    }
    const size_t line = 1 + static_cast<size_t>(std::ranges::count(text.substr(0, begin), '\n'));
    throw InputError({file, fmt::format("line {}", line), "is no pair of rows", "Find the duplicates again: decant duplicates"});
  }
  return pairs;
}

Copies resolve_copies(std::span<const CopyPair> pairs, const CopyRule& rule) {
  return Resolver(pairs, rule).resolve();
}

}  // namespace decant
