// The iterator of a container that gives its elements by value and by number.
#pragma once

#include <compare>
#include <cstddef>
#include <iterator>

namespace decant {

/// Random access. Valid as long as the container is neither moved nor destroyed.
template <class Container>
class CountedIterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = typename Container::value_type;
  using difference_type = ptrdiff_t;
  using pointer = const value_type*;
  using reference = value_type;

  CountedIterator() = default;
  CountedIterator(const Container* of, ptrdiff_t at) : of_(of), at_(at) {}

  value_type operator*() const { return (*of_)[static_cast<size_t>(at_)]; }
  value_type operator[](ptrdiff_t n) const { return *(*this + n); }
  CountedIterator& operator+=(ptrdiff_t n) { return at_ += n, *this; }
  CountedIterator& operator-=(ptrdiff_t n) { return at_ -= n, *this; }
  CountedIterator& operator++() { return *this += 1; }
  CountedIterator& operator--() { return *this -= 1; }
  CountedIterator operator++(int) { return {of_, at_++}; }
  CountedIterator operator--(int) { return {of_, at_--}; }
  friend CountedIterator operator+(CountedIterator it, ptrdiff_t n) { return it += n; }
  friend CountedIterator operator+(ptrdiff_t n, CountedIterator it) { return it += n; }
  friend CountedIterator operator-(CountedIterator it, ptrdiff_t n) { return it -= n; }
  friend ptrdiff_t operator-(const CountedIterator& a, const CountedIterator& b) { return a.at_ - b.at_; }
  bool operator==(const CountedIterator& other) const { return at_ == other.at_; }
  auto operator<=>(const CountedIterator& other) const { return at_ <=> other.at_; }

 private:
  const Container* of_ = nullptr;
  ptrdiff_t at_ = 0;
};

}  // namespace decant
