// Texts in memory to test with.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/data/rows.h"

namespace decant::text {

class SomeTexts final : public Rows, public Texts {
 public:
  explicit SomeTexts(std::vector<std::string> texts) : texts_(std::move(texts)) {}

  int64_t size() const override { return std::ssize(texts_); }
  std::string key(int64_t row) const override { return std::to_string(row); }
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return as_bytes(texts_[static_cast<size_t>(row)]); }
  int64_t stored_bytes() const override { return 0; }
  const Modality& modality() const override { return modality::records; }
  const Texts* texts() const override { return this; }
  void read(int64_t row, Record& out) const override {
    out.restart(0);
    out.turns = {{"text", texts_[static_cast<size_t>(row)], 0, std::ssize(texts_[static_cast<size_t>(row)]), true}};
  }
  std::string schema() const override { return "some"; }

 private:
  std::vector<std::string> texts_;
};

/// Texts of drawn words: each of one of `topics`, with words of its own and some that all share.
inline std::vector<std::string> drawn_texts(int64_t count, uint64_t topics = 5) {
  std::vector<std::string> texts;
  for (int64_t i = 0; i < count; ++i) {
    Random random(1, "drawn texts", static_cast<uint64_t>(i));
    const uint64_t topic = static_cast<uint64_t>(i) % topics;
    std::string text;
    for (int word = 0; word < 20; ++word)
      text += random.below(3) == 0 ? "common" + std::to_string(random.below(30)) + " "
                                   : "topic" + std::to_string(topic) + "w" + std::to_string(random.below(25)) + " ";
    texts.push_back(std::move(text));
  }
  return texts;
}

inline std::vector<int64_t> rows_to(int64_t count) {
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < count; ++row) rows.push_back(row);
  return rows;
}

}  // namespace decant::text
