#include "decant/nn/spec_text.h"

#include <gmock/gmock.h>

#include "decant/base/test_support.h"
#include "decant/nn/network.h"

namespace decant::nn {
namespace {

using ::testing::StartsWith;

std::string fault_of(const std::string& name) {
  return message_of([&] { make_network({name, {32, 32, 3}, 10}); });
}

TEST(SpecText, GivesWhatWasTypedAndElseTheUsual) {
  SpecText text("convnet+width=64+norm=batch");
  EXPECT_EQ(text.name(), "convnet");
  EXPECT_EQ(text.number("width", 128, 1, 4096), 64);
  EXPECT_EQ(text.number("depth", 3, 1, 8), 3);
  EXPECT_EQ(text.norm(NormKind::instance), NormKind::batch);
  EXPECT_NO_THROW(text.require_all_asked());
}

TEST(SpecText, FaultsNameTheOptionAndTheNearestOne) {
  EXPECT_EQ(fault_of("convnet+widt=64"), "network 'convnet': unknown option 'widt' (did you mean 'width'?). It takes depth, width, norm");
  EXPECT_EQ(fault_of("convnet+norm=bach"),
            "network 'convnet': unknown norm 'bach' (did you mean 'batch'?). Choose one of none, instance, batch, layer, group");
  EXPECT_THAT(fault_of("convnet+width=wide"), StartsWith("network 'convnet': width 'wide' is not a whole number from 1 to 4096"));
  EXPECT_THAT(fault_of("convnet+depth=0"), StartsWith("network 'convnet': depth '0' is not a whole number from 1 to 8"));
  EXPECT_THAT(fault_of("convnet+width"), StartsWith("network 'convnet': 'width' is not an option with a value"));
  EXPECT_THAT(fault_of("convnet+width=8+width=16"), StartsWith("network 'convnet': option 'width' is given twice"));
  EXPECT_THAT(fault_of("convnet+width=6+norm=group"),
              StartsWith("network 'convnet+width=6+norm=group': norm 'group' cannot cut 6 channels"));
  EXPECT_THAT(fault_of("convnet3+depth=4"), StartsWith("network 'convnet3': unknown option 'depth'"));
  EXPECT_EQ(fault_of("quick+width=8"), "network 'quick': unknown option 'width'. It takes none");
  EXPECT_THAT(fault_of("convne+width=8"), StartsWith("unknown network 'convne'; did you mean 'convnet'?"));
}

}  // namespace
}  // namespace decant::nn
