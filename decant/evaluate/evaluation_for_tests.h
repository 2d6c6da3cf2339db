// Rows, a store and a trial made up for the tests of judging.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "decant/evaluate/evaluate.h"

namespace decant::evaluate {

/// Seven pictures of one class, grey unless they have three channels.
class SevenRows final : public Rows, Pictures, Targets {
 public:
  explicit SevenRows(int channels = 1) : size_{8, 8, channels} {}
  int64_t size() const override { return 7; }
  std::string key(int64_t) const override { return ""; }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  int64_t stored_bytes() const override { return 0; }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }

 private:
  int32_t label(int64_t) const override { return 0; }
  void decode(int64_t, Image& image) const override { image.resize(size_); }
  std::optional<ImageSize> fixed_size() const override { return size_; }

  ImageSize size_;
};

/// Keeps in memory what a cache keeps in files.
class MapStore final : public Store {
 public:
  std::optional<std::string> find(const std::string& identity) override {
    const std::lock_guard lock(mutex_);
    const auto found = kept.find(identity);
    return found == kept.end() ? std::nullopt : std::optional(found->second);
  }
  void keep(const std::string& identity, const std::string& result) override {
    const std::lock_guard lock(mutex_);
    kept[identity] = result;
  }
  int64_t runs() const {
    return std::ranges::count_if(kept, [](const auto& entry) { return entry.first.starts_with("{\"run\""); });
  }
  std::map<std::string, std::string> kept;

 private:
  std::mutex mutex_;
};

inline std::function<Subset(uint64_t)> fixed(Subset rows) {
  return [rows](uint64_t) { return rows; };
}

/// Full, random and small on one net, three seeds.
struct TestTrial {
  SevenRows rows;
  Trial trial;
  Options options{.nets = {"quick"}};
  MapStore store;

  explicit TestTrial(int channels = 1) : rows(channels) {
    trial.arms = {{"full", &rows, "data", fixed({0, 1, 2, 3})},
                  {"random", &rows, "data",
                   [](uint64_t seed) {
                     return Subset{static_cast<int64_t>(seed), 5};
                   }},
                  {"small", &rows, "data", fixed({2, 3})}};
    trial.test = &rows;
    trial.every_row = 4;
  }
  Data data() const { return {.rows = &rows, .some = some, .trainable = 4, .test_rows = 7, .classes = 2, .digest = "data"}; }
  Evidence judged_by(Judge& judge, const Context& context = {.threads = 4}) {
    return evaluate(trial, judge, options, make_plan(trial, judge, options, &store), &store, context);
  }

  const std::vector<int64_t> some = {0, 1, 2, 3};
};

}  // namespace decant::evaluate
