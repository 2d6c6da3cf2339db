#include "decant/pipeline/duplicates.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/output.h"
#include "decant/base/text.h"
#include "decant/base/version.h"
#include "decant/formats/open.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/report/copies_page.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

struct UsualThresholds {
  const char* threshold;
  const char* floor;
};
constexpr UsualThresholds kUsual[] = {{"0.95", "0.9"}, {"0.8", "0.7"}};  // of each NearBy

const std::vector<std::string>& near_names() {
  static const std::vector<std::string> names = {"features", "minhash"};
  return names;
}

}  // namespace

void DuplicatesOptions::declare(OptionTable& table) {
  Option& path =
      table.add("input", input.path, "PATH", "the data set, or a folder of decant duplicates to apply another threshold or rule");
  path.positional = path.required = true;
  table.add("out", out, "FOLDER", "folder of the result").required = true;
  table.add_choice(
      "near", near_names(), [this](size_t at) { near = static_cast<NearBy>(at); }, [this] { return static_cast<size_t>(near); }, "BY",
      "what makes rows near: features (their cosine) or, of texts, minhash (Jaccard similarity of word shingles)");
  table.add("threshold", threshold, "SIMILARITY",
            fmt::format("similarity from which rows are copies; exact = equal bytes or pixels alone; default: {}, with --near minhash {}",
                        kUsual[0].threshold, kUsual[1].threshold));
  table.add("floor", floor, "SIMILARITY",
            fmt::format("pairs are stored down to this similarity, for other thresholds later; default: {}, with --near minhash {}",
                        kUsual[0].floor, kUsual[1].floor));
  table.add_choice(
      "search", pair_search_names(), [this](size_t at) { search = static_cast<PairSearch>(at); },
      [this] { return static_cast<size_t>(search); }, "HOW",
      "exact compares all rows with each other; approximate finds most near pairs, and states how many; auto is exact unless it takes many "
      "minutes");
  table.add("shingle", shingle, "N", "words of a shingle, with --near minhash");
  table.add("test", test, "PATH", "test data that training must not know; default: the test split of PATH");
  table.add("no-test", no_test, "look at the training split alone");
  table.add_choice(
      "stays", stays_names(), [this](size_t at) { stays = static_cast<Stays>(at); }, [this] { return static_cast<size_t>(stays); }, "WHICH",
      "copy that stays: first, largest (in pixels, of other data bytes) or labelled; ties fall to the first");
  table.add("keep-leaks", keep_leaks, "let rows stay that have a copy in the test split");
  table.add("fail-on", fail_on, "WHAT", "end with exit code 4 where there are any: leak or duplicates").effect = Effect::speed;
  table.add("test-features", test_features, "FILE.npy", "features of the test rows, where --features is a .npy");
  table.add("labels", input.labels, "FILE", "labels of a .npy data set");
  input.fields.declare(table);
  features.declare(table);
  table.add("seed", seed, "N", "determines every random choice");
  table.add("strict", input.strict, "stop at a file that cannot be read");
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
}

namespace {

std::vector<int64_t> numbers_of(const std::vector<Excluded>& rows) {
  std::vector<int64_t> numbers;
  for (const Excluded& row : rows) numbers.push_back(row.row);
  return numbers;
}

void require_of_minhash(const DuplicatesOptions& options) {
  const DuplicatesOptions plain;
  if (options.shingle < 1 || options.shingle > 1000)
    throw UsageError(fmt::format("--shingle {}: give the words of a shingle, 1 to 1000", options.shingle));
  if (options.near != NearBy::minhash) {
    if (options.shingle != plain.shingle) throw UsageError("--shingle has no effect without --near minhash");
  } else if (options.search != PairSearch::automatic) {
    throw UsageError("--search has no effect on --near minhash, which has a stated recall of its own; drop one of the two");
  } else if (options.features.features != plain.features.features || !options.test_features.empty()) {
    throw UsageError("--near minhash compares words and uses no features; drop --features, or --near");
  }
}

void require_known(const DuplicatesOptions& options) {
  similarity_from(options.threshold, "--threshold");
  similarity_from(options.floor, "--floor");
  if (options.no_test && !options.test.empty()) throw UsageError("--test and --no-test contradict each other; give one of the two");
  for (const std::string& what : options.fail_on) {
    if (what != "leak" && what != "duplicates") throw UsageError("--fail-on: " + unknown_name("event", what, {"leak", "duplicates"}));
  }
}

/// How far down pairs are stored: never above the threshold.
std::optional<double> floor_of(const DuplicatesOptions& options) {
  const auto threshold = similarity_from(options.threshold, "--threshold");
  if (!threshold) return std::nullopt;
  return std::min(*threshold, similarity_from(options.floor, "--floor").value_or(1));
}

struct Search {
  SearchedSplits splits;
  std::vector<CopyPair> pairs;
  // Whose rows the page shows, as training rows of a data set each; nothing where they cannot be
  // had.
  std::optional<Dataset> train;
  std::optional<Dataset> test;
};

Dataset with_train(Dataset dataset, std::shared_ptr<const Rows> rows) {
  dataset.splits[Split::train] = std::move(rows);
  return dataset;
}

Search search(const DuplicatesOptions& options, RunLog& log, const Context& context) {
  const Input input = log.stage("read", [&] { return read_input(options.input, context); });
  TestSplit test;
  if (!options.no_test) test = log.stage("test", [&] { return open_test_split(input, options.test, options.input.fields, context); });
  test.features = options.test_features;
  const auto floor = floor_of(options);
  const bool by_words = options.near == NearBy::minhash;
  FoundCopies found = log.stage("search", [&] {
    return by_words ? find_copies_by_words(input, test, floor, options.shingle, options.seed, context)
                    : find_copies(input, test, {floor, options.search}, options.features, options.seed, context);
  });
  SearchedSplits splits{.path = options.input.path,
                        .digest = input.digest,
                        .rows = input.rows(),
                        .excluded = numbers_of(input.excluded),
                        .features = found.features ? found.features->kind : "",
                        .shingle = by_words && floor ? options.shingle : 0,
                        .floor = floor,
                        .recalls = found.recalls};
  if (test.rows != nullptr) {
    splits.test_path = test.path;
    splits.test_split = test.split;
    splits.test_rows = test.rows->size();
    splits.test_excluded = numbers_of(test.excluded);
  }
  Search made{std::move(splits), std::move(found.pairs), input.dataset, std::nullopt};
  if (test.rows != nullptr) made.test = with_train(input.dataset, test.rows);
  return made;
}

std::shared_ptr<const Rows> split_named(const Dataset& dataset, const std::string& name) {
  for (const auto& [split, rows] : dataset.splits) {
    if (name_of(split) == name) return rows;
  }
  return nullptr;
}

/// The data set that was searched, to show rows of it; left out where it is no longer there.
void open_shown(Search& again, const DuplicatesOptions& options, const Context& context) {
  const OpenOptions reading = options.input.fields.to_open(options.input.labels);
  try {
    again.train = open_dataset(again.splits.path, reading, context);
    if (again.splits.test_path.empty()) return;
    const bool own = again.splits.test_path == again.splits.path;
    const Dataset other = own ? *again.train : open_dataset(again.splits.test_path, reading, context);
    if (auto rows = split_named(other, again.splits.test_split)) again.test = with_train(*again.train, std::move(rows));
  } catch (const InputError&) {  // the page says that rows are not shown
  } catch (const IoError&) {
  }
}

/// Throws UsageError where another search is asked for than the one that found the pairs.
void require_searched_so(PairSearch asked, const SearchedSplits& splits, const fs::path& folder) {
  const bool exact = splits.shingle == 0 && splits.recalls.empty();
  if (asked == PairSearch::automatic || (asked == PairSearch::exact) == exact) return;
  throw UsageError(fmt::format("--search {} needs the data set; the search that found the pairs of {} was {}",
                               pair_search_names()[static_cast<size_t>(asked)], folder.string(), exact ? "exact" : "approximate"));
}

/// The pairs that an earlier call found.
Search search_again(const DuplicatesOptions& options, const Context& context) {
  const fs::path folder = options.input.path;
  context.check_cancelled();
  if (!options.test.empty()) throw UsageError("--test needs the data set; the pairs of " + folder.string() + " are already found");
  StoredPairs stored = load_pairs(folder);
  Search again{std::move(stored.searched), std::move(stored.pairs), std::nullopt, std::nullopt};
  require_searched_so(options.search, again.splits, folder);
  const auto threshold = similarity_from(options.threshold, "--threshold");
  if (threshold && (!again.splits.floor || *threshold < *again.splits.floor))
    throw InputError(
        {folder.string(), "",
         again.splits.floor ? fmt::format("holds pairs down to a similarity of {} only", *again.splits.floor) : "holds equal rows only",
         "Find the duplicates of the data set again, with a lower --threshold or --floor"});
  open_shown(again, options, context);
  return again;
}

Subset rows_left(int64_t rows, const std::vector<int64_t>& excluded, std::vector<int64_t> dropped) {
  return Subset::all(rows).without(Subset(excluded)).without(Subset(std::move(dropped)));
}

Duplicates resolve_found(Search search, const DuplicatesOptions& options) {
  if (options.no_test) {
    std::erase_if(search.pairs, [](const CopyPair& pair) { return pair.one.in_test || pair.other.in_test; });
    search.splits.test_path.clear();
  }
  Duplicates found{.searched = std::move(search.splits), .pairs = std::ssize(search.pairs)};
  found.rule = {similarity_from(options.threshold, "--threshold"), options.stays, options.keep_leaks};
  found.copies = resolve_copies(search.pairs, found.rule);
  std::vector<int64_t> dropped;
  for (const DroppedRow& row : found.copies.dropped) dropped.push_back(row.dropped.row);
  found.stays = rows_left(found.searched.rows, found.searched.excluded, std::move(dropped));
  if (!found.searched.test_path.empty())
    found.test_stays = rows_left(found.searched.test_rows, found.searched.test_excluded, found.copies.leaked);
  return found;
}

std::string threshold_text(const SearchedSplits& splits, const CopyRule& rule) {
  if (!rule.threshold) return "equal bytes or content";
  const std::string found = percent_text(splits.recall(*rule.threshold));
  if (splits.shingle > 0)
    return fmt::format("equal, or a Jaccard similarity of {} or more ({}-word shingles; MinHash finds {} of pairs at {})", *rule.threshold,
                       splits.shingle, found, *rule.threshold);
  const std::string share =
      splits.recalls.empty() ? "" : fmt::format("; approximate, finds an estimated {} of pairs at {}", found, *rule.threshold);
  return fmt::format("equal, or a similarity of {} or more{}", *rule.threshold,
                     splits.features.empty() ? "" : fmt::format(" ({} features{})", splits.features, share));
}

/// The lines of duplicates_text() as sentences.
std::string summary_of(const Duplicates& found) {
  std::string text = fmt::format("Copies: {}", threshold_text(found.searched, found.rule));
  text += fmt::format(".\n{} training rows: {} stay, {} repeat another row.\n", human_count(found.searched.rows),
                      human_count(std::ssize(found.stays)), human_count(std::ssize(found.copies.dropped)));
  if (!found.searched.test_path.empty())
    text += fmt::format("{} of {} {} rows have a copy among the training rows.\n", human_count(std::ssize(found.copies.leaked)),
                        human_count(found.searched.test_rows), found.searched.test_split);
  return text + fmt::format("{} training rows have a copy with another label.\n", human_count(std::ssize(found.copies.contradicting)));
}

}  // namespace

DuplicatesOptions with_usual_thresholds(DuplicatesOptions options) {
  if (is_duplicates_folder(options.input.path)) {
    const NearBy found = near_of(options.input.path);
    if (options.near == NearBy::minhash && found != options.near)
      throw UsageError("--near minhash needs the data set; the pairs of " + options.input.path + " were found by features");
    options.near = found;
  }
  const UsualThresholds& usual = kUsual[static_cast<size_t>(options.near)];
  if (options.threshold.empty()) options.threshold = usual.threshold;
  if (options.floor.empty()) options.floor = usual.floor;
  return options;
}

Duplicates find_duplicates(const DuplicatesOptions& given, const Context& context) {
  require_of_minhash(given);
  const DuplicatesOptions options = with_usual_thresholds(given);
  require_known(options);
  std::vector<std::string> inputs = files_named({}, options.features);
  inputs.insert(inputs.end(), {options.input.path, options.input.labels.string(), options.test, options.test_features});
  OutputFolder out(options.out, {.overwrite = options.overwrite,
                                 .inputs = with_folders_read(std::move(inputs), options.input.fields),
                                 .why_foreign = why_no_duplicates});
  RunLog log("");
  Search all = is_duplicates_folder(options.input.path) ? search_again(options, context) : search(options, log, context);
  const std::vector<CopyPair> pairs = all.pairs;
  const auto train = std::move(all.train);
  const auto test = std::move(all.test);
  Duplicates found = resolve_found(std::move(all), options);
  write_duplicates(found, pairs, options.command, out.path());
  const report::CopiesInput page{.copies = found.copies,
                                 .pairs = pairs,
                                 .threshold = found.rule.threshold,
                                 .name = found.searched.path,
                                 .summary = summary_of(found),
                                 .version = kVersion,
                                 .train = train ? &*train : nullptr,
                                 .test = test ? &*test : nullptr};
  write_file(out.path() / "clusters.html", report::render_copies(page, context));
  out.commit();
  found.seconds = log.seconds();
  return found;
}

std::string duplicates_text(const Duplicates& found) {
  const SearchedSplits& splits = found.searched;
  const Copies& copies = found.copies;
  const auto dropped = std::ssize(copies.dropped);
  std::string text = fmt::format("copies    {}\n", threshold_text(splits, found.rule));
  text += fmt::format("rows      {} for training: {} stay, {} repeat another row ({} equal, {} near)\n", human_count(splits.rows),
                      human_count(std::ssize(found.stays)), human_count(dropped), human_count(equal_dropped(copies)),
                      human_count(dropped - equal_dropped(copies)));
  if (!splits.excluded.empty()) text += fmt::format("          {} cannot be read\n", human_count(std::ssize(splits.excluded)));
  if (splits.test_path.empty())
    text += "test      not compared\n";
  else
    text += fmt::format("test      {} of {} {} rows ({:.2f} %) have a copy among the training rows; {} training rows leak{}\n",
                        human_count(std::ssize(copies.leaked)), human_count(splits.test_rows), splits.test_split,
                        100.0 * static_cast<double>(copies.leaked.size()) / static_cast<double>(std::max<int64_t>(1, splits.test_rows)),
                        human_count(std::ssize(copies.leaking)), found.rule.keep_leaks ? "" : " and are dropped");
  text += fmt::format("labels    {} training rows have a copy with another label\n", human_count(std::ssize(copies.contradicting)));
  return text;
}

std::string reason_to_fail(const DuplicatesOptions& options, const Duplicates& found) {
  const auto asked = [&](const char* what) { return std::ranges::find(options.fail_on, what) != options.fail_on.end(); };
  if (asked("leak") && !found.copies.leaked.empty())
    return fmt::format("{} test rows have a copy among the training rows (--fail-on leak)", human_count(std::ssize(found.copies.leaked)));
  if (asked("duplicates") && !found.copies.dropped.empty())
    return fmt::format("{} training rows repeat another row (--fail-on duplicates)", human_count(std::ssize(found.copies.dropped)));
  return "";
}

}  // namespace decant
