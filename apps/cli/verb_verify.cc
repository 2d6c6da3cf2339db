#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/verify.h"

#include "apps/cli/dry_run.h"
#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

class Verify final : public Verb {
 public:
  std::string name() const override { return "verify"; }
  std::string summary() const override { return "is a small set whole, and is every sample the source's?"; }
  std::vector<std::string> examples() const override { return {"decant verify photos-60 --source photos/"}; }
  void declare(OptionTable& table) override { options_.declare(table); }
  std::string run(const Globals& globals, const std::string&, const Context& context) override {
    if (globals.dry_run)
      return dry_run(globals, *this, fmt::format("read every sample of {}", options_.run.string()), {{"run", options_.run.string()}});
    const Verified found = verify(options_, context);
    if (globals.json)
      return json_text(Json{{"rows", found.rows}, {"kept", found.kept}, {"checked_against", found.checked_against}}, 2) + "\n";
    return fmt::format("{}: all {} samples are as the {} say\n", options_.run.string(), human_count(found.kept), found.checked_against);
  }

 private:
  VerifyOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_verify() {
  return std::make_unique<Verify>();
}

}  // namespace decant::cli
