// What a search chooses among: trainings that differ in their network, or in how it is trained.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace decant::trials {

/// Options of training by name, and what they are called together.
struct Candidate {
  std::string name;
  std::map<std::string, std::string> options;
};

/// The space of Zhao, Mopuri and Bilen (ICLR 2021) at these widths and depths, lists between
/// commas: five norms, three activations and three poolings of nn/models/searchnet.cc. Throws
/// InputError where a list is empty.
std::vector<Candidate> candidate_networks(const std::string& widths, const std::string& depths);

/// One network, trained otherwise: six peak rates from 0.0125 to 0.4, three weight decays (0,
/// 0.0005 and 0.005), with crops (and flips, where `flips`) and without.
std::vector<Candidate> candidate_trainings(bool flips);

/// `count` of them in an order that is always the same. Throws InputError for more than there are.
std::vector<Candidate> drawn(std::vector<Candidate> all, int count);

}  // namespace decant::trials
