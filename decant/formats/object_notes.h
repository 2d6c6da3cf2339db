// What is said of sets with objects, whatever their format: classes without objects, classes of
// nearly one name, and what is broken, counted by reason with the first places.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/data/objects.h"

namespace decant {

/// Counts of what is wrong by what it is, and where it was first (three places each).
class FaultTally {
 public:
  void add(std::string_view what, const std::string& place);
  int64_t count(std::string_view what) const;
  bool empty() const { return entries_.empty(); }
  /// An oddity each, by what: "3 `things`: what (first: a, b, c)".
  void report(const std::string& place, const std::string& thing, const std::string& things, bool warns,
              std::vector<Oddity>& oddities) const;

 private:
  struct Entry {
    int64_t count = 0;
    std::string first;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

/// Broken objects and outlines by reason. `place`: what the oddities are of; `where`: of an object,
/// in words ("byte 17", "a.txt line 3").
void note_faults(const std::string& place, const Objects& objects, const std::function<std::string(int64_t object)>& where,
                 std::vector<Oddity>& oddities);

/// Classes of which there is nothing, and two whose names differ in case and spaces alone.
/// `amounts`: of each class; `things`: what they are of, "objects".
void note_classes(const std::string& place, const std::vector<std::string>& classes, std::span<const int64_t> amounts,
                  std::string_view things, std::vector<Oddity>& oddities);

/// Of rows that are only tested on: what is odd is no reason to warn. Takes the oddities.
void note_quietly(std::vector<Oddity>& of_other_rows, std::vector<Oddity>& oddities);

/// Objects of each of so many classes, broken ones and crowds among them.
std::vector<int64_t> objects_per_class(const Objects& objects, size_t classes);

}  // namespace decant
