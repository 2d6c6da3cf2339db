// The program as a function, for main() and for the Python package's command: parse, run the verb,
// print, and turn what went wrong into a sentence and an exit code.
#pragma once

namespace decant::cli {

/// Takes SIGINT and SIGTERM for the rest of the process, prints to stdout and stderr, and returns
/// the exit code. To be called once.
int run_program(int argc, const char* const* argv);

}  // namespace decant::cli
