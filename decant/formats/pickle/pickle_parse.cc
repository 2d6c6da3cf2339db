// The stack machine. Three traps: counts beyond the file's end, stacks that run empty, and values
// that cost one byte in the file and many here, which the limit on their number bounds.
#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <unordered_map>
#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/pickle/pickle.h"
#include "decant/formats/pickle/pickle_names.h"

namespace decant::pickle {
namespace {

constexpr size_t kMaxValues = size_t{1} << 22;

/// Those that are not read.
std::string_view opcode_name(uint8_t code) {
  static constexpr std::pair<int, std::string_view> kNames[] = {{'0', "POP"},        {'1', "POP_MARK"},     {'2', "DUP"},
                                                                {'F', "FLOAT"},      {'I', "INT"},          {'L', "LONG"},
                                                                {'P', "PERSID"},     {'Q', "BINPERSID"},    {'S', "STRING"},
                                                                {'V', "UNICODE"},    {'d', "DICT"},         {'g', "GET"},
                                                                {'i', "INST"},       {'l', "LIST"},         {'o', "OBJ"},
                                                                {'p', "PUT"},        {0x81, "NEWOBJ"},      {0x82, "EXT1"},
                                                                {0x83, "EXT2"},      {0x84, "EXT4"},        {0x8b, "LONG4"},
                                                                {0x8f, "EMPTY_SET"}, {0x90, "ADDITEMS"},    {0x91, "FROZENSET"},
                                                                {0x92, "NEWOBJ_EX"}, {0x97, "NEXT_BUFFER"}, {0x98, "READONLY_BUFFER"}};
  const auto* const found = std::ranges::find(kNames, int{code}, &std::pair<int, std::string_view>::first);
  return found == std::end(kNames) ? "unknown" : found->second;
}

class Machine {
 public:
  Machine(Bytes file, const std::string& name) : file_(file), name_(name) {}

  Document run() {
    if (file_.empty()) fail("is empty");
    if (byte_at(0) != 0x80) fail("is no pickle of protocols 2 to 5 (it does not begin with byte 0x80)");
    while (!step()) {
    }
    document_.root = pop();
    return std::move(document_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError({name_, fmt::format("byte {}", opcode_at_), what, "Unpack the download again"});
  }

  uint8_t byte_at(size_t at) const { return std::to_integer<uint8_t>(file_[at]); }

  Bytes take(uint64_t count) {
    if (count > file_.size() - at_) fail(fmt::format("is truncated: {} bytes are needed, {} are left", count, file_.size() - at_));
    const Bytes taken = file_.subspan(at_, static_cast<size_t>(count));
    at_ += static_cast<size_t>(count);
    return taken;
  }
  /// Little-endian.
  uint64_t number(size_t bytes) {
    const Bytes taken = take(bytes);
    uint64_t value = 0;
    for (size_t i = bytes; i-- > 0;) value = value << 8 | std::to_integer<uint64_t>(taken[i]);
    return value;
  }
  std::string_view line() {
    const size_t end = as_text(file_).find('\n', at_);
    if (end == std::string_view::npos) fail("is truncated inside a name");
    const std::string_view text = as_text(file_).substr(at_, end - at_);
    at_ = end + 1;
    return text;
  }

  void push(Index value) { stack_.push_back(value); }
  void push(Value value) {
    if (document_.values.size() >= kMaxValues) fail(fmt::format("holds more than {} values", kMaxValues));
    document_.values.push_back(std::move(value));
    push(static_cast<Index>(document_.values.size() - 1));
  }
  void push_number(Kind kind, int64_t value) { push(Value{.kind = kind, .number = value}); }
  void push_data(Kind kind, size_t length_bytes) {
    const uint64_t length = number(length_bytes);
    push(Value{.kind = kind, .data = take(length)});
  }

  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  void require(size_t count) const {
    if (stack_.size() < floor() + count) fail("takes a value from an empty stack");
  }
  Index pop() {
    require(1);
    const Index value = stack_.back();
    stack_.pop_back();
    return value;
  }
  Index top() const {
    require(1);
    return stack_.back();
  }
  std::vector<Index> pop_to_mark() {
    if (marks_.empty()) fail("ends a group that has no beginning");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Index> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }
  std::vector<Index> pop_last(size_t count) {
    require(count);
    const auto begin = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<Index> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    return items;
  }
  void push_tuple(std::vector<Index> items) { push(Value{.kind = Kind::tuple, .items = std::move(items)}); }

  void add_to(Kind kind, const std::vector<Index>& items) {
    Value& target = document_.values[top()];
    if (target.kind != kind) fail(kind == Kind::list ? "appends to what is no list" : "sets a key of what is no dictionary");
    if (kind == Kind::dict && items.size() % 2 != 0) fail("gives a key without a value");
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  void push_global(std::string_view module, std::string_view item) {
    const auto known = global_index(module, item);
    if (!known)
      throw InputError({name_, fmt::format("byte {}", opcode_at_),
                        fmt::format("asks Python for {}.{}, which no CIFAR file needs and which is not executed", module, item),
                        "Do not load this file with Python unless you know who wrote it"});
    push_number(Kind::global, *known);
  }
  void stack_global() {
    const std::vector<Index> names = pop_last(2);
    for (const Index each : names) {
      if (document_[each].kind != Kind::text) fail("names a function by what is no text");
    }
    push_global(as_text(document_[names[0]].data), as_text(document_[names[1]].data));
  }
  void reduce() {
    std::vector<Index> call = pop_last(2);
    if (document_[call[0]].kind != Kind::global || document_[call[1]].kind != Kind::tuple) fail("calls what is no function");
    push(Value{.kind = Kind::object, .items = std::move(call)});
  }
  void build() {
    const Index state = pop();
    Value& object = document_.values[top()];
    if (object.kind != Kind::object || object.items.size() != 2) fail("gives a state to what takes none");
    object.items.push_back(state);
  }
  void put(uint64_t slot) { memo_[slot] = top(); }
  void get(uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) fail("uses a value that was not remembered");
    if (stack_.size() >= kMaxValues) fail(fmt::format("holds more than {} values", kMaxValues));
    push(found->second);
  }
  void long_integer() {
    const uint64_t bytes = number(1);
    if (bytes > 8) fail("holds an integer of more than 64 bits");
    uint64_t value = number(static_cast<size_t>(bytes));
    if (bytes > 0 && bytes < 8 && (value >> (8 * bytes - 1) & 1) != 0) value |= ~uint64_t{0} << (8 * bytes);
    push_number(Kind::integer, static_cast<int64_t>(value));
  }
  void protocol() {
    document_.protocol = static_cast<int>(number(1));
    if (document_.protocol < 2 || document_.protocol > 5)
      fail(fmt::format("is a pickle of protocol {}; 2 to 5 are read", document_.protocol));
  }

  /// Whether it was the last.
  bool step() {
    opcode_at_ = at_;
    const auto code = static_cast<uint8_t>(number(1));
    switch (code) {
      case 0x80:
        protocol();
        break;
      case 0x95:
        number(8);
        break;  // FRAME: how much to read ahead
      case '.':
        return true;
      case '(':
        if (marks_.size() >= kMaxValues) fail("opens too many groups");
        marks_.push_back(stack_.size());
        break;
      case 'N':
        push_number(Kind::none, 0);
        break;
      case 0x88:
        push_number(Kind::boolean, 1);
        break;
      case 0x89:
        push_number(Kind::boolean, 0);
        break;
      case 'J':
        push_number(Kind::integer, static_cast<int32_t>(number(4)));
        break;
      case 'K':
        push_number(Kind::integer, static_cast<int64_t>(number(1)));
        break;
      case 'M':
        push_number(Kind::integer, static_cast<int64_t>(number(2)));
        break;
      case 0x8a:
        long_integer();
        break;
      case 'G':
        push_number(Kind::real, static_cast<int64_t>(number(8)));
        break;
      case 'U':
        push_data(Kind::string, 1);
        break;
      case 'T':
        push_data(Kind::string, 4);
        break;
      case 'C':
        push_data(Kind::bytes, 1);
        break;
      case 'B':
        push_data(Kind::bytes, 4);
        break;
      case 0x8e:
        push_data(Kind::bytes, 8);
        break;
      case 0x96:
        push_data(Kind::bytearray, 8);
        break;
      case 0x8c:
        push_data(Kind::text, 1);
        break;
      case 'X':
        push_data(Kind::text, 4);
        break;
      case 0x8d:
        push_data(Kind::text, 8);
        break;
      case ']':
        push(Value{.kind = Kind::list});
        break;
      case '}':
        push(Value{.kind = Kind::dict});
        break;
      case ')':
        push_tuple({});
        break;
      case 0x85:
        push_tuple(pop_last(1));
        break;
      case 0x86:
        push_tuple(pop_last(2));
        break;
      case 0x87:
        push_tuple(pop_last(3));
        break;
      case 't':
        push_tuple(pop_to_mark());
        break;
      case 'a':
        add_to(Kind::list, pop_last(1));
        break;
      case 'e':
        add_to(Kind::list, pop_to_mark());
        break;
      case 's':
        add_to(Kind::dict, pop_last(2));
        break;
      case 'u':
        add_to(Kind::dict, pop_to_mark());
        break;
      case 'q':
        put(number(1));
        break;
      case 'r':
        put(number(4));
        break;
      case 0x94:
        put(memo_.size());
        break;
      case 'h':
        get(number(1));
        break;
      case 'j':
        get(number(4));
        break;
      case 'c': {
        const std::string_view module = line();
        push_global(module, line());
        break;
      }
      case 0x93:
        stack_global();
        break;
      case 'R':
        reduce();
        break;
      case 'b':
        build();
        break;
      default:
        fail(fmt::format("holds the pickle opcode {} (0x{:02x}), which no CIFAR file needs", opcode_name(code), code));
    }
    return false;
  }

  Bytes file_;
  const std::string& name_;
  size_t at_ = 0;
  size_t opcode_at_ = 0;
  Document document_;
  std::vector<Index> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, Index> memo_;
};

}  // namespace

Document parse(Bytes file, const std::string& name) {
  return Machine(file, name).run();
}

}  // namespace decant::pickle
