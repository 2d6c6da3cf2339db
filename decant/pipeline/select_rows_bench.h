// The C++ call that the Python package's select() is compared with (bench/python.sh).
#pragma once

namespace decant {

/// FILE.npy METHOD THREADS TIMES: chooses a tenth of the rows so many times, each from the file
/// anew, and prints a line for each: seconds on the clock and of the processor, and
/// s = 31 s + row over the rows chosen, modulo 2^64.
int time_select_rows(int argc, char** argv);

}  // namespace decant
