#include "decant/base/json.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_source.h"
#include "decant/pipeline/run/write_small_set.h"

#include "apps/cli/dry_run.h"
#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

class Report final : public Verb {
 public:
  std::string name() const override { return "report"; }
  std::string summary() const override { return "make report.html of a run again"; }
  std::vector<std::string> examples() const override {
    return {"decant report photos-60", "decant report photos-60 --source /new/place/photos"};
  }
  void declare(OptionTable& table) override {
    Option& run = table.add("run", run_, "RUN", "the folder that `decant compress` wrote");
    run.positional = run.required = true;
    table.add("source", source_, "PATH", "the data set, when it has moved");
    table.add("no-pictures", no_pictures_, "do not open the data set; the page has no thumbnails then");
  }
  std::string run(const Globals& globals, const std::string&, const Context& context) override {
    const std::filesystem::path page = run_ / "report.html";
    if (globals.dry_run)
      return dry_run(globals, *this, fmt::format("write {}", page.string()), {{"run", run_.string()}, {"report", page.string()}});
    const RunFolder run = load_run_folder(run_);
    require_own_pages(run_);
    const std::optional<Evidence> evidence = load_evidence(run_);
    Input input;
    if (!no_pictures_) input = source_of(run, source_, context);
    write_report(run_, run.run, no_pictures_ ? nullptr : &input, run.selection, run.kept, run.map.matrix(), evidence ? &*evidence : nullptr,
                 context);
    return globals.json ? json_text(Json{{"report", page.string()}}, 2) + "\n" : page.string() + "\n";
  }

 private:
  std::filesystem::path run_;
  std::string source_;
  bool no_pictures_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_report() {
  return std::make_unique<Report>();
}

}  // namespace decant::cli
