// Pickles as cPickle wrote them, built from their parts. Only tests include it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace decant::pickle {

inline std::string little(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 255);
  return text;
}

/// Python 2's str.
inline std::string py_string(std::string_view text) {
  return (text.size() < 256 ? "U" + little(text.size(), 1) : "T" + little(text.size(), 4)) + std::string(text);
}

inline std::string py_int(int64_t value) {
  return value < 256 ? "K" + little(static_cast<uint64_t>(value), 1) : "J" + little(static_cast<uint64_t>(value), 4);
}

inline std::string py_list(const std::vector<std::string>& items) {
  std::string text = "](";
  for (const std::string& item : items) text += item;
  return text + "e";
}

/// An array of unsigned bytes, as NumPy 1 pickles it.
inline std::string py_array(const std::vector<int64_t>& shape, const std::string& data) {
  std::string text = "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK";
  text += std::string("\0", 1) + "\x85" + py_string("b") + "\x87R(K\1(";
  for (const int64_t length : shape) text += py_int(length);
  text += "tcnumpy\ndtype\n" + py_string("u1") + "K" + std::string("\0", 1) + "K\1\x87R(K\3" + py_string("|") +
          "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK" + std::string("\0", 1) + "tb\x89";
  return text + py_string(data) + "tb";
}

/// A dictionary: keys and values in turn, as a whole pickle of protocol 2.
inline std::string py_pickle(const std::vector<std::string>& entries) {
  std::string text = "\x80\2}q\1(";
  for (const std::string& entry : entries) text += entry;
  return text + "u.";
}

}  // namespace decant::pickle
