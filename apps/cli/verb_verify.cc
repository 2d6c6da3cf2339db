#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/verify.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_verify(VerifyOptions& options, const Call& call) {
  const std::string run = options.run.string();
  if (call.globals.dry_run) return dry_run(call, "verify", "read every sample of " + run, {{"run", run}});
  const Verified found = verify(options, call.context);
  if (call.globals.json) return printed({{"rows", found.rows}, {"kept", found.kept}, {"checked_against", found.checked_against}});
  return fmt::format("{}: all {} samples match the {}\n", run, human_count(found.kept), found.checked_against);
}

}  // namespace

Verb verify_verb() {
  return with_options<VerifyOptions>({.name = "verify",
                                      .summary = "check that a small set is complete and every sample matches the source",
                                      .examples = {"decant verify photos-60 --source photos/"}},
                                     run_verify);
}

}  // namespace decant::cli
