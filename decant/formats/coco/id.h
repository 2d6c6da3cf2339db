// Ids of images, annotations and categories.
#pragma once

#include <string>

namespace decant::coco {

/// An id as it is compared: the digits of a whole number, "-3", or a text between its quotes; empty
/// where there is none. 7.0 is 7, as for Python.
using Id = std::string;

/// Whether `a` comes before `b`: numbers by value, texts by bytes.
bool id_less(const Id& a, const Id& b);
bool is_number(const Id& id);

/// Why an element cannot be used at all; never leaves this folder.
struct BadElement {
  std::string what;
};

}  // namespace decant::coco
