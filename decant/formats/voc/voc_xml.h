// One annotation of a Pascal VOC set.
//
//   <annotation>
//     <filename>a.jpg</filename>
//     <size><width>640</width><height>480</height><depth>3</depth></size>
//     <object>
//       <name>dog</name> <difficult>0</difficult> <truncated>1</truncated>
//       <bndbox><xmin>10</xmin><ymin>20</ymin><xmax>110</xmax><ymax>220</ymax></bndbox>
//       <part><name>head</name><bndbox>…</bndbox></part>
//     </object>
//   </annotation>
//
// Elements are found by name, whatever their order, and only where they belong: boxes of parts are
// none of objects. Coordinates are taken as they stand; numbers may have fractions and exponents.
//
// Parsed by pugixml, which expands no entities of its own accord; a document that declares any is
// refused all the same, since other parsers do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/objects.h"

namespace decant::voc {

struct VocObject {
  std::string name;  ///< of its class, without spaces around it, as torchvision reads it
  Box box;
  uint16_t flags = 0;      ///< difficult, truncated, polygon
  std::string_view fault;  ///< of static life; empty = none
  ObjectPlace place;       ///< in the file; the whole file where that is not UTF-8
};

struct VocXml {
  std::string filename;
  int64_t width = 0;  ///< as it says; 0 = it does not
  int64_t height = 0;
  std::vector<VocObject> objects;
  std::string fault;  ///< why none of it can be used: no XML, another root, entities
};

/// `inclusive`: the box 1 1 3 2 covers the pixels 1 to 3 and 1 to 2, counted from 1, and so lies
/// between the edges 0 0 3 2. Memory: that of the document, some ten times the text.
VocXml read_voc_xml(std::string_view text, bool inclusive = false);

/// Whether a file begins as an annotation does, in whatever encoding.
bool looks_like_voc_xml(std::string_view bytes);

}  // namespace decant::voc
