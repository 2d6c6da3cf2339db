#include <gmock/gmock.h>
#include <utility>

#include "decant/base/json.h"
#include "decant/train/train.h"

namespace decant::train {
namespace {

/// Stands for a value of any type where fields are counted.
struct Anything {
  template <class T>
  operator T() const;
};

/// How many fields an aggregate has: the most values that it can be made from.
template <class Struct, class... Values>
constexpr size_t field_count() {
  if constexpr (requires { Struct{Values{}..., Anything{}}; }) {
    return field_count<Struct, Values..., Anything>();
  } else {
    return sizeof...(Values);
  }
}

/// Another valid text for the option.
std::string changed(const Option& option) {
  const Json value = option.get();
  if (value.is_boolean()) return value.get<bool>() ? "false" : "true";
  if (value.is_number_integer()) return std::to_string(value.get<int64_t>() + 1);
  if (value.is_number()) return std::to_string(value.get<double>() + 1);
  return value.get<std::string>() + "x";
}

TEST(TrainOptions, EveryFieldIsDeclaredAndInTheKey) {
  TrainOptions fresh;
  OptionTable declared;
  fresh.declare(declared);
  EXPECT_EQ(declared.options().size(), field_count<TrainOptions>()) << "a field is not declared, so caches do not know it";
  for (const Option& each : declared.options()) {
    TrainOptions options;
    OptionTable table;
    options.declare(table);
    EXPECT_EQ(each.effect, Effect::result) << each.name;
    table.find(each.name)->set(changed(each));
    EXPECT_NE(result_key(options), result_key({})) << each.name;
  }
}

TEST(TrainOptions, AnOptionAddedLaterChangesTheKeyWithItsValue) {
  struct Longer : TrainOptions {
    double dropout = 0;
    std::string key() {
      OptionTable table;
      declare(table);
      table.add("dropout", dropout, "P", "share of values set to zero");
      return table.result_key();
    }
  };
  Longer options;
  const std::string before = options.key();
  EXPECT_NE(before, result_key(options));
  options.dropout = 0.5;
  EXPECT_NE(options.key(), before);
}

TEST(TrainOptions, EpochsReplaceSteps) {
  TrainOptions options;
  EXPECT_EQ(steps_of(options, 1000), 2500);
  options.epochs = 3;
  EXPECT_EQ(steps_of(options, 1000), 46) << "3 · 1000 / 64";
  EXPECT_EQ(steps_of(options, 5), 1);
}

}  // namespace
}  // namespace decant::train
