#include "decant/base/json.h"
#include "decant/pipeline/report.h"

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
  void declare(OptionTable& table) override { options_.declare(table); }
  std::string run(const Globals& globals, const std::string&, const Context& context) override {
    const std::string page = (options_.run / "report.html").string();
    if (globals.dry_run) return dry_run(globals, *this, fmt::format("write {}", page), {{"run", options_.run.string()}, {"report", page}});
    const ReportMade made = make_report(options_, context);
    return globals.json ? json_text(Json{{"report", made.page.string()}}, 2) + "\n" : made.page.string() + "\n";
  }

 private:
  ReportOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_report_verb() {
  return std::make_unique<Report>();
}

}  // namespace decant::cli
