#include "decant/evaluate/protocol.h"

#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/evaluate/judges/list.h"

namespace decant::evaluate {
namespace {

TEST(Protocol, SetsOptionsThatItsJudgeHas) {
  for (const char* name : {"quick", "paper", "linear"}) {
    const Protocol& protocol = protocol_named(name);
    const auto judge = make_judge(protocol.judge, {});
    OptionTable table;
    judge->declare(table);
    for (const auto& [option, text] : protocol.options) {
      ASSERT_NE(table.find(option), nullptr) << name << ": " << option;
      table.find(option)->set(text);
    }
    judge->check({});
  }
  EXPECT_EQ(protocol_named("paper").net, "resnet18");
  EXPECT_THROW(protocol_named("slow"), UsageError);
}

}  // namespace
}  // namespace decant::evaluate
