// Pictures in turns: what a group learns does not depend on the others, and a run that is stopped
// anywhere ends in the same bytes.
#include "decant/distill/torch/turns.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/test_support.h"
#include "decant/distill/torch/curriculum.h"
#include "decant/distill/torch/distill_for_tests.h"
#include "decant/distill/torch/gradient_checks_for_tests.h"
#include "decant/distill/torch/interrupt_for_tests.h"
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/run.h"
#include "decant/distill/torch/teachers.h"
#include "decant/nn/weights.h"

namespace decant::distill {
namespace {

/// Rows, and distillations of them through teachers that are trained once for all tests of the
/// file.
struct Studio {
  static const std::filesystem::path& cache() {
    static const std::filesystem::path folder = scratch_root() / "teachers of turns";
    return folder;
  }
  static DistillOptions options(const std::string& method, int per_class = 4, int64_t steps = 21) {
    return {.method = method,
            .per_class = per_class,
            .net = "convnet+width=4+depth=2",
            .steps = steps,
            .seed = 3,
            .teacher = {.net = "quick", .epochs = 60}};
  }
  Distilled distill_with(const DistillOptions& asked, const std::filesystem::path& folder = {},
                         const Context& context = {.threads = 1}) const {
    return distill({.options = asked, .rows = &rows, .subset = subset, .classes = 3, .digest = "lines", .folder = folder, .cache = cache()},
                   context);
  }

  MemoryRows rows = lined_rows(60, 3);
  Subset subset = Subset::all(60);
};

const std::vector<std::string> kInTurns = {"sre2l", "sre2l+together=2", "cda", "fadrm+legs=2+rows=9", "ccfs+share=0.5+filter=20"};
const std::vector<std::string> kAsOne = {"cim", "rded+factor=2+rows=20", "pca"};

TEST(Turns, GiveTheSameForTheSameSeed) {
  const Studio studio;
  std::vector<std::string> all = kInTurns;
  all.insert(all.end(), kAsOne.begin(), kAsOne.end());
  for (const std::string& method : all) {
    const Distilled once = studio.distill_with(Studio::options(method));
    const Distilled again = studio.distill_with(Studio::options(method));
    EXPECT_EQ(once.set.pixels, again.set.pixels) << method;
    EXPECT_EQ(once.losses, again.losses) << method;
    EXPECT_GE(once.synthetic.least, -1e-5) << method;
    EXPECT_LE(once.synthetic.most, 1 + 1e-5) << method;
    EXPECT_NE(once.words.find("quick"), std::string::npos) << "it looks through the teacher: " << once.words;
  }
}

TEST(Turns, GoOnWhereTheyWereStopped) {
  const Studio studio;
  std::vector<std::string> all = kInTurns;
  all.emplace_back("cim");
  for (const std::string& method : all) {
    const Distilled whole = studio.distill_with(Studio::options(method));
    for (const int64_t steps : {1, 5, 10, 20}) {  // 21 steps in 2, 4 or 8 turns: within one, and between two
      const std::filesystem::path folder = fresh_folder("run");
      StopAfter sink(steps, "distill");
      const Context stops{.threads = 1, .progress = &sink, .cancel = &sink.stop};
      EXPECT_THROW(studio.distill_with(Studio::options(method), folder, stops), Cancelled);
      const Distilled rest = studio.distill_with(Studio::options(method), folder);
      EXPECT_EQ(rest.steps_before, steps) << method;
      EXPECT_EQ(rest.set.pixels, whole.set.pixels) << method << " stopped after " << steps;
      EXPECT_EQ(rest.losses, whole.losses) << method << " stopped after " << steps;
    }
  }
}

/// Stopped where one turn has ended and the next has not begun, by whoever keeps the checkpoint.
TEST(Turns, MayBeStoppedBetweenTwo) {
  const Studio studio;
  const std::filesystem::path folder = fresh_folder("run");
  StopAfter sink(8, "distill");  // of 16 in four turns
  const Context stops{.threads = 1, .progress = &sink, .cancel = &sink.stop};
  EXPECT_THROW(studio.distill_with(Studio::options("sre2l", 4, 16), folder, stops), Cancelled);
  const Distilled rest = studio.distill_with(Studio::options("sre2l", 4, 16), folder);
  EXPECT_EQ(rest.steps_before, 8);
  EXPECT_EQ(rest.set.pixels, studio.distill_with(Studio::options("sre2l", 4, 16)).set.pixels);
}

/// The first group of a run is what a run of that group alone makes, from the same start.
TEST(Turns, DoNotSeeOneAnother) {
  const Studio studio;
  const Distilled four = studio.distill_with(Studio::options("sre2l", 4, 20));
  const size_t picture = 8 * 8 * 3;
  ASSERT_EQ(four.stages.size(), 2U);
  for (size_t i = 0; i < 12; ++i) {
    const auto of = [&](const SyntheticSet& set) {
      return std::vector(set.pixels.begin() + i * picture, set.pixels.begin() + (i + 1) * picture);
    };
    // Half-way two of four turns are over: pictures 0 and 1 of each class are as they will be, 2
    // and 3 as they were.
    EXPECT_EQ(of(four.stages[1]) == of(four.set), i % 4 < 2) << i;
    EXPECT_EQ(of(four.stages[1]) == of(four.stages[0]), i % 4 >= 2) << i;
  }
}

TEST(Turns, AreRefusedWithFewerSteps) {
  const Studio studio;
  expect_says(message_of([&] { studio.distill_with(Studio::options("sre2l", 4, 3)); }),
              {"steps", "3 are too few", "4 groups", "--steps 4"});
  expect_says(message_of([&] { studio.distill_with(Studio::options("fadrm", 4, 15)); }),
              {"15 are too few", "each in 4 stretches", "--steps 16"});
  expect_says(message_of([&] { studio.distill_with(Studio::options("sre2l+together=3", 4, 30)); }),
              {"together", "groups of 3", "4 pictures"});
}

TEST(Turns, AreRefusedTheCheckpointOfAnotherTeacher) {
  const Studio studio;
  const SmallWorld world(3, "convnet+width=4+depth=2", 60);
  const std::filesystem::path weights = fresh_path("teacher.safetensors");
  const auto save = [&](uint64_t seed) {
    const Teachers made = make_teachers({.net = "quick", .epochs = 60}, world.real, seed, Studio::cache(), true, "sre2l", world.context);
    nn::save_weights(*made[0].network, made[0].state, weights);
  };
  save(1);
  DistillOptions options = Studio::options("sre2l");
  options.teacher.weights = weights.string();
  const std::filesystem::path folder = fresh_folder("run");
  studio.distill_with(options, folder);
  EXPECT_EQ(studio.distill_with(options, folder).steps_before, 21);
  save(2);  // under the same name
  expect_says(message_of([&] { studio.distill_with(options, folder); }), {"other options"});
}

/// Half-way, where the first of two legs is over, pictures are as far from what it learnt as asked.
TEST(Fadrm, LeadsPicturesBackToTheirCrops) {
  const Studio studio;
  DistillOptions options = Studio::options("fadrm+legs=2+share=1+rows=9", 1, 4);
  const Distilled back = studio.distill_with(options);
  const std::vector<float>& crops = back.stages[0].pixels;
  for (size_t i = 0; i < crops.size(); ++i) ASSERT_NEAR(back.stages[1].pixels[i], crops[i], 1e-6);
  EXPECT_NE(back.set.pixels, back.stages[1].pixels) << "the last leg is not led back";
  options.method = "fadrm+legs=2+share=0+rows=9";
  const Distilled away = studio.distill_with(options);
  EXPECT_NE(away.stages[1].pixels, crops);
  options.method = "fadrm+legs=2+rows=9";
  const Distilled half = studio.distill_with(options);
  for (size_t i = 0; i < crops.size(); ++i) ASSERT_NEAR(half.stages[1].pixels[i], (away.stages[1].pixels[i] + crops[i]) / 2, 1e-5);
}

/// The rate goes on falling from one leg to the next: that of the second begins where the first
/// ended.
TEST(Fadrm, FallsOverAllLegs) {
  const Studio studio;
  DistillOptions options = Studio::options("fadrm+legs=2+share=0+rows=9+statistics=0", 1, 8);
  options.projection = "off";
  const Distilled falling = studio.distill_with(options);
  options.schedule = "constant";
  const Distilled constant = studio.distill_with(options);
  EXPECT_EQ(falling.losses[1], constant.losses[1]);
  const auto moved = [](const Distilled& made) {
    double sum = 0;
    for (size_t i = 0; i < made.set.pixels.size(); ++i) sum += std::abs(made.set.pixels[i] - made.stages[1].pixels[i]);
    return sum;
  };
  EXPECT_LT(moved(falling), 0.6 * moved(constant)) << "a quarter, on average, in the second half of a cosine";
}

TEST(Fadrm, TakesTeachersInTurn) {
  const Studio studio;
  DistillOptions options = Studio::options("fadrm+legs=2+rows=9", 2, 8);
  const Distilled one = studio.distill_with(options);
  options.teacher.net = "quick,convnet+width=8+depth=2+norm=batch";
  const Distilled two = studio.distill_with(options);
  EXPECT_EQ(one.losses[0], two.losses[0]);
  EXPECT_NE(one.losses[1], two.losses[1]);
}

/// What is learnt of S, and real rows of the class for the rest.
TEST(Ccfs, FillsUpWithRowsOfTheClass) {
  const Studio studio;
  const SmallWorld world(3, "convnet+width=4+depth=2", 60);
  const Distilled made = studio.distill_with(Studio::options("ccfs+share=0.25+filter=20", 8, 10));
  std::set<int64_t> seen;
  for (int64_t i = 0; i < 24; ++i) {
    std::vector<int64_t> shown;
    for (const int64_t number : world.real.of_class(i / 8)) {
      const Tensor pixels = world.real.in_pixels(world.real.batch(std::span(&number, 1)).pictures).flatten().contiguous();
      if (std::equal(pixels.data_ptr<float>(), pixels.data_ptr<float>() + 192, made.set.pixels.data() + i * 192)) shown.push_back(number);
    }
    EXPECT_EQ(shown.size(), i % 8 < 2 ? 0U : 1U) << "picture " << i;
    seen.insert(shown.begin(), shown.end());
  }
  EXPECT_EQ(seen.size(), 18U) << "no row twice";
}

/// A filter that knows nothing leaves every row that the teacher has right: the easiest come.
TEST(Curriculum, TakesTheEasiestOfWhatIsMissing) {
  const SmallWorld world(3, "convnet+width=4+depth=2", 60);
  const FrozenTeacher teacher =
      make_teachers({.net = "quick", .epochs = 60}, world.real, 3, Studio::cache(), false, "ccfs", world.context).front();
  const c10::NoGradGuard no_grad;
  Tensor pictures = world.setting().first_pictures(5).clone();
  const Tensor before = pictures.clone();
  const std::vector<int64_t> rows =
      fill_with_rows(pictures, 0, world.real, teacher, {.rounds = 1, .net = "quick", .updates = 5}, 1, world.context);
  ASSERT_EQ(rows.size(), 15U);
  const Tensor logits = teacher.logits(world.real.batch(rows).pictures);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_TRUE(at::equal(pictures[static_cast<int64_t>(i)], world.real.batch(std::span(&rows[i], 1)).pictures[0]));
    const auto own = world.real.of_class(static_cast<int>(i / 5));
    EXPECT_EQ(std::ranges::count(own, rows[i]), 1) << "of its class";
    EXPECT_EQ(logits[static_cast<int64_t>(i)].argmax(0).item<int64_t>(), static_cast<int64_t>(i / 5)) << "the teacher knows it";
  }
  expect_says(message_of([&] {
                Tensor many = at::cat({before, before, before, before, before});
                fill_with_rows(many, 0, world.real, teacher, {.rounds = 1, .net = "quick", .updates = 5}, 1, world.context);
              }),
              {"20 rows, fewer than the 25"});
}

/// CIM's objective in float64, class by class as the loop asks for it.
TEST(Cim, HasTheGradientOfFiniteDifferences) {
  SmallWorld world(3);
  for (const char* net : {"quick", "convnet+width=4+depth=2"}) {
    world.options.teacher = {.net = net, .epochs = 60};
    Setting setting = world.setting();
    setting.cache = Studio::cache();
    world.options.method = "cim+depth=1";
    nn::SpecText own(world.options.method, "method");
    const Parts parts = feature_residuals().make(setting, own);
    FrozenTeacher teacher = *parts.networks->fetch(world.step()).teacher;
    for (Tensors* tensors : {&teacher.state.parameters, &teacher.state.buffers}) {
      for (Tensor& tensor : *tensors) tensor = tensor.to(at::kDouble);
    }
    Sides sides{.synthetic = parts.synthetic->of_class(1), .real = parts.real->of_class(1, Random(1))};
    ASSERT_EQ(sides.synthetic.pictures.size(0), sides.real.pictures.size(0));
    sides.real.pictures = sides.real.pictures.to(at::kDouble);
    sides.synthetic.pictures = sides.synthetic.pictures.detach().to(at::kDouble).set_requires_grad(true);
    expect_slopes([&] { return parts.objective->loss(world.step(), {.teacher = &teacher}, sides); }, {sides.synthetic.pictures});
    // Each cell is its own picture, shrunk: equal pictures are at no distance.
    sides.synthetic.pictures = sides.real.pictures;
    EXPECT_EQ(parts.objective->loss(world.step(), {.teacher = &teacher}, sides).item<double>(), 0);
  }
}

/// Easiest rows, cells moved towards what the teacher makes of the rows themselves.
TEST(Cim, BringsCellsNearerToTheirPictures) {
  const Studio studio;
  const Distilled made = studio.distill_with(Studio::options("cim", 2, 60));
  EXPECT_EQ(made.set.per_class, 8);
  EXPECT_LT(made.losses.back(), 0.9F * made.losses.front());
}

/// Another objective in turns is a few lines.
struct Brightening final : Objective {
  Tensor loss(const Step&, const Fetched&, const Sides& sides) const override { return -sides.synthetic.pictures.sum(); }
  bool wants_real() const override { return false; }
};

TEST(Turns, OfAMethodOfOnesOwn) {
  static const std::string name =
      add_method({.facts = {"brightening", "", "", ""},
                  .usual = [](const DistillOptions&) { return Usual{.steps = 8, .rate = 100}; },
                  .make = [](const Setting& setting,
                             nn::SpecText&) { return Parts{.synthetic = setting.pixels(), .objective = std::make_unique<Brightening>()}; },
                  .turns = [](const Setting& setting, nn::SpecText&) { return Turns{.groups = setting.options.per_class, .together = 1}; }})
          .facts.name;
  const Studio studio;
  DistillOptions options = Studio::options(name, 4, 4);
  options.teacher = {};
  const Distilled made = studio.distill_with(options);
  for (const float value : made.set.pixels) ASSERT_NEAR(value, 1, 1e-5);
}

}  // namespace
}  // namespace decant::distill
