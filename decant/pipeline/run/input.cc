#include "decant/pipeline/run/input.h"

#include <algorithm>
#include <atomic>
#include <fmt/ranges.h>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/data/objects.h"
#include "decant/formats/open.h"
#include "decant/patches/fill.h"
#include "decant/pipeline/run/scans.h"

namespace decant {
namespace {

/// What else than its class a row is annotated with.
void add_annotations(Digest& digest, const Targets& targets, int64_t row) {
  if (targets.counted_in() == CountedIn::rows) return;
  if (const uint64_t hash = targets.annotation_hash(row); hash != 0) return void(digest.add(static_cast<int64_t>(hash)));
  if (const ObjectRange objects = targets.objects(row); objects.table != nullptr) {
    const auto begin = static_cast<size_t>(objects.begin);
    const auto count = static_cast<size_t>(objects.size());
    digest.add(std::as_bytes(std::span(objects.table->boxes).subspan(begin, count)));
    digest.add(std::as_bytes(std::span(objects.table->labels).subspan(begin, count)));
    digest.add(std::as_bytes(std::span(objects.table->areas).subspan(begin, count)));
    digest.add(std::as_bytes(std::span(objects.table->flags).subspan(begin, count)));
    return;
  }
  std::vector<ClassCount> counts;
  targets.counts(row, counts);
  for (const ClassCount& entry : counts) digest.add(int64_t{entry.label}).add(entry.count);
}

/// Whether cells were dropped from any picture. Reads headers until one is found.
bool any_mask(const Rows& rows, const Subset& bad, const Context& context) {
  std::atomic<bool> found{false};
  parallel_for(context, rows.size(), kDigestChunk, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end && !found; ++row) found = found || (!bad.contains(row) && rows.pictures()->mask(row));
  });
  return found;
}

void report_bad(const Input& input, const InputOptions& options, const Context& context) {
  if (input.excluded.empty()) return;
  const Excluded& first = input.excluded.front();
  if (options.strict)
    throw InputError({options.path, fmt::format("row {} ({})", first.row, first.key), first.text,
                      "Repair or remove the file, or run without --strict to skip such rows"});
  if (static_cast<int64_t>(input.excluded.size()) == input.rows())
    throw InputError({options.path, "",
                      fmt::format("none of the {} rows can be read (the first: {}: {})", human_count(input.rows()), first.key, first.text),
                      "Check the files"});
  context.warn(fmt::format("{} of {} rows cannot be read and are skipped, first {}: {}",
                           human_count(static_cast<int64_t>(input.excluded.size())), human_count(input.rows()), first.key, first.text));
}

/// The training pictures as they look when their dropped cells are filled. Where none was dropped,
/// filling changes nothing, and the digest says as much.
void fill_dropped(Input& input, const std::string& fill, const Context& context) {
  const std::shared_ptr<const patches::Filler> filler = patches::make_filler(fill);
  auto& train = input.dataset.splits.at(Split::train);
  if (train->pictures() == nullptr || !any_mask(*train, input.excluded_rows(), context))
    return context.warn("--fill has no effect: no cell was dropped from any picture of " + input.dataset.root.string());
  train = std::make_shared<patches::FilledRows>(train, filler);
  input.digest = Digest().add(input.digest).add("fill").add(patches::fill_key(fill)).hex();
}

}  // namespace

std::set<int32_t> Input::labels_in_use() const {
  std::set<int32_t> found;
  for (const int64_t row : usable_rows()) found.insert(labels[static_cast<size_t>(row)]);
  return found;
}

bool Input::labelled() const {
  return !labels_in_use().contains(kNoLabel);
}

Subset Input::excluded_rows() const {
  std::vector<int64_t> numbers;
  for (const Excluded& out : excluded) numbers.push_back(out.row);
  return Subset(std::move(numbers));
}

Subset Input::usable_rows() const {
  return Subset::all(rows()).without(excluded_rows());
}

int64_t Input::held_out() const {
  return std::ranges::count(excluded, Excluded::Why::held_out, &Excluded::why);
}

std::vector<int32_t> Input::usable_of(std::span<const int32_t> of_row) const {
  const Subset usable = usable_rows();
  std::vector<int32_t> own;
  own.reserve(usable.size());
  for (const int64_t row : usable) own.push_back(of_row[static_cast<size_t>(row)]);
  return own;
}

std::string Input::class_name(int32_t label) const {
  if (label == kNoLabel) return "";
  const auto index = static_cast<size_t>(label);
  return index < dataset.classes.size() ? dataset.classes[index] : std::to_string(label);
}

std::string annotation_digest(const Rows& rows, int64_t row) {
  if (rows.targets() == nullptr || rows.targets()->counted_in() == CountedIn::rows) return {};
  Digest digest;
  add_annotations(digest, *rows.targets(), row);
  return digest.hex();
}

std::string digests_of_chunks(const Rows& rows, Comm* ranks, const Context& context) {
  const int64_t all = (rows.size() + kDigestChunk - 1) / kDigestChunk;
  const RankShare own = ranks == nullptr ? RankShare{0, all} : share_of(all, ranks->rank(), ranks->size());
  const int64_t first = own.begin * kDigestChunk;
  const int64_t count = std::min(rows.size(), own.end * kDigestChunk) - first;
  Stage stage(context, "digest", count, "rows");
  std::vector<std::string> chunks(static_cast<size_t>(own.end - own.begin));
  parallel_for(context, count, kDigestChunk, [&](int64_t begin, int64_t end) {
    Digest digest;
    std::vector<std::byte> scratch;
    const ViewLabels* labels = nullptr;
    for (int64_t row = first + begin; row < first + end; ++row) {
      digest.add(rows.key(row)).add(int64_t{rows.label(row)});
      if (const auto soft = rows.soft_label(row); !soft.empty()) digest.add(std::as_bytes(soft));
      if (const ViewsOfRow views = rows.views(row); views.labels != nullptr) {
        if (views.labels != labels) digest.add(views.labels->digest());  // which reads all of them
        labels = views.labels;
        digest.add(views.row);
      }
      if (rows.targets() != nullptr) add_annotations(digest, *rows.targets(), row);
      if (!rows.known_fault(row).empty()) continue;
      try {
        digest.add(rows.bytes(row, scratch));
      } catch (const IoError&) {
        digest.add("unreadable");
      }
    }
    chunks[static_cast<size_t>(begin / kDigestChunk)] = digest.hex();
    stage.advance(end - begin);
  });
  std::string joined;
  for (const std::string& chunk : chunks) joined += chunk;
  if (ranks == nullptr) return joined;
  const auto gathered = gather_all(*ranks, std::span<const char>(joined));
  return {gathered.begin(), gathered.end()};
}

std::string digest_of_chunks(const std::string& chunks) {
  const size_t each = Digest().hex().size();
  Digest whole;
  for (size_t begin = 0; begin < chunks.size(); begin += each) whole.add(chunks.substr(begin, each));
  return whole.hex();
}

std::string content_digest(const Rows& rows, Comm* ranks, const Context& context) {
  return digest_of_chunks(digests_of_chunks(rows, ranks, context));
}

void FieldOptions::declare(OptionTable& table) {
  table.add("text", text, "A,B", "fields of records that are texts, the one to be learnt last; default: by the content").silent_at = "\"\"";
  declare_pictures(table);
}

void FieldOptions::declare_pictures(OptionTable& table) {
  table
      .add("label-field", label, "NAME",
           "what holds the labels: a field of records, a column of Parquet or of a list next to pictures, a field of .json in shards (a.b)")
      .silent_at = "\"\"";
  table.add("image-field", image, "NAME", "the column of Parquet files that holds the pictures; default: by their description and content")
      .silent_at = "\"\"";
  table
      .add("config-name", configuration, "NAME",
           "which of the configurations that README.md next to Parquet files lists; default: its default")
      .silent_at = "\"\"";
  table.add("images", images, "DIR", "folder of the pictures of a COCO json; default: found next to it").silent_at = "\"\"";
  table.add("colors", colours, "FILE", "of masks of colours: which class each is, 'R G B name' or 'name,R,G,B' per line").silent_at =
      "\"\"";
  table.add("ignore", ignore, "VALUES", "of masks: values between commas that count nowhere, beside those the layout ignores").silent_at =
      "\"\"";
  table.add("voc-inclusive", inclusive, "of VOC's xml: pixels are counted from 1 and the last one is inside, so 1 is taken off the minima")
      .silent_at = "false";
}

OpenOptions FieldOptions::to_open(const std::filesystem::path& labels) const {
  return {.labels = labels,
          .text = text,
          .label_field = label,
          .images = images,
          .colours = colours,
          .ignore = ignore,
          .voc_inclusive = inclusive,
          .image_field = image,
          .config_name = configuration};
}

FieldOptions fields_of(const RunRecord& run) {
  return {.text = run.option_text("text"),
          .label = run.option_text("label-field"),
          .images = run.option_text("images"),
          .colours = run.option_text("colors"),
          .ignore = run.option_text("ignore"),
          .image = run.option_text("image-field"),
          .configuration = run.option_text("config-name"),
          .inclusive = run.flag("voc-inclusive")};
}

FieldOptions stored_fields_of(const RunRecord& run) {
  return {.text = run.option_text("text"),
          .label = run.stored_field("label-field"),
          .ignore = run.option_text("ignore"),
          .image = run.stored_field("image-field"),
          .inclusive = run.flag("voc-inclusive")};
}

void declare_fill(InputOptions& input, OptionTable& table) {
  table.add("fill", input.fill, "NAME",
            fmt::format("what stands where cells were dropped: {}, or weights: FILE.safetensors", fmt::join(patches::fill_names(), ", ")));
}

std::string why_no_classifier(const Rows& train) {
  const CountedIn unit = train.targets() == nullptr ? CountedIn::rows : train.targets()->counted_in();
  if (unit == CountedIn::rows) return "has rows without labels, so no classifier can be trained on it";
  return fmt::format("holds {}, not a class per row, and no classifier can be trained on these",
                     unit == CountedIn::objects ? "objects" : "masks");
}

std::vector<std::string> with_folders_read(std::vector<std::string> inputs, const FieldOptions& fields) {
  std::vector<std::string> all = inputs;
  for (const std::string& input : inputs) {
    for (const std::filesystem::path& folder : folders_read(input, fields.to_open())) all.push_back(folder.string());
  }
  return all;
}

void require_rows(const Rows& train, const std::string& path) {
  if (train.size() == 0) throw InputError({path, "", "the training split has no rows", "Check the path"});
}

Input opened_input(const InputOptions& options, const Context& context) {
  Input input;
  input.dataset = open_dataset(options.path, options.fields.to_open(options.labels), context);
  const Rows& train = input.dataset.train();
  require_rows(train, options.path);
  for (const Oddity& oddity : input.dataset.oddities) {
    const std::string text = oddity.place + ": " + oddity.what;
    oddity.warns ? context.warn(text) : context.info(text);
  }
  input.fields = options.fields;
  input.labels = label_column(train);
  input.labels_file = options.labels;
  input.classes = class_count(input.dataset);
  return input;
}

Input read_input(const InputOptions& options, const Context& context) {
  Input input = opened_input(options, context);
  const Rows& train = input.dataset.train();
  if (options.scans.empty()) {
    input.excluded = find_bad_rows(train, options.check ? Depth::full : Depth::headers, context);
    input.digest = content_digest(train, options.ranks, context);
  } else {
    take_scans(input, options.scans, context);
  }
  if (train.texts() != nullptr) input.digest = Digest().add(input.digest).add(train.texts()->schema()).hex();  // other fields, other texts
  report_bad(input, options, context);
  if (options.fill != kStoredFill) fill_dropped(input, options.fill, context);
  return input;
}

}  // namespace decant
