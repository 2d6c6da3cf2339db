#include "decant/dedup/equal_rows.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/parallel.h"

namespace decant {
namespace {

constexpr int64_t kReadTogether = 256;

std::string folded(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  std::string words;
  for (size_t at = text.find_first_not_of(kSpace); at < text.size(); at = text.find_first_not_of(kSpace, at)) {
    const size_t end = std::min(text.size(), text.find_first_of(kSpace, at));
    if (!words.empty()) words += ' ';
    for (; at < end; ++at) words += text[at] >= 'A' && text[at] <= 'Z' ? static_cast<char>(text[at] - 'A' + 'a') : text[at];
  }
  return words;
}

/// Reads what is compared, row by row, into memory that is used again.
class Reader {
 public:
  Reader(const Rows& rows, Content content) : rows_(rows), content_(content) {}

  Bytes read(int64_t row) {
    if (const Pictures* pictures = rows_.pictures();
        pictures != nullptr && (content_ != Content::stored || pictures->stored_as() == PictureBytes::raw))
      return pixels(*pictures, row);
    if (const Texts* texts = rows_.texts(); texts != nullptr && content_ != Content::stored) return words(*texts, row);
    return rows_.bytes(row, scratch_);
  }

 private:
  void append(Bytes bytes) {
    const size_t at = scratch_.size();
    scratch_.resize(at + bytes.size());
    if (!bytes.empty()) std::memcpy(scratch_.data() + at, bytes.data(), bytes.size());
  }
  void append(int64_t number) { append(std::as_bytes(std::span(&number, 1))); }
  void append(std::string_view text) {
    append(std::ssize(text));
    append(as_bytes(text));
  }

  Bytes pixels(const Pictures& pictures, int64_t row) {
    pictures.decode(row, image_);
    scratch_.clear();
    append(image_.size.width);
    append(image_.size.height);
    append(image_.size.channels);
    append(std::as_bytes(std::span(image_.pixels)).first(static_cast<size_t>(image_.size.bytes())));
    return scratch_;
  }

  Bytes words(const Texts& texts, int64_t row) {
    texts.read(row, record_);
    scratch_.clear();
    for (const Turn& turn : record_.turns) append(folded(turn.text));
    return scratch_;
  }

  const Rows& rows_;
  Content content_;
  Image image_;
  Record record_;
  std::vector<std::byte> scratch_;
};

struct Digested {
  uint64_t digest = 0;
  int64_t row = -1;  ///< -1: cannot be read
  auto operator<=>(const Digested&) const = default;
};

std::vector<Digested> digests_of(const Rows& rows, const Subset& among, Content content, const Context& context) {
  std::vector<Digested> all(among.size());
  Stage stage(context, "compare", std::ssize(among.rows()), "rows");
  parallel_for(context, std::ssize(all), kReadTogether, [&](int64_t begin, int64_t end) {
    Reader reader(rows, content);
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      try {
        all[i] = {hash64(as_text(reader.read(among[i]))), among[i]};
      } catch (const InputError&) {  // is reported as a bad row where rows are read for use
      } catch (const IoError&) {
      }
    }
    stage.advance(end - begin);
  });
  std::erase_if(all, [](const Digested& one) { return one.row < 0; });
  std::ranges::sort(all);
  return all;
}

/// Rows of one digest, parted into those that are equal.
std::vector<std::vector<int64_t>> parted(const Rows& rows, std::span<const Digested> alike, Content content) {
  Reader first(rows, content), second(rows, content);
  std::vector<std::vector<int64_t>> groups;
  for (const Digested& one : alike) {
    const Bytes bytes = first.read(one.row);
    const auto same = [&](const std::vector<int64_t>& group) { return std::ranges::equal(bytes, second.read(group.front())); };
    const auto found = std::ranges::find_if(groups, same);
    found == groups.end() ? groups.push_back({one.row}) : found->push_back(one.row);
  }
  std::erase_if(groups, [](const auto& group) { return group.size() < 2; });
  return groups;
}

}  // namespace

std::vector<std::vector<int64_t>> equal_rows(const Rows& rows, const Subset& among, Content content, const Context& context) {
  const std::vector<Digested> all = digests_of(rows, among, content, context);
  std::vector<std::span<const Digested>> runs;
  for (size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    while (end < all.size() && all[end].digest == all[begin].digest) ++end;
    if (end - begin > 1) runs.push_back(std::span(all).subspan(begin, end - begin));
  }
  std::vector<std::vector<std::vector<int64_t>>> found(runs.size());
  parallel_for(context, std::ssize(runs), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) found[i] = parted(rows, runs[i], content);
  });
  std::vector<std::vector<int64_t>> groups;
  for (auto& part : found) std::ranges::move(part, std::back_inserter(groups));
  std::ranges::sort(groups);
  return groups;
}

bool are_equal(const Rows& rows, int64_t one, int64_t other, Content content) {
  Reader first(rows, content), second(rows, content);
  const Bytes bytes = first.read(one);
  return std::ranges::equal(bytes, second.read(other));
}

}  // namespace decant
