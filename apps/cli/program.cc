#include "apps/cli/program.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/map_guard.h"
#include "decant/base/printable.h"
#include "decant/comm/world.h"
#include "decant/kernels/targets.h"

#include "apps/cli/command_line.h"
#include "apps/cli/progress.h"

namespace decant::cli {
namespace {

enum Exit { kDone = 0, kFailure = 1, kUsage = 2, kBadInput = 3, kFound = 4, kInterrupted = 130 };

std::atomic<bool> interrupted{false};

/// The first Ctrl-C asks the run to stop cleanly; the second is obeyed by the system.
extern "C" void on_interrupt(int signal) {
  interrupted = true;
  std::signal(signal, SIG_DFL);
}

/// How a run ended: the exit code, and what to say about it.
struct Ending {
  Exit code = kDone;
  std::string message;
};

int complain(const Ending& ending) {
  if (ending.code != kDone) std::fprintf(stderr, "decant: %s\n", printable(ending.message).c_str());
  return ending.code;
}

/// Returns what the verb was told to fail on and found; empty = nothing.
std::string run_verb(Invocation& invocation, const std::string& command, Comm* ranks) {
  std::string found;
  if (ranks != nullptr && !invocation.verb->takes_ranks)
    throw UsageError(fmt::format("{} runs on one machine only; start it without mpirun", invocation.verb->name));
  Globals& globals = invocation.globals;
  globals.ranks = ranks;
  const bool speaks = is_root(ranks);
  Terminal terminal(globals.quiet || !speaks);
  Context context{.threads = globals.threads, .progress = &terminal, .log = &terminal, .cancel = &interrupted};
  if (ranks != nullptr && globals.threads == 0) context.threads = std::max(1, context.thread_count() / ranks_on_this_machine());
  std::string result;
  with_unchanged_maps([&] { result = invocation.verb->run({globals, command, context, found}); });
  terminal.clear();
  if (speaks) std::fputs((globals.json ? result : printable_lines(result)).c_str(), stdout);
  if (std::fflush(stdout) != 0) throw_errno("standard output", "cannot write");
  return found;
}

/// Nothing that decant foresaw. libtorch appends where in its sources a fault was found, and a
/// stack.
std::string fault_of_ours(const std::exception& error) {
  const std::string_view text = error.what();
  const std::string_view fault = text.substr(0, text.find("\nException raised from"));
  return fault.size() == text.size() ? std::string(text)
                                     : fmt::format("{}. This is a fault of decant's; please report it with the command", fault);
}

Ending run(int argc, const char* const* argv, Comm* ranks) try {
  const std::vector<VerbGroup> groups = all_verbs();
  Invocation invocation = parse(argc, argv, groups);
  if (invocation.verb == nullptr) {
    if (is_root(ranks)) std::fputs(invocation.text.c_str(), stdout);
    return {};
  }
  if (invocation.globals.threads < 0) throw UsageError("--threads must not be negative");
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  std::string found = run_verb(invocation, quoted(argc, argv), ranks);
  return {found.empty() ? kDone : kFound, std::move(found)};
} catch (const UsageError& error) {
  return {kUsage, error.what()};
} catch (const InputError& error) {
  return {kBadInput, error.what()};
} catch (const OtherRankFailed&) {
  return {kFailure, ""};
} catch (const Cancelled&) {
  return {kInterrupted, "interrupted; no partial output was left in place. Run the same command again to resume."};
} catch (const std::bad_alloc&) {
  return {kFailure, "out of memory; `decant plan` estimates how much a run needs"};
} catch (const std::exception& error) {
  return {kFailure, fault_of_ours(error)};
}

/// All ranks failed, of one cause or each of its own: the first says what, once for each cause.
int complain_together(Comm& ranks, const Ending& own) {
  std::vector<size_t> begins;
  const std::vector<char> all = gather_all(ranks, std::span<const char>(own.message), &begins);
  int code = 0;
  for (const int each : gather_each(ranks, static_cast<int>(own.code))) code = std::max(code, each);
  if (ranks.rank() > 0) return code;
  std::set<std::string> said;
  for (size_t rank = 0; rank + 1 < begins.size(); ++rank) {
    const std::string message(all.data() + begins[rank], begins[rank + 1] - begins[rank]);
    if (!message.empty() && said.insert(message).second) std::fprintf(stderr, "decant: %s\n", printable(message).c_str());
  }
  return code;
}

/// One rank's end is that of all.
int end_with_others(Comm& ranks, const Ending& own) {
  if (own.code == kDone) return own.code;
  constexpr double kPatience = 3;  // seconds
  if (ranks.all_arrive(kPatience)) return complain_together(ranks, own);
  std::fprintf(stderr,
               "decant: rank %d of %d: %s\ndecant: the job ends here. Finished bins are kept; run the same command again to resume.\n",
               ranks.rank(), ranks.size(), printable(own.message).c_str());
  ranks.end_job(own.code);
  return own.code;
}

/// Ranks on machines of different kinds use the instructions that all of them have: what they
/// decide must be the same.
void agree_on_instructions(Comm& ranks) {
  int64_t common = vector_targets();
  for (const int64_t targets : gather_each(ranks, vector_targets())) common &= targets;
  use_only_targets(common);
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  std::unique_ptr<Comm> ranks;
  try {
    ranks = join_world();
    if (ranks) agree_on_instructions(*ranks);
  } catch (const InputError& error) {
    return complain({kBadInput, error.what()});
  }
  const Ending ending = run(argc, argv, ranks.get());
  return ranks ? end_with_others(*ranks, ending) : complain(ending);
}

}  // namespace decant::cli
