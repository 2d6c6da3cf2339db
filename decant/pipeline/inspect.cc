#include "decant/pipeline/inspect.h"

#include <algorithm>
#include <map>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/data/rows_view.h"
#include "decant/formats/open.h"

namespace decant {

void InspectOptions::declare(OptionTable& table) {
  Option& where = table.add("path", path, "PATH", "the data set");
  where.positional = where.required = true;
  table.add("labels", labels, "FILE", "labels of a .npy data set");
  table.add("deep", deep, "decode every picture to find the bad ones");
}

namespace {

constexpr int64_t kSizeSamples = 16;
constexpr size_t kListed = 20;
constexpr int64_t kHeaders = 20000;

/// Sizes of a few pictures spread over the rows: {"width x height x channels": how many of the sampled}.
Json image_sizes(const Rows& rows, const Context& context) {
  Json sizes = Json::object();
  if (rows.pictures() == nullptr || rows.size() == 0) return sizes;
  const auto name = [](const ImageSize& s) { return fmt::format("{}x{}x{}", s.width, s.height, s.channels); };
  if (const auto fixed = rows.pictures()->fixed_size()) return {{name(*fixed), rows.size()}};
  const int64_t count = std::min(kSizeSamples, rows.size());
  std::vector<std::string> found(static_cast<size_t>(count));
  parallel_for(context, count, 1, [&](int64_t i, int64_t) {
    Image image;
    try {
      rows.pictures()->decode(i * rows.size() / count, image);
      found[static_cast<size_t>(i)] = name(image.size);
    } catch (const Error&) {
      found[static_cast<size_t>(i)] = "unreadable";
    }
  });
  for (const std::string& size : found) sizes[size] = sizes.value(size, 0) + 1;
  return sizes;
}

Json class_rows(const std::vector<int32_t>& labels, int classes) {
  std::vector<int64_t> counts(static_cast<size_t>(classes));
  for (const int32_t label : labels) {
    if (label >= 0) ++counts[static_cast<size_t>(label)];
  }
  return counts;
}

Json splits_of(const Dataset& dataset) {
  Json splits = Json::object();
  for (const auto& [split, rows] : dataset.splits) splits[name_of(split)] = rows->size();
  return splits;
}

Json oddities_of(const Dataset& dataset) {
  Json oddities = Json::array();
  for (const Oddity& oddity : dataset.oddities) oddities.push_back({{"place", oddity.place}, {"what", oddity.what}});
  return oddities;
}

Json bad_of(const std::vector<Excluded>& bad) {
  Json listed = Json::array();
  for (size_t i = 0; i < std::min(kListed, bad.size()); ++i)
    listed.push_back({{"row", bad[i].row}, {"key", bad[i].key}, {"reason", bad[i].text}});
  return listed;
}

/// Rows whose headers are looked at: all of them, or evenly spread ones when there are very many.
std::vector<int64_t> looked_at(int64_t rows, bool deep) {
  const int64_t step = deep ? 1 : (rows + kHeaders - 1) / kHeaders;
  std::vector<int64_t> picked;
  for (int64_t row = 0; row < rows; row += std::max<int64_t>(1, step)) picked.push_back(row);
  return picked;
}

std::vector<Excluded> bad_rows(const Dataset& dataset, const std::vector<int64_t>& picked, bool deep, const Context& context) {
  const RowsView view(dataset.splits.at(Split::train), picked);
  std::vector<Excluded> bad = find_bad_rows(view, deep ? Depth::full : Depth::headers, context);
  for (Excluded& row : bad) row.row = picked[static_cast<size_t>(row.row)];
  if (static_cast<int64_t>(picked.size()) == dataset.train().size()) return bad;
  for (int64_t row = 0; row < dataset.train().size(); ++row) {
    if (std::binary_search(picked.begin(), picked.end(), row)) continue;
    if (std::string fault = dataset.train().known_fault(row); !fault.empty())
      bad.push_back({row, dataset.train().key(row), std::move(fault)});
  }
  std::sort(bad.begin(), bad.end(), [](const Excluded& a, const Excluded& b) { return a.row < b.row; });
  return bad;
}

}  // namespace

Json inspect(const InspectOptions& options, const Context& context) {
  const Dataset dataset = open_dataset(options.path, {.labels = options.labels}, context);
  const Rows& train = dataset.train();
  const std::vector<int64_t> picked = looked_at(train.size(), options.deep);
  const std::vector<Excluded> bad = bad_rows(dataset, picked, options.deep, context);
  const std::vector<int32_t> labels = labels_of(train);
  const int classes = class_count(dataset);
  return {{"format", dataset.format},
          {"rows", train.size()},
          {"classes", classes},
          {"bad_files", bad.size()},
          {"files_checked", picked.size()},
          {"bytes", train.stored_bytes()},
          {"labelled", std::none_of(labels.begin(), labels.end(), [](int32_t label) { return label == kNoLabel; })},
          {"splits", splits_of(dataset)},
          {"class_names", dataset.classes},
          {"class_rows", class_rows(labels, classes)},
          {"image_sizes", image_sizes(train, context)},
          {"oddities", oddities_of(dataset)},
          {"bad", bad_of(bad)}};
}

namespace {

std::string class_line(const Json& found) {
  const auto counts = found["class_rows"].get<std::vector<int64_t>>();
  if (counts.empty()) return "no labels";
  const auto names = found["class_names"].get<std::vector<std::string>>();
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  const auto name = [&](auto at) {
    const auto i = static_cast<size_t>(at - counts.begin());
    return i < names.size() ? names[i] : std::to_string(i);
  };
  if (*least == *most) return fmt::format("{}, {} rows each", counts.size(), human_count(*least));
  return fmt::format("{}, from {} rows ({}) to {} ({})", counts.size(), human_count(*least), name(least), human_count(*most), name(most));
}

}  // namespace

std::string inspect_text(const Json& found) {
  std::string text = fmt::format("format    {}\nrows      {} to make small, {}\n", found["format"].get<std::string>(),
                                 human_count(found["rows"]), human_bytes(found["bytes"]));
  for (const auto& [split, rows] : found["splits"].items()) {
    if (split != "train") text += fmt::format("          {} {} rows, left alone, for the evidence\n", human_count(rows), split);
  }
  text += "classes   " + class_line(found) + "\n";
  std::string sizes;
  for (const auto& [size, count] : found["image_sizes"].items()) sizes += (sizes.empty() ? "" : ", ") + size;
  if (!sizes.empty()) text += "pictures  " + sizes + "\n";
  text += fmt::format("bad       {}", found["bad_files"].get<int64_t>());
  if (found["files_checked"] < found["rows"])
    text += fmt::format(" among {} looked at{}", human_count(found["files_checked"]),
                        found["image_sizes"].empty() ? "" : "; --deep decodes every one");
  text += "\n";
  for (const Json& bad : found["bad"])
    text += fmt::format("          row {}: {}: {}\n", bad["row"].get<int64_t>(), bad["key"].get<std::string>(),
                        bad["reason"].get<std::string>());
  for (const Json& oddity : found["oddities"])
    text += fmt::format("note      {}: {}\n", oddity["place"].get<std::string>(), oddity["what"].get<std::string>());
  return text;
}

}  // namespace decant
