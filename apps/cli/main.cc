#include "apps/cli/program.h"
#include "apps/cli/restart.h"

int main(int argc, char** argv) {
  decant::cli::restart_with_better_blas(argv);
  return decant::cli::run_program(argc, argv);
}
