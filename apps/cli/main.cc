// The program: parse, run the verb, print, and turn what went wrong into a sentence and an exit code.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <new>

#include "decant/base/errors.h"

#include "apps/cli/command_line.h"
#include "apps/cli/progress.h"

namespace decant::cli {
namespace {

enum Exit { kDone = 0, kFailure = 1, kUsage = 2, kBadInput = 3, kInterrupted = 130 };

std::atomic<bool> interrupted{false};

/// The first Ctrl-C asks the run to stop cleanly; the second is obeyed by the system.
extern "C" void on_interrupt(int signal) {
  interrupted = true;
  std::signal(signal, SIG_DFL);
}

int complain(Exit code, const char* message) {
  std::fprintf(stderr, "decant: %s\n", message);
  return code;
}

void run_verb(const Invocation& invocation, const std::string& command) {
  Terminal terminal(invocation.globals.quiet);
  const Context context{.threads = invocation.globals.threads, .progress = &terminal, .log = &terminal, .cancel = &interrupted};
  const std::string result = invocation.verb->run(invocation.globals, command, context);
  terminal.clear();
  std::fputs(result.c_str(), stdout);
  if (std::fflush(stdout) != 0) throw_errno("standard output", "cannot write");
}

int run(int argc, const char* const* argv) try {
  const auto verbs = all_verbs();
  const Invocation invocation = parse(argc, argv, verbs);
  if (invocation.verb == nullptr) {
    std::fputs(invocation.text.c_str(), stdout);
    return kDone;
  }
  if (invocation.globals.threads < 0) throw UsageError("--threads must not be negative");
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  run_verb(invocation, quoted(argc, argv));
  return kDone;
} catch (const UsageError& error) {
  return complain(kUsage, error.what());
} catch (const InputError& error) {
  return complain(kBadInput, error.what());
} catch (const Cancelled&) {
  return complain(kInterrupted,
                  "interrupted; nothing half-written stands under a final name, and the same command goes on from what was finished");
} catch (const std::bad_alloc&) {
  return complain(kFailure, "out of memory; `decant plan` says how much a run needs");
} catch (const std::exception& error) {
  return complain(kFailure, error.what());
}

}  // namespace
}  // namespace decant::cli

int main(int argc, char** argv) {
  return decant::cli::run(argc, argv);
}
