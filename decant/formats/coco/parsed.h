// The elements of a large JSON array, parsed on all threads and taken in their order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/parallel.h"
#include "decant/formats/coco/id.h"
#include "decant/formats/coco/json_scan.h"

namespace decant::coco {

/// Parses the elements of a list side by side, and takes what was read one after the other, in the
/// order of the file: `read(element, out)`, `take(out, span)`. What cannot be read is given to
/// `refuse(span, what)`, in that order too. Memory for a wave of elements alone.
template <class Fields, class Read, class Take, class Refuse>
void each_parsed(std::string_view text, Span list, const std::string& file, const Context& context, Read&& read, Take&& take,
                 Refuse&& refuse) {
  constexpr int64_t wave_size = 1 << 14;  // elements that are found before they are parsed
  constexpr int64_t chunk = 256;          // of them, what a thread takes at once
  Elements elements(text, list, file);
  std::vector<Span> wave;
  std::vector<Fields> fields;
  std::vector<std::string> faults;
  for (bool more = true; more;) {
    wave.clear();
    while (std::ssize(wave) < wave_size && more) {
      if (const std::optional<Span> element = elements.next())
        wave.push_back(*element);
      else
        more = false;
    }
    fields.resize(wave.size());
    faults.assign(wave.size(), {});
    parallel_for(context, std::ssize(wave), chunk, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        try {
          read(wave[i].in(text), fields[i]);
        } catch (const BadElement& bad) {
          faults[i] = bad.what;
        }
      }
    });
    for (size_t i = 0; i < wave.size(); ++i) faults[i].empty() ? take(fields[i], wave[i]) : refuse(wave[i], faults[i]);
  }
}

}  // namespace decant::coco
