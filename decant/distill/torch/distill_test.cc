// The loop and its run: the same bytes, stopped and gone on with, and what it refuses.
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <atomic>
#include <gmock/gmock.h>
#include <limits>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/test_support.h"
#include "decant/distill/torch/distill_for_tests.h"
#include "decant/distill/torch/interrupt_for_tests.h"
#include "decant/distill/torch/loop.h"
#include "decant/distill/torch/run.h"

namespace decant::distill {
namespace {

/// A method for each source of networks.
const std::vector<std::string> kSources = {"dm", "dc+inner=3+updates=2", "idc+inner=3+updates=2", "idm+interval=2+networks=3+updates=2",
                                           "ncfm+interval=2+networks=2+updates=1+frequencies=8"};

DistillOptions seven_steps(const std::string& method) {
  DistillOptions options;
  options.method = method;
  options.net = "convnet+width=4+depth=2";
  options.steps = 7;
  options.real_batch = 4;
  options.per_class = 2;
  options.augment = "none";
  options.seed = 3;
  return options;
}

/// A set, and distillations of it.
struct Workshop {
  Distilled distill_with(const DistillOptions& options, const std::filesystem::path& folder = {}, const Context& context = {.threads = 1}) {
    return distill({.options = options,
                    .rows = &rows,
                    .subset = subset,
                    .classes = 3,
                    .digest = "lines",
                    .folder = folder,
                    .overwrite = overwrite,
                    .budget = budget},
                   context);
  }

  MemoryRows rows = lined_rows(30);
  Subset subset = Subset::all(30);
  bool overwrite = false;
  double budget = 0;
};

/// What a run says.
struct Heard final : LogSink {
  void log(LogLevel, std::string_view message) override { text += std::string(message) + "\n"; }
  std::string text;
};

TEST(Distill, GivesTheSameForTheSameSeed) {
  Workshop workshop;
  for (const std::string& method : kSources) {
    const Distilled once = workshop.distill_with(seven_steps(method));
    const Distilled again = workshop.distill_with(seven_steps(method));
    EXPECT_EQ(once.set.pixels, again.set.pixels) << method;
    EXPECT_EQ(once.losses, again.losses) << method;
    DistillOptions other = seven_steps(method);
    other.seed = 4;
    EXPECT_NE(workshop.distill_with(other).set.pixels, once.set.pixels) << method;
    EXPECT_NE(once.set.pixels, once.stages.front().pixels) << method;
  }
}

TEST(Distill, GoesOnWhereItWasStopped) {
  Workshop workshop;
  for (const std::string& method : kSources) {
    const Distilled whole = workshop.distill_with(seven_steps(method));
    for (const int64_t steps : {1, 4}) {
      const std::filesystem::path folder = fresh_folder("run");
      StopAfter sink(steps);
      const Context stops{.threads = 1, .progress = &sink, .cancel = &sink.stop};
      EXPECT_THROW(workshop.distill_with(seven_steps(method), folder, stops), Cancelled);
      const Distilled rest = workshop.distill_with(seven_steps(method), folder);
      EXPECT_EQ(rest.steps_before, steps) << method;
      EXPECT_GT(rest.seconds_before, 0) << method;
      EXPECT_EQ(rest.set.pixels, whole.set.pixels) << method;
      EXPECT_EQ(rest.losses, whole.losses) << method;
      ASSERT_EQ(rest.stages.size(), 2U);
      EXPECT_EQ(rest.stages[1].pixels, whole.stages[1].pixels) << method;
    }
  }
}

TEST(Distill, StaysInTheRangeUnlessToldOtherwise) {
  Workshop workshop;
  for (const std::string method : {"dm", "dm+factor=2", "dm+hallucinators=2"}) {
    DistillOptions options = seven_steps(method);
    options.rate = 1000;
    options.projection = "on";
    const Distilled inside = workshop.distill_with(options);
    EXPECT_GE(inside.synthetic.least, -1e-5) << method;
    EXPECT_LE(inside.synthetic.most, 1 + 1e-5) << method;
    options.projection = "off";
    EXPECT_GT(workshop.distill_with(options).synthetic.most, 1.5) << method;
  }
}

TEST(Distill, MayLeaveTheRangeUntilItIsFinished) {
  Workshop workshop;
  DistillOptions options = seven_steps("dm");
  options.rate = 1000;
  const Distilled usual = workshop.distill_with(options);
  options.projection = "end";
  EXPECT_EQ(workshop.distill_with(options).set.pixels, usual.set.pixels) << "as dm has it";
  options.projection = "off";
  Distilled free = workshop.distill_with(options);
  EXPECT_EQ(free.losses, usual.losses) << "nothing is cut off on the way";
  ASSERT_GT(free.synthetic.most, 1.5);
  for (float& value : free.set.pixels) value = std::clamp(value, 0.0F, 1.0F);
  EXPECT_EQ(usual.set.pixels, free.set.pixels);
  options.projection = "often";
  expect_says(message_of([&] { workshop.distill_with(options); }), {"projection", "'often' is not known", "Use on, end or off"});
}

/// A rate that falls makes its first step as the constant one does, and none of the later ones.
TEST(Distill, ScheduleIsAsAskedFor) {
  Workshop workshop;
  DistillOptions options = seven_steps("dm");
  const Distilled usual = workshop.distill_with(options);
  options.schedule = "constant";
  EXPECT_EQ(workshop.distill_with(options).set.pixels, usual.set.pixels);
  options.schedule = "linear";
  const Distilled falling = workshop.distill_with(options);
  EXPECT_EQ(falling.losses[1], usual.losses[1]);
  EXPECT_NE(falling.set.pixels, usual.set.pixels);
  options.schedule = "slow";
  expect_says(message_of([&] { workshop.distill_with(options); }), {"schedule", "slow"});
}

TEST(Distill, StoresWhatIsPartOfTheSetAlone) {
  Workshop workshop;
  const Distilled tiles = workshop.distill_with(seven_steps("ncfm+frequencies=8"));
  ASSERT_EQ(tiles.set.factors.size(), 1U);
  EXPECT_EQ(tiles.set.factors[0].shape, (std::vector<int64_t>{6, 1, 8, 8}));
  EXPECT_EQ(tiles.set.per_class, 8);
  EXPECT_EQ(tiles.set.pixels.size(), 24U * 64);
  EXPECT_EQ(workshop.distill_with(seven_steps("dm+hallucinators=2")).set.factors.size(), 5U);
}

TEST(Distill, RefusesTheCheckpointOfOtherOptions) {
  Workshop workshop;
  const std::filesystem::path folder = fresh_folder("run");
  workshop.distill_with(seven_steps("dm"), folder);
  DistillOptions other = seven_steps("dm");
  other.rate = 0.5;
  expect_says(message_of([&] { workshop.distill_with(other, folder); }), {"state.safetensors", "other options", "--overwrite"});
  expect_says(message_of([&] { workshop.distill_with(seven_steps("dc"), folder); }), {"other options"});
  workshop.overwrite = true;
  EXPECT_EQ(workshop.distill_with(other, folder).steps_before, 0);
  EXPECT_EQ(workshop.distill_with(other, folder).steps_before, 7) << "its own checkpoint counts all the same";
}

TEST(Distill, RefusesATeacherThatNobodyLooksThrough) {
  Workshop workshop;
  DistillOptions options = seven_steps("dm");
  options.teacher.epochs = 3;
  expect_says(message_of([&] { workshop.distill_with(options); }), {"teacher", "no effect on dm", "sre2l"});
}

TEST(Distill, SaysThatALaterBudgetHasNoEffect) {
  Workshop workshop;
  workshop.budget = 1;
  DistillOptions options = seven_steps("dm");
  options.steps = 0;
  const std::filesystem::path folder = fresh_folder("run");
  StopAfter sink(1);
  Heard first;
  EXPECT_THROW(workshop.distill_with(options, folder, {.threads = 1, .progress = &sink, .log = &first, .cancel = &sink.stop}), Cancelled);
  workshop.budget = 3600;
  Heard second;
  const Distilled rest = workshop.distill_with(options, folder, {.threads = 1, .log = &second});
  EXPECT_EQ(rest.steps_before, 1);
  EXPECT_THAT(first.text, testing::HasSubstr(fmt::format("(--steps {} repeats this run)", rest.steps)));
  expect_says(second.text, {"goes on after step 1 of", "--budget has no effect any more"});
}

TEST(Distill, SaysThatGreyPicturesAreNotMirrored) {
  Workshop workshop;
  DistillOptions options = seven_steps("dsa");
  for (const auto& [augment, said] : {std::pair("", true), {"dsa", false}, {"none", false}}) {
    options.augment = augment;
    Heard heard;
    workshop.distill_with(options, {}, {.threads = 1, .log = &heard});
    EXPECT_EQ(heard.text.find("without its mirror") != std::string::npos, said) << augment;
  }
}

/// A loss that is no number from its third step on.
struct Diverging final : Objective {
  Tensor loss(const Step& step, const Fetched&, const Sides& sides) const override {
    const double factor = step.number < 2 ? 1 : std::numeric_limits<double>::quiet_NaN();
    return sides.synthetic.pictures.square().sum() * factor;
  }
};

TEST(Distill, StopsWhereTheObjectiveIsNoNumber) {
  static const std::string name =
      add_method({.facts = {"diverging", "", "", ""},
                  .usual = [](const DistillOptions&) { return Usual{.rate = 0.01}; },
                  .make =
                      [](const Setting& setting, nn::SpecText& own) {
                        return Parts{setting.synthetic(own), nullptr, sample_per_class(setting.real, 2), std::make_unique<Diverging>()};
                      }})
          .facts.name;
  Workshop workshop;
  const std::filesystem::path folder = fresh_folder("run");
  const std::string message = message_of([&] { workshop.distill_with(seven_steps(name), folder); });
  expect_says(message, {"step 2 of 7", "not a finite number", "--rate 0.001", "state.safetensors"});
  SmallWorld world;
  world.options = seven_steps(name);
  // What is kept is what two steps left: S · (1 − 2 · rate)…, finite.
  const std::string again = message_of([&] { workshop.distill_with(seven_steps(name), folder); });
  EXPECT_EQ(again, message);
}

/// One step class by class moves S as the gradient of the sum over all classes in one graph does.
TEST(Loop, StreamsTheGradientOfTheWholeSum) {
  SmallWorld world;
  const Parts parts = world.parts("dc");
  const Step step = world.step(0, 1);
  const nn::State state = drawn_network(step);
  const Tensor before = parts.synthetic->learnt_named("pictures").detach().clone();
  Tensor sum;
  for (int64_t c = 0; c < 3; ++c) {
    const Sides sides{.synthetic = parts.synthetic->of_class(c), .real = parts.real->of_class(c, step.random("real", c))};
    const Tensor own = parts.objective->loss(step, {.networks = {state}}, sides);
    sum = sum.defined() ? sum + own : own;
  }
  const Tensor gradient = torch::autograd::grad({sum}, {parts.synthetic->learnt_named("pictures")})[0];
  const LoopOptions options{
      .steps = 1, .rate = 0.1, .optimizer = "momentum", .schedule = "constant", .project = false, .seed = world.options.seed};
  Loop loop(parts, options, *world.network, world.real, world.context);
  EXPECT_NEAR(loop.step(), sum.item<double>(), 1e-4);
  const Tensor moved = parts.synthetic->learnt_named("pictures").detach() - before;
  EXPECT_LT((moved + 0.1 * gradient).abs().max().item<double>(), 1e-6);
  EXPECT_GT(gradient.abs().max().item<double>(), 1e-3);
}

TEST(Checkpoint, OfOtherNetworksIsRefused) {
  SmallWorld world;
  const Parts parts = world.parts("idm");
  parts.networks->fetch(world.step());
  Tensors memory = parts.networks->memory();
  parts.networks->restore(world.step(1), memory);
  EXPECT_TRUE(at::equal(parts.networks->memory()[0], memory[0]));
  memory.erase(memory.begin());
  expect_says(message_of([&] { parts.networks->restore(world.step(1), memory); }), {"other networks"});
}

}  // namespace
}  // namespace decant::distill
