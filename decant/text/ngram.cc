#include "decant/text/ngram.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"

namespace decant::text {
namespace {

constexpr std::array<double, 4> kFallbackDiscounts = {0, 0.5, 1, 1.5};

uint64_t key_of(uint32_t history, uint32_t token) {
  return uint64_t{history} << 32 | token;
}

/// `have[i]`: how many n-grams have a = i, 1 ≤ i ≤ 4.
std::array<double, 4> discounts(const std::array<uint64_t, 5>& have) {
  if (std::find(have.begin() + 1, have.end(), 0u) != have.end()) return kFallbackDiscounts;
  const auto n = [&](size_t i) { return static_cast<double>(have[i]); };
  const double y = n(1) / (n(1) + 2 * n(2));
  std::array<double, 4> discount = {};
  for (size_t i = 1; i <= 3; ++i) {
    const auto count = static_cast<double>(i);
    discount[i] = count - (count + 1) * y * n(i + 1) / n(i);
    if (!(discount[i] >= 0 && discount[i] <= count)) return kFallbackDiscounts;
  }
  return discount;
}

}  // namespace

size_t KeyTable::slot_of(uint64_t key) const {
  uint64_t mixed = key * 0x9e3779b97f4a7c15u;
  mixed ^= mixed >> 32;
  size_t at = mixed & (slots_.size() - 1);
  while (slots_[at].number != kNone && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
  return at;
}

void KeyTable::grow() {
  std::vector<Slot> old(slots_.empty() ? 64 : 2 * slots_.size());
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.number != kNone) slots_[slot_of(slot.key)] = slot;
  }
}

uint32_t KeyTable::find(uint64_t key) const {
  return slots_.empty() ? kNone : slots_[slot_of(key)].number;
}

uint32_t KeyTable::find_or_add(uint64_t key) {
  if (2 * (size_t{size_} + 1) > slots_.size()) grow();
  Slot& slot = slots_[slot_of(key)];
  if (slot.number == kNone) slot = {key, size_++};
  return slot.number;
}

NgramModel::NgramModel(int order, uint32_t vocabulary) : order_(order), vocabulary_(vocabulary), levels_(static_cast<size_t>(order) + 1) {
  DECANT_CHECK(order, >=, 1);
  DECANT_CHECK(order, <=, kLongest);
  DECANT_CHECK(vocabulary, >=, 1u);
  levels_[0].entries.emplace_back();
  levels_[1].numbers.find_or_add(key_of(0, vocabulary_));
  levels_[1].entries.push_back({.from_start = true});
}

NgramModel::State NgramModel::start() const {
  State state;
  state.fill(kNone);
  state[0] = 0;
  if (order_ > 1) state[1] = 0;  // the start mark was added first
  return state;
}

uint32_t NgramModel::learned(int length, uint32_t history, uint32_t token) {
  Level& level = levels_[static_cast<size_t>(length)];
  const uint32_t number = level.numbers.find_or_add(key_of(history, token));
  if (number == level.entries.size())
    level.entries.push_back({.history = history, .from_start = levels_[static_cast<size_t>(length) - 1].entries[history].from_start});
  ++level.entries[number].count;
  return number;
}

void NgramModel::learn(std::span<const uint32_t> tokens) {
  State state = start();
  for (const uint32_t token : tokens) {
    State next = start();
    for (int k = 0; k < order_ && state[static_cast<size_t>(k)] != kNone; ++k) {
      const auto length = static_cast<size_t>(k) + 1;
      next[length] = learned(k + 1, state[length - 1], token);
      const bool is_new = levels_[length].entries[next[length]].count == 1;
      if (is_new && k > 0) ++levels_[length - 1].entries[next[length - 1]].preceded;
    }
    next[static_cast<size_t>(order_)] = kNone;  // no history is as long
    state = token == kEndOfText ? start() : next;
  }
}

void NgramModel::settle() {
  for (int length = 1; length <= order_; ++length) settle(length);
}

void NgramModel::settle(int length) {
  Level& level = levels_[static_cast<size_t>(length)];
  std::vector<Entry>& histories = levels_[static_cast<size_t>(length) - 1].entries;
  std::array<uint64_t, 5> have = {};
  for (Entry& entry : level.entries) {
    if (length < order_ && !entry.from_start) entry.count = entry.preceded;
    if (entry.count == 0) continue;  // the start mark, which nothing predicts
    if (entry.count < have.size()) ++have[entry.count];
    Entry& history = histories[entry.history];
    history.total += entry.count;
    ++history.next[std::min<uint32_t>(entry.count, 3) - 1];
  }
  level.discount = discounts(have);
}

NgramModel::State NgramModel::after(const State& state, uint32_t token) const {
  State next = start();
  if (token == kEndOfText) return next;
  next[1] = kNone;
  for (size_t length = 1; length < static_cast<size_t>(order_) && state[length - 1] != kNone; ++length)
    next[length] = levels_[length].numbers.find(key_of(state[length - 1], token));
  return next;
}

double NgramModel::probability(const State& state, uint32_t token) const {
  double probability = 1.0 / vocabulary_;
  for (size_t k = 0; k < static_cast<size_t>(order_) && state[k] != kNone; ++k) {
    const Entry& history = levels_[k].entries[state[k]];
    if (history.total == 0) continue;
    const Level& level = levels_[k + 1];
    const uint32_t number = level.numbers.find(key_of(state[k], token));
    const uint32_t count = number == kNone ? 0 : level.entries[number].count;
    double left = 0;  // γ
    for (size_t i = 0; i < 3; ++i) left += level.discount[i + 1] * history.next[i];
    probability =
        (std::max(count - level.discount[std::min<uint32_t>(count, 3)], 0.0) + left * probability) / static_cast<double>(history.total);
  }
  return probability;
}

double NgramModel::probability(std::span<const uint32_t> history, uint32_t token) const {
  State state = start();
  for (const uint32_t before : history) state = after(state, before);
  return probability(state, token);
}

double NgramModel::loss(std::span<const uint32_t> tokens) const {
  double nats = 0;
  State state = start();
  for (const uint32_t token : tokens) {
    nats -= std::log(probability(state, token));
    state = after(state, token);
  }
  return nats;
}

}  // namespace decant::text
