// Python's pickles, as far as data sets use them: dictionaries, lists, tuples, numbers, texts,
// bytes and NumPy arrays, in the binary protocols 2 to 5.
//
// A pickle is a program for a stack machine that may call any function of Python's. Nothing is
// called here: what a pickle would call becomes a record of the name and its arguments, names are
// limited to those that make arrays and bytes, and every other opcode or name is an error that says
// which. docs/formats/cifar.md has a worked example.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"

namespace decant::pickle {

using Index = uint32_t;  ///< of a value in its document

enum class Kind : uint8_t {
  none,
  boolean,
  integer,
  real,
  text,    ///< Python 3's str
  string,  ///< Python 2's str: text or bytes
  bytes,   ///< Python 3's bytes
  bytearray,
  list,
  tuple,
  dict,    ///< items: key, value, key, value …
  global,  ///< number: which of the known names
  object   ///< items: what is called, its arguments (a tuple) and, when BUILD gave one, its state
};

struct Value {
  Kind kind = Kind::none;
  int64_t number = 0;        ///< of booleans and integers; of reals the bits
  Bytes data = {};           ///< of texts, strings and bytes: in the file, or in Document::owned
  std::vector<Index> items;  ///< may lead in circles, as a pickle's may
};

/// A pickle as a graph of values. Views the bytes it was parsed from.
struct Document {
  int protocol = 2;
  std::vector<Value> values;
  Index root = 0;
  std::vector<std::shared_ptr<const std::vector<std::byte>>> owned;

  const Value& operator[](Index index) const { return values[index]; }
};

/// Throws InputError that names `name` and the byte: no pickle of protocols 2 to 5, an opcode or a
/// name that is not read, a truncated or inconsistent one, more than 2^22 values. Memory: some 64
/// bytes per value.
Document parse(Bytes file, const std::string& name);

/// The bytes of a pickle of the same protocol, without frames. Throws InputError when values are
/// nested more than 64 deep.
std::vector<std::byte> serialize(const Document& document);

/// The bytes of a text, a string, bytes, or a call that makes bytes of a text (as Python 3 writes
/// them in protocol 2), which are converted and kept by the document. Nothing for another value.
std::optional<Bytes> bytes_of(Document& document, Index value);
/// The value under a key with bytes_of(); nothing when `dict` is none or lacks it.
std::optional<Index> find(Document& document, Index dict, std::string_view key);

/// Puts other bytes in the place of those: REQUIRES: bytes_of(value).
void set_bytes(Document& document, Index value, std::shared_ptr<const std::vector<std::byte>> bytes);

/// A NumPy array in a pickle.
struct Array {
  std::string type;  ///< "u1", ">i8"
  std::vector<int64_t> shape;
  bool by_column = false;
  Bytes data;
  Index shape_at = 0;
  Index data_at = 0;
};

/// Nothing for a value that is no array, or one that contradicts itself. The data's length is not
/// checked.
std::optional<Array> array_of(Document& document, Index value);

/// The integers of a list, or of an array of them with one axis. Nothing for another value.
std::optional<std::vector<int64_t>> integers_of(Document& document, Index value);

}  // namespace decant::pickle
