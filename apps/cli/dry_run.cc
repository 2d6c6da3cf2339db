#include "apps/cli/dry_run.h"

#include "decant/base/json.h"

namespace decant::cli {

std::string dry_run(const Globals& globals, const Verb& verb, const std::string& would, const Json& facts) {
  if (!globals.json) return fmt::format("would {}; the input is not opened, so time and size are not known\n", would);
  Json all = {{"verb", verb.name()}};
  all.update(facts);
  all["not_checked"] = {"input"};
  return json_text(all, 2) + "\n";
}

}  // namespace decant::cli
