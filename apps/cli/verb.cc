#include "apps/cli/verb.h"

#include "decant/base/json.h"

namespace decant::cli {

std::string printed(const Json& json) {
  return json_for_terminal(json_text(json, 2)) + "\n";
}

std::string dry_run(const Call& call, const std::string& verb, const std::string& would, const Json& facts) {
  if (!call.globals.json) return fmt::format("would {}; the input was not opened, so time and size are unknown\n", would);
  Json all = {{"verb", verb}};
  all.update(facts);
  all["not_checked"] = {"input"};
  return printed(all);
}

}  // namespace decant::cli
