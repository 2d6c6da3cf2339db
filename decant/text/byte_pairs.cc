// Learning keeps, for each pair, how often it stands side by side and in which pieces it ever
// stood. Making a token rewrites those pieces alone and moves the counts of the pairs around it.
// The most frequent pair comes from a heap in which old counts stay behind: what comes up with
// another count than the pair has today goes back with that.
#include "decant/text/byte_pairs.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <tuple>

#include "decant/base/errors.h"
#include "decant/text/byte_pieces.h"

namespace decant::text {
namespace {

using Pair = BytePairs::Pair;

class Learner {
 public:
  explicit Learner(const PieceCounts& pieces) {
    std::vector<std::pair<std::string_view, int64_t>> sorted(pieces.counts().begin(), pieces.counts().end());
    std::ranges::sort(sorted);
    for (const auto& [piece, count] : sorted) {
      Piece& own = pieces_.emplace_back();
      own.count = count;
      for (const char c : piece) own.tokens.push_back(static_cast<unsigned char>(c));
    }
    for (size_t i = 0; i < pieces_.size(); ++i) change(i, 1);
    for (const auto& [pair, seen] : seen_) heap_.push({seen.count, pair});
  }

  std::vector<Pair> learn(int32_t size) {
    std::vector<Pair> pairs;
    for (int32_t next = BytePairs::kBytes; next < size; ++next) {
      const auto best = most_frequent();
      if (!best) break;
      pairs.push_back(*best);
      join(*best, next);
    }
    return pairs;
  }

 private:
  struct Piece {
    std::vector<int32_t> tokens;
    int64_t count = 0;
  };
  struct Seen {
    int64_t count = 0;
    std::vector<size_t> pieces;  ///< in which it stands or stood; may repeat
  };
  struct Candidate {
    int64_t count;
    Pair pair;
    bool operator<(const Candidate& other) const { return std::tie(count, other.pair) < std::tie(other.count, pair); }
  };

  /// Counts the pairs of a piece in (1) or out (−1).
  void change(size_t piece, int64_t sign) {
    const std::vector<int32_t>& tokens = pieces_[piece].tokens;
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      Seen& seen = seen_[{tokens[i], tokens[i + 1]}];
      seen.count += sign * pieces_[piece].count;
      if (sign > 0 && (seen.pieces.empty() || seen.pieces.back() != piece)) seen.pieces.push_back(piece);
    }
  }

  std::optional<Pair> most_frequent() {
    while (!heap_.empty()) {
      const Candidate top = heap_.top();
      heap_.pop();
      const auto found = seen_.find(top.pair);
      const int64_t today = found == seen_.end() ? 0 : found->second.count;
      if (today == top.count) return today > 1 ? std::optional(top.pair) : std::nullopt;
      if (today > 1) heap_.push({today, top.pair});
    }
    return std::nullopt;
  }

  void join(const Pair& pair, int32_t made) {
    std::vector<size_t> where = std::move(seen_.at(pair).pieces);
    std::ranges::sort(where);
    where.erase(std::ranges::unique(where).begin(), where.end());
    for (const size_t piece : where) {
      if (!stands_in(pair, pieces_[piece].tokens)) continue;
      change(piece, -1);
      rewrite(pair, made, pieces_[piece].tokens);
      change(piece, 1);
      push_those_with(made, pieces_[piece].tokens);
    }
    seen_.erase(pair);
  }

  static bool stands_in(const Pair& pair, const std::vector<int32_t>& tokens) {
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      if (tokens[i] == pair.first && tokens[i + 1] == pair.second) return true;
    }
    return false;
  }

  static void rewrite(const Pair& pair, int32_t made, std::vector<int32_t>& tokens) {
    size_t to = 0;
    for (size_t from = 0; from < tokens.size(); ++to) {
      const bool here = from + 1 < tokens.size() && tokens[from] == pair.first && tokens[from + 1] == pair.second;
      tokens[to] = here ? made : tokens[from];
      from += here ? 2 : 1;
    }
    tokens.resize(to);
  }

  /// Only counts of pairs with the new token can have grown.
  void push_those_with(int32_t made, const std::vector<int32_t>& tokens) {
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      const Pair pair(tokens[i], tokens[i + 1]);
      if (pair.first == made || pair.second == made) heap_.push({seen_[pair].count, pair});
    }
  }

  std::vector<Piece> pieces_;
  std::map<Pair, Seen> seen_;
  std::priority_queue<Candidate> heap_;
};

/// A piece's tokens while they are joined: a list that shrinks.
struct Link {
  int32_t token = 0;
  int32_t before = -1;
  int32_t after = -1;
};

}  // namespace

void PieceCounts::add(std::string_view text) {
  each_piece(text, [&](std::string_view piece) { ++counts_[std::string(piece)]; });
}

BytePairs::BytePairs(std::vector<Pair> pairs) : pairs_(std::move(pairs)) {
  for (size_t i = 0; i < pairs_.size(); ++i) {
    const int32_t made = kBytes + static_cast<int32_t>(i);
    for (const int32_t token : {pairs_[i].first, pairs_[i].second}) {
      DECANT_CHECK(token, >=, 0);
      DECANT_CHECK(token, <, made);
    }
    DECANT_CHECK(made_.try_emplace(pairs_[i], made).second, ==, true);
  }
}

int32_t BytePairs::made_of(int32_t left, int32_t right) const {
  const auto found = made_.find({left, right});
  return found == made_.end() ? -1 : found->second;
}

void BytePairs::append(std::string_view text, std::vector<int32_t>& ids) const {
  each_piece(text, [&](std::string_view piece) { append_piece(piece, ids); });
}

void BytePairs::append_piece(std::string_view piece, std::vector<int32_t>& ids) const {
  DECANT_CHECK(piece.size(), <, size_t{1} << 31);
  const auto count = static_cast<int32_t>(piece.size());
  std::vector<Link> links(piece.size());
  using Join = std::pair<int32_t, int32_t>;  // the token that is made, and where: the smallest was learned first
  std::priority_queue<Join, std::vector<Join>, std::greater<>> joins;
  const auto at = [&](int32_t i) -> Link& { return links[static_cast<size_t>(i)]; };
  const auto offer = [&](int32_t i) {
    if (i < 0 || at(i).after < 0) return;
    if (const int32_t made = made_of(at(i).token, at(at(i).after).token); made >= 0) joins.emplace(made, i);
  };
  for (int32_t i = 0; i < count; ++i)
    at(i) = {static_cast<unsigned char>(piece[static_cast<size_t>(i)]), i - 1, i + 1 < count ? i + 1 : -1};
  for (int32_t i = 0; i + 1 < count; ++i) offer(i);
  while (!joins.empty()) {
    const auto [made, i] = joins.top();
    joins.pop();
    Link& left = at(i);
    if (left.token < 0 || left.after < 0 || made_of(left.token, at(left.after).token) != made) continue;  // what stood there is joined
    Link& right = at(left.after);
    left.token = made;
    left.after = right.after;
    right.token = -1;
    if (left.after >= 0) at(left.after).before = i;
    offer(left.before);
    offer(i);
  }
  for (int32_t i = 0; i >= 0 && count > 0; i = at(i).after) ids.push_back(at(i).token);
}

std::string BytePairs::bytes_of(int32_t token) const {
  DECANT_CHECK(token, >=, 0);
  DECANT_CHECK(token, <, size());
  std::string bytes;
  for (std::vector<int32_t> open = {token}; !open.empty();) {
    const int32_t next = open.back();
    open.pop_back();
    if (next < kBytes) {
      bytes += static_cast<char>(next);
      continue;
    }
    const Pair& pair = pairs_[static_cast<size_t>(next - kBytes)];
    open.push_back(pair.second);
    open.push_back(pair.first);
  }
  return bytes;
}

BytePairs learn_byte_pairs(const PieceCounts& pieces, int32_t size) {
  DECANT_CHECK(size, >=, BytePairs::kBytes);
  return BytePairs(Learner(pieces).learn(size));
}

}  // namespace decant::text
