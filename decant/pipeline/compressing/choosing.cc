// Rows that a method chooses, their pictures as they are, or coarser, or smaller, or in sheets.
#include <algorithm>
#include <map>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/formats/image/picture_files.h"
#include "decant/formats/sheets/sheet_writer.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/compressing/compressors.h"
#include "decant/pipeline/judging/arm_spec.h"
#include "decant/pipeline/patching/choose_within.h"
#include "decant/pipeline/patching/row_sizes.h"
#include "decant/pipeline/patching/sheet_budget.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/select/methods/random.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace {

/// The part as a data set of its own.
Input part_input(const trials::Part& part) {
  Input input;
  input.dataset.format = "part";
  input.dataset.splits[Split::train] = part.rows;
  input.labels = label_column(*part.rows);
  input.classes = part.classes;
  input.digest = part.digest;
  return input;
}

constexpr size_t kRowsMeasured = 1000;  // for what a row takes on average

/// Rows that a class may keep `most` of.
int64_t capped_rows(const trials::Part& part, int64_t most) {
  std::map<int32_t, int64_t> rows;
  for (int64_t row = 0; row < part.rows->size(); ++row) ++rows[part.rows->label(row)];
  int64_t sum = 0;
  for (const auto& [label, count] : rows) sum += std::min(count, most);
  return sum;
}

class ChoosingCompressor final : public trials::Compressor {
 public:
  ChoosingCompressor(const std::string& spec, const CompressorOptions& options) : options_(options) {
    arm_ = parse_arm(without_tiling(spec), beside({}, options.features));
    arm_.name = spec;
    if (arm_.drops_cells() || arm_.spends_on_pictures() || !arm_.length.empty())
      throw UsageError(
          fmt::format("--with {}: a trial knows quality, resolution, tile and bytes=same of pictures; leave out the others", spec));
    if (tiling_.given() && !reduce_plan(arm_.reducing).as_large())
      throw UsageError(fmt::format("--with {}: tile shrinks pictures into cells; leave out resolution, or give tile-side", spec));
    if (!arm_.bytes.empty() && arm_.bytes != "same")
      throw UsageError(fmt::format("--with {}: how large sets are is the trial's to say; write bytes=same or nothing", spec));
    if (chosen_by_method()) {
      method_ = parse_method(arm_.base, options.select);
      method_.options.shares = Shares::equal;
    }
  }

  std::string name() const override { return arm_.name; }
  std::string identity() const override {
    Json identity = {{"rows", arm_.base}, {"pictures", {arm_.reducing.quality, arm_.reducing.resolution}}, {"bytes", arm_.bytes}};
    if (tiling_.given()) identity["tile"] = {tiling_.tile, tiling_.side, tiling_.fit};
    if (chosen_by_method()) identity["options"] = deciding_options(method_, options_.features, 0);
    return json_text(identity);
  }

  trials::SmallSet make(const trials::Part& part, trials::Size size, uint64_t seed, const Context& context) const override {
    Input input = part_input(part);
    const Subset all = Subset::all(part.rows->size());
    const std::shared_ptr<const Rows> files = as_picture_files(part.rows);
    if (tiling_.given()) {
      const sheets::Style style = tile_style(tiling_, arm_.reducing.quality, input.dataset, all, context);
      SheetSizes sizes(input.dataset, style, all, context);
      const std::vector<int64_t> order = chosen(part, input, files, size, sizes, seed, context);
      return with_share(in_sheets(input.dataset, style, order, context), part, size);
    }
    const ReducedInput reduced =
        reduce_plan(arm_.reducing).nothing() ? ReducedInput{.rows = files} : reduce(input, all, arm_.reducing, seed, context);
    RowSizes sizes(reduced.rows, all, context);
    return with_share(kept(part, reduced.rows, chosen(part, input, files, size, sizes, seed, context)), part, size);
  }

 private:
  bool chosen_by_method() const { return arm_.base != "random" && arm_.base != "full"; }

  /// The spec without tile, tile-side and tile-fit, which are taken.
  std::string without_tiling(const std::string& spec) {
    OptionTable table;
    tiling_.declare(table);
    std::string rest;
    for (const std::string& piece : spec_pieces(spec)) {
      const size_t equals = piece.find('=');
      Option* const option = rest.empty() ? nullptr : table.find(piece.substr(0, equals));
      if (option != nullptr)
        option->set(piece.substr(equals + 1));
      else
        rest += (rest.empty() ? "" : "+") + piece;
    }
    require_sound(tiling_, false);
    return rest;
  }

  /// The rows kept, best first.
  std::vector<int64_t> chosen(const trials::Part& part, const Input& input, const std::shared_ptr<const Rows>& files, trials::Size size,
                              SetSizes& sizes, uint64_t seed, const Context& context) const {
    if (arm_.base == "full") return Subset::all(part.rows->size()).rows();
    const std::vector<int32_t> labels = labels_of(*part.rows);
    const auto draw = [&](const Selection& order, int64_t rows) { return sample(order, labels, rows, seed, Shares::equal); };
    if (const int64_t budget = budget_of(part, files, size, context); budget > 0) {
      const Selection order =
          choose_within(
              sizes, budget, [&](int64_t count) { return ChosenRows{.selection = ordered(input, count, seed, context)}; },
              [&](const ChosenRows& chosen, int64_t count) { return draw(chosen.selection, count); })
              .selection;
      const Subset rows = sizes.largest_within(budget, order, [&](int64_t count) { return draw(order, count); });
      return best_first(order, rows, seed);
    }
    const int64_t count = capped_rows(part, size.amount);
    const Selection order = ordered(input, count, seed, context);
    return best_first(order, draw(order, count), seed);
  }

  /// What a row of it stands for, where they are as many as fit into the bytes of others.
  trials::SmallSet with_share(trials::SmallSet set, const trials::Part& part, trials::Size size) const {
    if (arm_.base != "full" && !arm_.bytes.empty() && size.unit == trials::Size::Unit::per_class)
      set.for_one = static_cast<double>(set.order.size()) / static_cast<double>(capped_rows(part, size.amount));
    return set;
  }

  /// In bytes; 0 = as many rows as the size says.
  int64_t budget_of(const trials::Part& part, const std::shared_ptr<const Rows>& files, trials::Size size, const Context& context) const {
    if (size.unit == trials::Size::Unit::bytes) return size.amount;
    if (arm_.bytes.empty()) return 0;
    const Subset some = some_of(Subset::all(files->size()), kRowsMeasured);
    const double each = static_cast<double>(RowSizes(files, some, context).total(some)) / static_cast<double>(some.size());
    return std::max<int64_t>(1, std::llround(each * static_cast<double>(capped_rows(part, size.amount))));
  }

  Selection ordered(const Input& input, int64_t count, uint64_t seed, const Context& context) const {
    if (!chosen_by_method()) return select_random(input.rows(), input.labels.values(), {}, true, seed);
    const ResolvedMethod method = method_for(method_, input, options_.features, count, context);
    Checkpoint none({}, deciding_options(method_, options_.features, seed), /*overwrite=*/true, nullptr, context);
    RunLog log("");
    return choose_rows(input, method, options_.features, count, seed, none, log, context).selection;
  }

  /// A ranking's order; of bins, where no row comes before another, by chance.
  static std::vector<int64_t> best_first(const Selection& selection, const Subset& rows, uint64_t seed) {
    std::vector<int64_t> order = rows.rows();
    if (!selection.ranked) {
      Random(seed, "order").shuffle(std::span(order));
      return order;
    }
    order.clear();
    for (const int64_t row : selection.order) {
      if (rows.contains(row)) order.push_back(row);
    }
    return order;
  }

  /// Rows as they are stay the part's own, so that they are known again.
  trials::SmallSet kept(const trials::Part& part, const std::shared_ptr<const Rows>& stored, std::vector<int64_t> order) const {
    trials::SmallSet set{.rows = reduce_plan(arm_.reducing).nothing() ? part.rows : stored, .origins = order};
    std::vector<std::byte> scratch;
    for (const int64_t row : order) set.bytes.push_back(std::ssize(stored->bytes(row, scratch)));
    set.order = std::move(order);
    return set;
  }

  static trials::SmallSet in_sheets(const Dataset& part, const sheets::Style& style, std::vector<int64_t> order, const Context& context) {
    std::vector<int64_t> rows = order;
    std::ranges::sort(rows);
    sheets::SheetsInMemory made = sheets::sheets_in_memory(style, part, rows, context);
    trials::SmallSet set{.rows = std::move(made.rows)};
    for (const int64_t row : order) {
      const auto place = std::ranges::lower_bound(rows, row) - rows.begin();
      set.order.push_back(place);
      set.bytes.push_back(made.bytes[static_cast<size_t>(place)]);
    }
    set.origins = std::move(order);
    return set;
  }

  ArmSpec arm_;
  TileOptions tiling_;
  MethodSpec method_;
  const CompressorOptions options_;
};

}  // namespace

std::shared_ptr<const trials::Compressor> make_choosing_compressor(const std::string& spec, const CompressorOptions& options) {
  return std::make_shared<ChoosingCompressor>(spec, options);
}

}  // namespace decant
