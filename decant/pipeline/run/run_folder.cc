#include "decant/pipeline/run/run_folder.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/version.h"
#include "decant/formats/npy/npy.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const fs::path& file, const std::string& place, const std::string& what) {
  throw InputError({file.string(), place, what, "The folder was changed after the run, or was not made by decant; create it again"});
}

void require_permutation(const fs::path& file, const RowList& order, int64_t rows, int64_t expected) {
  if (static_cast<int64_t>(order.size()) != expected)
    refuse(file, "", fmt::format("holds {} rows where bins.npy places {}", order.size(), expected));
  std::vector<bool> seen(static_cast<size_t>(rows));
  for (size_t i = 0; i < order.size(); ++i) {
    if (order[i] >= rows) refuse(file, fmt::format("entry {}", i), fmt::format("row {} of {}", order[i], rows));
    if (seen[static_cast<size_t>(order[i])]) refuse(file, fmt::format("entry {}", i), fmt::format("row {} appears twice", order[i]));
    seen[static_cast<size_t>(order[i])] = true;
  }
}

std::vector<float> read_gains(const fs::path& file, int64_t rows) {
  const NpyArray array = open_npy(file);
  if (array.type != ElementType::f32 || array.shape != std::vector<int64_t>{rows})
    refuse(file, "", "is not float32 with one value per row");
  std::vector<float> gains(static_cast<size_t>(rows));
  std::copy_n(array.data.data(), array.data.size(), reinterpret_cast<std::byte*>(gains.data()));
  return gains;
}

int32_t largest(const Column<int32_t>& values) {
  return values.empty() ? -1 : std::ranges::max(values);
}

Selection load_selection(const fs::path& folder, const RunRecord& run) {
  Selection selection;
  selection.method = run.method;
  selection.bins = read_labels(folder / "bins.npy", -1);
  const auto rows = static_cast<int64_t>(selection.bins.size());
  selection.pools = read_labels(folder / "pools.npy", rows);
  selection.order = read_indices(folder / "order.npy");
  selection.gains = read_gains(folder / "gain.npy", rows);
  selection.bin_count = largest(selection.bins) + 1;
  selection.pool_count = largest(selection.pools) + 1;
  if (run.serves) {
    selection.ranked = true;
    selection.serves_from = run.serves->least;
    selection.serves_to = run.serves->most;
    selection.ties = run.ties_seed;
    if (selection.serves_from < 1 || selection.serves_from > selection.serves_to || selection.serves_to > rows)
      refuse(folder / "run.json", "serves", fmt::format("is not a range of numbers from 1 to {}", rows));
  }
  const auto placed = rows - std::count(selection.bins.begin(), selection.bins.end(), kNoBin);
  require_permutation(folder / "order.npy", selection.order, rows, placed);
  for (const int64_t row : selection.order) {
    if (selection.bins[static_cast<size_t>(row)] == kNoBin || selection.pools[static_cast<size_t>(row)] == kNoBin)
      refuse(folder / "order.npy", fmt::format("row {}", row), "is ordered but has no bin");
  }
  return selection;
}

Subset load_kept(const fs::path& folder, int64_t rows) {
  const fs::path file = folder / "indices.npy";
  if (!fs::exists(file)) return {};
  std::vector<int64_t> kept = read_indices(file);
  for (size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] >= rows || (i > 0 && kept[i] <= kept[i - 1]))
      refuse(file, fmt::format("entry {}", i), "rows are not ascending and in range");
  }
  return Subset(std::move(kept));
}

/// Subset sizes that a ranking is valid for; nothing for bins, which give any.
std::optional<SizeRange> served_by(const Selection& selection) {
  if (!selection.ranked) return std::nullopt;
  return SizeRange{selection.serves_from, std::min<int64_t>(selection.serves_to, std::ssize(selection.bins))};
}

/// As write_npy() of the same values, which need not lie in memory side by side.
template <class Values>
void write_values(const fs::path& file, ElementType type, const Values& values) {
  const int64_t shape[] = {std::ssize(values)};
  FileWriter writer(file);
  writer.write(npy_header(type, shape));
  for (const typename Values::value_type value : values) writer.write(std::as_bytes(std::span(&value, 1)));
  writer.commit();
}

}  // namespace

bool is_run_folder(const fs::path& folder) {
  return fs::is_regular_file(folder / "run.json");
}

RunRecord read_run_record(const fs::path& folder) {
  if (!is_run_folder(folder))
    throw InputError(
        {folder.string(), "", "is not the output of a run (no run.json)", "Name a folder that `decant compress` or `decant bins` wrote"});
  return run_record_from(read_json(folder / "run.json"), folder / "run.json");
}

RunFolder load_run_folder(const fs::path& folder) {
  RunFolder loaded;
  loaded.path = folder;
  loaded.run = read_run_record(folder);
  if (loaded.run.synthetic)
    throw InputError({folder.string(), "", "holds synthetic pictures, which are no rows of a data set and have no order",
                      "Name a folder that `decant compress` or `decant bins` wrote"});
  loaded.selection = load_selection(folder, loaded.run);
  loaded.kept = load_kept(folder, loaded.rows());
  if (fs::exists(folder / "map.npy")) loaded.map = read_features((folder / "map.npy").string());
  if (loaded.map.count() != 0 && (loaded.map.count() != loaded.rows() || loaded.map.width() != 2))
    refuse(folder / "map.npy", "", "is not (rows, 2)");
  loaded.map = one_float32_block(loaded.map);
  return loaded;
}

std::optional<Evidence> load_evidence(const fs::path& folder) {
  const fs::path file = folder / "evidence.json";
  if (!fs::exists(file)) return std::nullopt;
  return evidence_from_json(read_json(file), file.string());
}

InputRecord input_record(const Input& input) {
  std::error_code code;
  const fs::path absolute = fs::weakly_canonical(input.dataset.root, code);
  InputRecord record{.path = code ? input.dataset.root.string() : absolute.string(),
                     .format = input.dataset.format,
                     .modality = std::string(input.dataset.train().modality().name),
                     .digest = input.digest,
                     .classes = input.dataset.classes};
  for (const auto& [split, rows] : input.dataset.splits) record.splits.emplace_back(name_of(split), rows->size());
  record.sources = input.sources;
  return record;
}

RunRecord begin_record(const Selection& selection, const std::string& note, uint64_t seed, const std::string& command,
                       const std::vector<std::pair<std::string, OptionValue>>& options, const RunLog& log) {
  return {.rows = std::ssize(selection.bins),
          .seconds = log.seconds(),
          .peak_rss_bytes = log.peak_rss_bytes(),
          .seed = seed,
          .version = kVersion,
          .command = command,
          .method = selection.method,
          .method_note = note,
          .serves = served_by(selection),
          .ties_seed = selection.ties,
          .options = options,
          .stages = log.stages()};
}

void write_selection(const Selection& selection, const fs::path& folder) {
  write_values(folder / "bins.npy", ElementType::i32, selection.bins);
  write_values(folder / "pools.npy", ElementType::i32, selection.pools);
  write_values(folder / "order.npy", ElementType::i64, selection.order);
  write_values(folder / "gain.npy", ElementType::f32, selection.gains);
}

}  // namespace decant
