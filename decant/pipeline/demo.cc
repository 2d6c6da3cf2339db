#include "decant/pipeline/demo.h"

#include <algorithm>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/data/verdict.h"
#include "decant/draw/object_sets.h"
#include "decant/draw/pictures.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/evaluate.h"
#include "decant/pipeline/judging/evidence_table.h"

namespace decant {
namespace fs = std::filesystem;

void DemoOptions::declare(OptionTable& table) {
  table.add("pictures", pictures, "PATH", "your pictures in class folders; default: pictures that decant draws").positional = true;
  table.add("out", out, "FOLDER", "output folder; replaced if it exists");
  table.add("keep", keep, "HOW-MUCH", "0.1, 10% or a count");
  table.add("seeds", seeds, "N", "training runs per set");
  table.add("steps", steps, "N", "parameter updates per training run");
  table.add("objects", objects,
            "draw pictures with several things in each, as COCO, VOC, YOLO and masks, and choose from each; trains nothing");
  table.add("seed", seed, "N", "determines every random choice");
}

namespace {

constexpr int kSide = 32;  // of the pictures that networks see

std::string draw_pictures(const DemoOptions& options, const std::function<void(const std::string&)>& say, const Context& context) {
  const fs::path folder = options.out / "pictures";
  const DrawOptions drawing{.seed = options.seed};
  draw_picture_set(folder, drawing, context, /*overwrite=*/true);
  say(
      fmt::format("Drew {} training pictures of {} things and {} test pictures: common and rare views, near-duplicates, clutter; "
                  "{:.0f} % of the training pictures are in the wrong folder.",
                  human_count(int64_t{drawing.per_class} * drawing.classes), drawing.classes,
                  human_count(int64_t{drawing.test_per_class} * drawing.classes), 100 * drawing.wrong_labels));
  return folder.string();
}

int64_t kept_of(const ContentRecord& content) {
  return std::accumulate(content.classes.begin(), content.classes.end(), int64_t{0},
                         [](int64_t sum, const ContentRecord::OfClass& each) { return sum + each.amount_kept; });
}

/// "the rarest class, key, keeps 9 of 21"
std::string rarest_kept(const ContentRecord& content) {
  const auto rarest = std::ranges::min_element(content.classes, {}, &ContentRecord::OfClass::amount);
  return fmt::format("the rarest class, {}, keeps {} of {}", rarest->name, human_count(rarest->amount_kept), human_count(rarest->amount));
}

void demo_objects(const DemoOptions& options, const std::function<void(const std::string&)>& say, const Context& context) {
  if (!options.pictures.empty()) throw UsageError("--objects draws its own pictures; leave out " + options.pictures);
  const fs::path folder = options.out / "objects";
  const ObjectSetOptions drawing{.seed = options.seed};
  const DrawnObjects drawn = draw_object_set(folder, drawing, context, /*overwrite=*/true);
  say(fmt::format("Drew {} training pictures with up to nine things of {} classes in each, and {} to validate with, in four formats: {}.",
                  human_count(drawing.train), drawn.classes.size(), human_count(drawing.validation), folder.string()));
  for (const char* format : {"coco", "voc", "yolo", "masks"}) {
    const fs::path small = options.out / (std::string("small-") + format);
    CompressOptions compressing{
        .input = {.path = (folder / format).string()}, .out = small, .keep = options.keep, .seed = options.seed, .overwrite = true};
    compressing.select.method = "objects";
    compressing.command =
        fmt::format("decant compress {} -o {} --method objects --keep {}", compressing.input.path, small.string(), options.keep);
    const RunRecord run = compress(compressing, context);
    say(fmt::format("{}: kept {} of {} pictures with {} {}; {}.\n  {}\n  file://{}", format, human_count(*run.kept), human_count(run.rows),
                    human_count(kept_of(*run.content)), run.content->unit, rarest_kept(*run.content), compressing.command,
                    fs::absolute(small / "report.html").string()));
  }
}

}  // namespace

void demo(const DemoOptions& options, const std::function<void(const std::string&)>& say, const Context& context) {
  if (options.objects) return demo_objects(options, say, context);
  const std::string pictures = options.pictures.empty() ? draw_pictures(options, say, context) : options.pictures;
  const fs::path small = options.out / "small";

  CompressOptions compressing{.input = {.path = pictures}, .out = small, .keep = options.keep, .seed = options.seed, .overwrite = true};
  compressing.features.cache = options.out / "cache";
  compressing.features.image_size = kSide;
  compressing.command = fmt::format("decant compress {} -o {} --keep {}", pictures, small.string(), options.keep);
  const RunRecord run = compress(compressing, context);
  say(fmt::format("Kept {} of {} pictures, {} of {}, in {}: {}.", human_count(*run.kept), human_count(run.rows),
                  human_bytes(run.bytes_after), human_bytes(run.bytes_before), human_seconds(run.seconds), run.method_note));

  EvaluateOptions judging{.full = pictures, .small = {small.string()}, .seeds = options.seeds, .no_cache = true};
  judging.judge.given = {{"steps", std::to_string(options.steps)}, {"image-size", std::to_string(kSide)}};
  judging.seed = options.seed;
  const Evidence evidence = evaluate_sets(judging, context);
  say(fmt::format("Trained a small network {} times, {} steps each: on all pictures, on random ones and on the small set.\n\n{}",
                  3 * options.seeds, human_count(options.steps), evidence_table(evidence)));
  for (const Verdict& verdict : verdicts(evidence)) say(verdict.text());
  say(fmt::format("The small set is {}, and its report is file://{}", (small / "data").string(),
                  fs::absolute(small / "report.html").string()));
}

}  // namespace decant
