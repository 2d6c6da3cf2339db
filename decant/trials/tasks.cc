#include "decant/trials/tasks.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "decant/base/errors.h"
#include "decant/base/file.h"

namespace decant::trials {

Tasks::Tasks(std::vector<int> order, int count) : order_(std::move(order)), ends_{0}, task_of_(order_.size()) {
  DECANT_CHECK(1 <= count && count <= classes(), ==, true);
  for (int task = 0; task < count; ++task) {
    ends_.push_back(ends_.back() + classes() / count + (task == 0 ? classes() % count : 0));
    for (const int label : classes_of(task)) task_of_[static_cast<size_t>(label)] = task;
  }
}

std::span<const int> Tasks::classes_of(int task) const {
  const auto begin = static_cast<size_t>(ends_[static_cast<size_t>(task)]);
  return std::span(order_).subspan(begin, static_cast<size_t>(ends_[static_cast<size_t>(task) + 1]) - begin);
}

std::span<const int> Tasks::seen_after(int task) const {
  return std::span(order_).first(static_cast<size_t>(ends_[static_cast<size_t>(task) + 1]));
}

std::vector<bool> Tasks::flags_after(int task) const {
  std::vector<bool> flags(order_.size());
  for (const int label : seen_after(task)) flags[static_cast<size_t>(label)] = true;
  return flags;
}

std::vector<int64_t> Tasks::shares_after(int task, int64_t total) const {
  std::vector<int64_t> shares(order_.size());
  const std::span<const int> seen = seen_after(task);
  const auto count = std::ssize(seen);
  for (int64_t place = 0; place < count; ++place)
    shares[static_cast<size_t>(seen[static_cast<size_t>(place)])] = total / count + (place < total % count ? 1 : 0);
  return shares;
}

Subset Tasks::rows_of(int task, const std::vector<std::vector<int64_t>>& rows_of_class) const {
  std::vector<int64_t> rows;
  for (const int label : classes_of(task)) {
    const std::vector<int64_t>& own = rows_of_class[static_cast<size_t>(label)];
    rows.insert(rows.end(), own.begin(), own.end());
  }
  std::ranges::sort(rows);
  return Subset(std::move(rows));
}

namespace {

/// −1 for a word that names none.
int class_named(const std::string& word, const std::vector<std::string>& names, int classes) {
  if (const auto named = std::ranges::find(names, word); named != names.end()) return static_cast<int>(named - names.begin());
  int label = -1;
  const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), label);
  return fault == std::errc() && end == word.data() + word.size() && label < classes ? label : -1;
}

}  // namespace

std::vector<int> read_class_order(const std::filesystem::path& file, const std::vector<std::string>& names, int classes) {
  std::vector<int> order;
  std::istringstream words(read_text(file));
  for (std::string word; words >> word;) {
    const int label = class_named(word, names, classes);
    if (label < 0) throw InputError({file.string(), word, "is no class", "Write names or numbers of classes, with white space between"});
    if (std::ranges::find(order, label) != order.end()) throw InputError({file.string(), word, "is named twice", "Name each class once"});
    order.push_back(label);
  }
  if (std::ssize(order) != classes)
    throw InputError({file.string(), "", fmt::format("names {} of {} classes", order.size(), classes), "Name each class once"});
  return order;
}

}  // namespace decant::trials
