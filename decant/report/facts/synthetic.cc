#include "decant/report/facts/synthetic.h"

#include <cmath>
#include <fmt/format.h>

#include "decant/base/text.h"

namespace decant::report {
namespace {

/// How many times as varied as real pixels.
double spread_of(const SyntheticRecord& made) {
  return made.real.deviation > 0 ? made.synthetic.deviation / made.real.deviation : 1;
}

std::string drift_of(const SyntheticRecord& made) {
  return fmt::format("The deviation of the synthetic pixels is {:.2f} times that of the real ones, and their mean is {:+.2f} away.",
                     spread_of(made), made.synthetic.mean - made.real.mean);
}

std::string warning_of(const SyntheticRecord& made) {
  std::string text;
  if (spread_of(made) >= kFarDeviation)
    text = fmt::format("The pixels deviate {:.1f} times as much as real ones. Networks with batch norm learn little from such pictures.",
                       spread_of(made));
  if (made.synthetic.least < -0.5 / 255 || made.synthetic.most > 1 + 0.5 / 255)
    text += fmt::format("{}Pixels from {:.2f} to {:.2f} were learnt; what lies outside 0 to 1 is cut off in data/ and kept in images.npy.",
                        text.empty() ? "" : " ", made.synthetic.least, made.synthetic.most);
  return text;
}

std::vector<ByteStep> parts_of(const SyntheticRecord& made) {
  std::vector<ByteStep> parts = {{"pictures (PNG)", made.bytes_pictures}};
  if (made.bytes_labels > 0) parts.push_back({"labels", made.bytes_labels});
  if (made.bytes_factors > 0) parts.push_back({"factors", made.bytes_factors});
  return parts;
}

/// "130 real pictures": as JPEGs that take `each` bytes.
std::string jpegs_in(int64_t bytes, double each) {
  const auto count = static_cast<int64_t>(static_cast<double>(bytes) / each);
  return fmt::format("{} real {}", human_count(count), count == 1 ? "picture" : "pictures");
}

std::string in_jpegs(const SyntheticFacts& facts) {
  const double each = facts.made.bytes_real_jpeg;
  if (!(each > 0)) return {};
  std::string text = fmt::format("A real picture of this size takes {} as a JPEG of quality 50, so {} would fit into these bytes",
                                 human_bytes(std::llround(each)), jpegs_in(facts.bytes, each));
  if (facts.bytes_as_floats > 0) text += fmt::format(", and {} into those of the float32 numbers", jpegs_in(facts.bytes_as_floats, each));
  return text + ".";
}

}  // namespace

std::optional<SyntheticFacts> synthetic_facts(const ReportInput& input) {
  if (!input.run.synthetic) return std::nullopt;
  SyntheticFacts facts{.made = *input.run.synthetic};
  facts.parts = parts_of(facts.made);
  for (const ByteStep& part : facts.parts) facts.bytes += part.bytes;
  if (input.made != nullptr) facts.bytes_as_floats = 4 * facts.made.pictures * input.made->size.bytes();
  facts.in_jpegs = in_jpegs(facts);
  facts.drift = drift_of(facts.made);
  facts.warning = warning_of(facts.made);
  return facts;
}

}  // namespace decant::report
