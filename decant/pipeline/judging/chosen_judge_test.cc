#include "decant/pipeline/judging/chosen_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/pipeline/judging/evaluate_options.h"

namespace decant {
namespace {

using testing::HasSubstr;

ChosenJudge chosen(const EvaluateOptions& options, const Modality& modality = modality::pictures) {
  return choose_judge(options, modality, {});
}

int64_t steps(const EvaluateOptions& options, int64_t rows) {
  const ChosenJudge judge = chosen(options);
  judge.judge->settle({.trainable = rows}, {});
  return judge.judge->steps();
}

TEST(ChooseJudge, GoesByTheKindOfData) {
  const EvaluateOptions options;
  EXPECT_EQ(chosen(options).protocol, "quick");
  EXPECT_EQ(chosen(options).nature, "a preview");
  EXPECT_THAT(chosen(options).nets, testing::ElementsAre("quick"));
  EXPECT_EQ(chosen(options, modality::vectors).protocol, "linear");
  EXPECT_THAT(chosen(options, modality::vectors).nets, testing::ElementsAre("linear"));
  EXPECT_EQ(chosen(options, modality::records).protocol, "texts");
  EXPECT_EQ(choose_judge(options, modality::records, {}, {}, /*taught=*/std::nullopt).protocol, "instructions");
  EXPECT_EQ(choose_judge(options, modality::vectors, {}, {}, /*taught=*/std::nullopt).protocol, "linear")
      << "which says that it needs labels";
}

TEST(ChooseJudge, NamesWhatDeparts) {
  EvaluateOptions options;
  options.judge.given = {{"steps", "500"}, {"batch", "16"}, {"momentum", "0.9"}, {"no-flip", "true"}};
  EXPECT_EQ(chosen(options).protocol, "quick (steps 500, batch 16, no-flip)") << "0.9 is the protocol's own";
  EXPECT_EQ(chosen(options).nature, "") << "how long is the user's choice";
  EXPECT_EQ(steps(options, 1000), 500);
  options.judge.given["epochs"] = "3";
  EXPECT_THAT(message_of<UsageError>([&] { chosen(options); }), HasSubstr("give one of the two"));
  options.judge.given = {{"epochs", "3"}};
  EXPECT_EQ(steps(options, 1000), 46);
  options.judge.given = {{"batch", "0"}};
  EXPECT_THROW(chosen(options), InputError);

  options.protocol = "paper";
  options.judge.given.clear();
  EXPECT_EQ(steps(options, 50000), 78125);
  EXPECT_THAT(chosen(options).judge->in_words(), HasSubstr("batch 128, sgd with peak rate 0.1 (cosine to zero, 0 % warm-up)"));
  options.judge.given = {{"steps", "2500"}};
  EXPECT_EQ(chosen(options).protocol, "paper (steps 2500)");
  EXPECT_EQ(steps(options, 50000), 2500);
}

TEST(ChooseJudge, TrainsAsTheSetsAskUnlessToldOtherwise) {
  EvaluateOptions options;
  const SetTraining asked{{{"steps", "500"}, {"batch", "16"}, {"net", "lenet"}}, "small/run.json"};
  EXPECT_EQ(choose_judge(options, modality::pictures, {}, asked).protocol, "quick (batch 16, steps 500)");
  EXPECT_THAT(choose_judge(options, modality::pictures, {}, asked).nets, testing::ElementsAre("lenet"));
  options.nets = "quick,mlp";
  options.judge.given = {{"steps", "2500"}};
  EXPECT_EQ(choose_judge(options, modality::pictures, {}, asked).protocol, "quick (batch 16)");
  EXPECT_THAT(choose_judge(options, modality::pictures, {}, asked).nets, testing::ElementsAre("quick", "mlp"));
  options.protocol = "linear";
  options.nets.clear();
  options.judge.given.clear();
  EXPECT_THAT(message_of([&] {
                choose_judge(options, modality::vectors, {}, {{{"steps", "9"}}, "small/run.json"});
              }),
              HasSubstr("small/run.json: training.steps: unknown training option 'steps'"));
}

TEST(ChooseJudge, RefusesWhatIsForAnother) {
  EvaluateOptions options{.full = "x"};
  options.judge.given = {{"steps", "9"}};
  EXPECT_EQ(message_of<UsageError>([&] { chosen(options, modality::vectors); }),
            "--steps has no effect on --nets linear, which is fitted to convergence; only --weight-decay and --seed apply");
  options.judge.given.clear();
  options.nets = "linear";
  EXPECT_THAT(message_of([&] { chosen(options); }), HasSubstr("x: holds pictures, but --nets linear works on vectors. Use --nets quick"));
  options.nets = "vit";
  EXPECT_THAT(message_of([&] { chosen(options, modality::vectors); }), HasSubstr("Use --nets linear"));
  options.protocol = "paper";
  EXPECT_THAT(message_of<UsageError>([&] { chosen(options, modality::vectors); }),
              HasSubstr("--protocol paper is for pictures, and x holds vectors"));
  options.protocol = "slow";
  EXPECT_THAT(message_of<UsageError>([&] { chosen(options); }),
              HasSubstr("unknown protocol 'slow'; choose from quick, long, paper, probe, linear"));
  EXPECT_THROW(require_some_judge(options), UsageError);
  options.protocol = "auto";
  options.nets = "conv-kmeans-linear";
  EXPECT_EQ(message_of<UsageError>([&] { chosen(options); }),
            "--nets conv-kmeans-linear is for --protocol probe; --protocol quick has networks such as quick");
}

/// A picture of each class, and a picture with a box.
TEST(ChooseJudge, SaysWhatIsWrongByTheDataThatAreJudged) {
  const ScratchFolder folder("kinds");
  for (const char* file : {"classes/cat/a.jpg", "classes/dog/b.jpg", "objects/a.jpg"}) folder.add(file);
  folder.add("objects/set.json", R"({"images": [{"id": 1, "file_name": "a.jpg", "width": 4, "height": 4}], "annotations": [
    {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 2]}], "categories": [{"id": 1, "name": "x"}]})");
  folder.add("texts.jsonl", "{\"text\": \"good\", \"label\": 1}\n{\"text\": \"bad\", \"label\": 0}\n");
  const auto says = [&](const std::string& set, const OptionTexts& given, const std::string& nets = "") {
    EvaluateOptions options{.full = (folder.path / set).string(), .nets = nets};
    options.judge.given = given;
    try {
      require_some_judge(options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const OptionTexts by_name = {{"normalise", "imagenet"}};
  for (const char* set : {"classes", "objects"})
    EXPECT_THAT(says(set, by_name),
                testing::AllOf(HasSubstr("'imagenet' is no mean and positive deviation"), HasSubstr("ImageNet's are 0.485,")));
  EXPECT_THAT(says("objects", by_name, "centre"), HasSubstr("'imagenet' is no mean")) << "and not that centre is for other data";
  EXPECT_THAT(says("objects", {{"backbone", "x"}, {"normalise", "imagenet"}}), HasSubstr("'imagenet' is no mean"));
  EXPECT_THAT(says("classes", {{"backbone", "x"}, {"normalise", "imagenet"}}), HasSubstr("--backbone has no effect on --nets quick"));
  EXPECT_THAT(says("objects", {{"backbone", "x"}, {"epochs", "3"}}), HasSubstr("--epochs has no effect on --nets centre"));
  EXPECT_THAT(says("texts.jsonl", by_name), HasSubstr("--normalise has no effect on --nets lsa-linear"));
  EXPECT_THAT(says("nowhere", by_name), HasSubstr("'imagenet' is no mean")) << "data that are not there have no kind";
  EXPECT_EQ(says("objects", {{"normalise", "0.5/0.5"}}, "centre"), "no error");
}

TEST(EvaluateOptions, HaveOneNameEach) {
  EvaluateOptions options;
  OptionTable table;
  options.declare(table);
  std::set<std::string> names;
  for (const Option& option : table.options()) EXPECT_TRUE(names.insert(option.name).second) << option.name;
  EXPECT_TRUE(names.contains("feature-epochs"));
  EXPECT_FALSE(names.contains("method"));
  table.find("image-size")->set("48");
  EXPECT_EQ(options.features.image_size, 48);
  EXPECT_EQ(options.judge.given.at("image-size"), "48");
  table.find("feature-epochs")->set("4");
  EXPECT_EQ(options.features.epochs, 4);
  EXPECT_THROW(table.find("steps")->set("many"), UsageError);
}

}  // namespace
}  // namespace decant
