// A way of averaging networks that clients train, by the name of its arm.
#pragma once

#include <string>
#include <vector>

namespace decant::trials {

struct Averaging {
  int passes = 1;  ///< over a client's rows, in a round
  int bits = 32;   ///< of a value that is sent: 32, or 8
  bool one_shot = false;

  /// Of a network of so many values, as a client sends it.
  double bytes_of(size_t values) const;
  /// What the server gets of a network that was `before` when it was sent out and is `after` now.
  /// In 8 bits: the change, between its least and its largest value.
  std::vector<float> received(const std::vector<float>& before, const std::vector<float>& after) const;
};

/// "fedavg", "fedavg+passes=5", "fedavg+bits=8", "one-shot".
std::vector<std::string> averaging_names();
/// REQUIRES: one of them.
Averaging averaging_named(const std::string& name);

}  // namespace decant::trials
