#include "decant/formats/imagefolder/split_lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/open.h"
#include "decant/formats/parquet/parquet_for_tests.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Files = std::vector<std::pair<std::string, std::string>>;  // name and content; of pictures "" will do

struct Listed : ScratchFolder {
  Listed(const std::string& name, const Files& files) : ScratchFolder(name) {
    for (const auto& [file, content] : files) add(file, content.empty() ? "x" : content);
  }
  Dataset open(const std::string& field = {}) const { return open_dataset(path.string(), {.label_field = field}, {}); }
};

/// "cat:0 dog:1" of the training rows: name of the class and number, or "-".
std::string labels_in(const Rows& rows, const std::vector<std::string>& names) {
  std::string text;
  for (const int32_t label : labels_of(rows))
    text += (text.empty() ? "" : " ") + (label < 0 ? "-" : names.empty() ? std::to_string(label) : names[static_cast<size_t>(label)]);
  return text;
}

std::string training_labels(const std::string& name, const Files& files, const std::string& field = {}) {
  const Dataset dataset = Listed(name, files).open(field);
  return labels_in(dataset.train(), dataset.classes);
}

const Files kThree = {{"train/1.jpg", ""}, {"train/2.jpg", ""}, {"train/3.jpg", ""}};

Files three_and(const Files& more) {
  Files files = kThree;
  files.insert(files.end(), more.begin(), more.end());
  return files;
}

TEST(SplitLists, WhatIsReadIsNotIgnored) {
  const std::string line = "{\"file_name\": \"1.jpg\", \"label\": 1}\n";
  const auto ignored = [](const std::string& name, const Files& files) {
    std::string text;
    for (const Oddity& oddity : Listed(name, files).open().oddities) {
      if (oddity.what.find("picture extension") != std::string::npos) text += oddity.what;
    }
    return text;
  };
  EXPECT_EQ(ignored("alone", three_and({{"train/metadata.jsonl", line}})), "");
  EXPECT_EQ(ignored("with", three_and({{"train/metadata.jsonl", line}, {"train/notes.md", "x"}})),
            "1 file does not have a picture extension and is ignored");
  EXPECT_EQ(ignored("unread", three_and({{"train/notes.md", "x"}, {"train/more.md", "x"}})),
            "2 files do not have a picture extension and are ignored");
  EXPECT_EQ(ignored("carried", {{"cat/1.jpg", ""}, {"dog/1.jpg", ""}, {"metadata.csv", "file_name,x\ncat/1.jpg,y\n"}}), "");
  EXPECT_EQ(ignored("at_the_top", three_and({{"train.csv", "id,label\n1,a\n2,b\n3,a\n"}, {"train/notes.md", "x"}})),
            "1 file does not have a picture extension and is ignored");
}

TEST(SplitLists, MetadataOfHuggingFaceLabelsPictures) {
  EXPECT_EQ(
      training_labels("numbers", three_and({{"train/metadata.jsonl",
                                             "{\"file_name\": \"2.jpg\", \"label\": 4, \"x\": NaN}\n\n"
                                             "{\"label\": 0.0, \"file_name\": \"1.jpg\"}\r\n{\"file_name\": \"3.jpg\", \"label\": -1}"}})),
      "0 4 -");
  EXPECT_EQ(training_labels("names",
                            three_and({{"train/metadata.jsonl",
                                        "{\"file_name\": \"1.jpg\", \"labels\": \"dog\"}\n{\"file_name\": \"2.jpg\", \"labels\": \"cat\"}\n"
                                        "{\"file_name\": \"3.jpg\", \"labels\": null}\n"}})),
            "dog cat -");
  EXPECT_EQ(training_labels("csv", three_and({{"train/metadata.csv",
                                               "\xef\xbb\xbf"
                                               "text,file_name,Label\r\n\"a, b\",1.jpg,x\r\nc,2.jpg,y\r\nd,./3.jpg,x\r\n"}})),
            "x y x");
  EXPECT_EQ(training_labels("below", {{"train/images/1.jpg", ""},
                                      {"train/images/2.jpg", ""},
                                      {"train/metadata.csv", "file_name,label\nimages/1.jpg,b\nimages/2.jpg,a\n"}}),
            "b a")
      << "one folder is no class where a list says otherwise";
  EXPECT_EQ(training_labels("root", {{"1.jpg", ""}, {"2.jpg", ""}, {"metadata.csv", "file_name,label\n1.jpg,1\n2.jpg,0\n"}}), "1 0");
}

TEST(SplitLists, NumbersHaveTheNamesOfTheirClassLabel) {
  const std::string info = R"({"features": {"label": {"names": ["cat", "dog", "owl"], "_type": "ClassLabel"}}})";
  const Files files = {{"train/1.jpg", ""},
                       {"train/2.jpg", ""},
                       {"train/metadata.csv", "file_name,label\n1.jpg,1\n2.jpg,0\n"},
                       {"test/1.jpg", ""},
                       {"test/metadata.csv", "file_name,label\n1.jpg,2\n"},
                       {"dataset_info.json", info}};
  const Listed set("hf_names", files);
  const Dataset dataset = set.open();
  EXPECT_THAT(dataset.classes, ElementsAre("cat", "dog", "owl"));
  EXPECT_THAT(labels_of(dataset.train()), ElementsAre(1, 0));
  EXPECT_THAT(labels_of(*dataset.splits.at(Split::test)), ElementsAre(2));
  EXPECT_THAT(oddities_of(dataset), Contains(HasSubstr("names of the classes are read from it (label)")));

  Listed more("hf_names_few", files);
  more.add("train/metadata.csv", "file_name,label\n1.jpg,3\n2.jpg,0\n");
  EXPECT_THAT(more.open().classes, IsEmpty());
  EXPECT_THAT(oddities_of(more.open()), Contains(HasSubstr("names 3 classes of 'label', and 3 is one too")));
  more.add("dataset_info.json", R"({"features": {"label": {"names": ["a", "a", "b", "c"]}}})");
  EXPECT_THAT(more.open().classes, IsEmpty());
  EXPECT_THAT(oddities_of(more.open()), Contains(HasSubstr("the same name or none")));
}

TEST(SplitLists, SplitsShareTheClasses) {
  const Listed set("splits", {{"train/1.jpg", ""},
                              {"train/2.jpg", ""},
                              {"train/metadata.csv", "file_name,label\n1.jpg,dog\n2.jpg,cat\n"},
                              {"test/1.jpg", ""},
                              {"test/metadata.csv", "file_name,label\n1.jpg,dog\n"},
                              {"val/9.jpg", ""}});
  const Dataset dataset = set.open();
  EXPECT_THAT(dataset.classes, ElementsAre("cat", "dog"));
  EXPECT_THAT(labels_of(*dataset.splits.at(Split::test)), ElementsAre(1));
  EXPECT_EQ(dataset.splits.at(Split::validation)->targets(), nullptr);
  EXPECT_THAT(oddities_of(dataset), Contains(HasSubstr("labels of the training pictures are read from it (label)")));
}

TEST(SplitLists, KeptLinesAreWrittenByteForByte) {
  const std::string header =
      "\xef\xbb\xbf"
      "file_name,label,text\r\n";
  const std::string second = "2.jpg,cat,\"two\nlines, \"\"quoted\"\"\"\r\n";
  const std::string third = "3.jpg,dog,  no break ";
  const Listed set("kept", three_and({{"train/metadata.csv", header + "1.jpg,cat,one\r\n" + second + third}, {"train/README.md", "x"}}));
  const Dataset dataset = set.open();
  const ScratchFolder out("written");
  const int64_t bytes = dataset.writer->write(std::vector<int64_t>{1, 2}, out.path);
  EXPECT_EQ(read_text(out.path / "train/metadata.csv"), header + second + third);
  EXPECT_EQ(bytes, static_cast<int64_t>(2 + header.size() + second.size() + third.size()));
  const Dataset small = open_dataset(out.path.string(), {}, {});
  EXPECT_EQ(labels_in(small.train(), small.classes), "cat dog");

  const ScratchFolder both("both");
  Listed unordered("unordered", three_and({{"train.csv", "name.jpg,none\n3.jpg,a\n2.jpg,b\n1.jpg,a"}}));
  unordered.open().writer->write(std::vector<int64_t>{0, 2}, both.path);
  EXPECT_EQ(read_text(both.path / "train.csv"), "3.jpg,a\n1.jpg,a");
}

/// metadata.parquet: a caption next to each name.
std::string parquet_list(const std::vector<std::string>& names, const std::string& label, const std::vector<parquet::Cell>& labels,
                         bool text) {
  parquet::MadeFile made{.columns = {{.name = "file_name", .cells = {names.begin(), names.end()}, .text = true},
                                     {.name = "caption", .cells = {names.begin(), names.end()}, .text = true},
                                     {.name = label, .type = text ? parquet::Physical::bytes : parquet::Physical::int64, .cells = labels}}};
  made.columns.back().text = text;
  return parquet::ParquetMaker(std::move(made)).make();
}

TEST(SplitLists, MetadataInParquetLabelsPicturesAndGoesWithThem) {
  using parquet::number_bytes;
  const std::vector<std::string> names = {"2.jpg", "1.jpg", "3.jpg"};
  const std::string numbers = parquet_list(names, "label", {number_bytes(4), number_bytes(0), std::nullopt}, false);
  EXPECT_EQ(training_labels("pq_numbers", three_and({{"train/metadata.parquet", numbers}})), "0 4 -");
  const std::string words = parquet_list(names, "kind", {"dog", "cat", "dog"}, true);
  EXPECT_EQ(training_labels("pq_words", three_and({{"train/metadata.parquet", words}}), "kind"), "cat dog dog");
  const ScratchFolder out("pq_written");
  Listed set("pq_set", three_and({{"train/metadata.parquet", words}}));
  set.open("kind").writer->write(std::vector<int64_t>{0, 2}, out.path);
  const Dataset kept = open_dataset(out.path.string(), {.label_field = "kind"}, {});
  EXPECT_EQ(labels_in(kept.train(), kept.classes), "cat dog");
  const Dataset table = open_dataset((out.path / "train/metadata.parquet").string(), {.text = "caption"}, {});
  ASSERT_EQ(table.train().size(), 2);
  std::vector<std::byte> scratch;
  EXPECT_EQ(as_text(table.train().bytes(0, scratch)), R"({"file_name": "1.jpg", "caption": "1.jpg", "kind": "cat"})");
}

TEST(SplitLists, MetadataInParquetThatGivesNoLabelsSaysWhy) {
  const auto said = [](const std::string& name, const std::string& content) {
    std::string text;
    for (const Oddity& oddity : Listed(name, three_and({{"train/metadata.parquet", content}})).open().oddities) text += oddity.what + "\n";
    return text;
  };
  const std::vector<std::string> names = {"1.jpg", "2.jpg", "3.jpg"};
  EXPECT_THAT(said("pq_column", parquet_list(names, "breed", {"a", "b", "a"}, true)), HasSubstr("no column that is known as a label"));
  const std::string whole = parquet_list(names, "label", {"a", "b", "a"}, true);
  EXPECT_THAT(said("pq_cut", whole.substr(0, whole.size() / 2)), HasSubstr("may hold labels and is not read"));
  EXPECT_THAT(said("pq_others", parquet_list({"x.jpg", "y.jpg", "z.jpg"}, "label", {"a", "b", "a"}, true)),
              HasSubstr("names none of the pictures"));
}

TEST(SplitLists, MetadataGoesWithPicturesThatFoldersLabel) {
  const Listed set(
      "captions",
      {{"train/cat/1.jpg", ""},
       {"train/dog/2.jpg", ""},
       {"train/metadata.jsonl", "{\"file_name\": \"cat/1.jpg\", \"text\": \"one\"}\n{\"file_name\": \"dog/2.jpg\", \"text\": \"two\"}\n"}});
  const Dataset dataset = set.open();
  EXPECT_THAT(dataset.classes, ElementsAre("cat", "dog"));
  const ScratchFolder out("written");
  dataset.writer->write(std::vector<int64_t>{1}, out.path);
  EXPECT_EQ(read_text(out.path / "train/metadata.jsonl"), "{\"file_name\": \"dog/2.jpg\", \"text\": \"two\"}\n");
}

TEST(SplitLists, TablesOfPathAndClassLabelPictures) {
  EXPECT_EQ(training_labels("kaggle", three_and({{"labels.csv", "id,breed\n1,pug\n3,pug\n2,boxer\n"}, {"test/1.jpg", ""}})),
            "pug boxer pug")
      << "ids without an ending";
  EXPECT_EQ(training_labels("plain", three_and({{"list.csv", "train/1.jpg,5\ntrain/2.jpg,6\ntrain/3.jpg,5\n"}})), "5 6 5");
  EXPECT_EQ(training_labels("tsv", three_and({{"list.tsv", "category\timage\na b\t1.jpg\nc\t2.jpg\na b\t3.jpg\n"}})), "a b c a b");
  EXPECT_EQ(training_labels("text", three_and({{"train/list.txt", "1.jpg 1\n2.jpg 0\n3.jpg 1\n"}})), "1 0 1");
  EXPECT_EQ(training_labels(
                "solution",
                three_and({{"LOC_solution.csv", "ImageId,PredictionString\n1,n02 85 1 9 2\n2,n01 1 2 3 4\n3,n02 1 1 1 1 n02 2 2 2 2\n"}})),
            "n02 n01 n02");
}

TEST(SplitLists, LabelFieldSaysWhichColumnOrField) {
  const Files files = three_and({{"train.csv", "id,kind,label\n1,x,0\n2,y,0\n3,x,1\n"}});
  EXPECT_EQ(training_labels("known", files), "0 0 1");
  EXPECT_EQ(training_labels("named", files, "kind"), "x y x");
  EXPECT_EQ(training_labels("number", three_and({{"train.csv", "1.jpg,a,7\n2.jpg,b,8\n3.jpg,c,7\n"}}), "3"), "7 8 7");
  EXPECT_EQ(training_labels("nested", {{"1.jpg", ""}, {"metadata.jsonl", R"({"file_name": "1.jpg", "a": {"b": "deep"}})"}}, "a.b"), "deep");
  EXPECT_EQ(training_labels("over_folders", {{"x/1.jpg", ""}, {"y/2.jpg", ""}, {"metadata.csv", "file_name,label\nx/1.jpg,b\ny/2.jpg,a\n"}},
                            "label"),
            "b a");
  EXPECT_THAT(message_of([&] { training_labels("wrong", files, "nobody"); }),
              HasSubstr("no list of the training pictures has a label called 'nobody'. train.csv: has no column 'nobody'"));
  EXPECT_THAT(message_of([] { training_labels("no_list", kThree, "label"); }), HasSubstr("Expected a .csv, .tsv or .jsonl"));
}

TEST(SplitLists, ImageNetAndTinyImageNetLabelTheirValidationPictures) {
  const Files train = {{"train/n01/1.JPEG", ""}, {"train/n02/1.JPEG", ""}};
  const auto validation = [&](const std::string& name, const Files& more) {
    Files files = train;
    files.insert(files.end(), more.begin(), more.end());
    const Dataset dataset = Listed(name, files).open();
    for (const Oddity& oddity : dataset.oddities) EXPECT_THAT(oddity.what, testing::Not(HasSubstr("is not a class")));
    return labels_in(*dataset.splits.at(Split::validation), dataset.classes);
  };
  EXPECT_EQ(validation("tiny", {{"val/images/val_0.JPEG", ""},
                                {"val/images/val_1.JPEG", ""},
                                {"val/val_annotations.txt", "val_0.JPEG\tn02\t0\t32\t44\t62\nval_1.JPEG\tn01\t2\t3\t4\t5\n"}}),
            "n02 n01");
  const Files flat = {{"val/v_1.JPEG", ""}, {"val/v_2.JPEG", ""}};
  EXPECT_EQ(validation("synsets", {flat[0], flat[1], {"imagenet_validation_synset_labels.txt", "n02\nn01\n"}}), "n02 n01");
  EXPECT_EQ(validation("caffe", {flat[0], flat[1], {"val.txt", "v_1.JPEG 1\nv_2.JPEG 0\n"}}), "n02 n01") << "numbers are places of classes";
  EXPECT_EQ(validation("ids", {flat[0], flat[1], {"ILSVRC2012_validation_ground_truth.txt", "2\n1\n"}}), "- -")
      << "the ids of ImageNet are in no order of names";
  EXPECT_EQ(training_labels("alone", {{"1.JPEG", ""}, {"2.JPEG", ""}, {"x_ground_truth.txt", "490\n361\n"}}), "490 361");
}

TEST(SplitLists, SaysWhyAListIsNotUsed) {
  const auto said = [](const std::string& name, const Files& more) {
    const Dataset dataset = Listed(name, three_and(more)).open();
    EXPECT_EQ(dataset.train().targets(), nullptr) << name;
    std::string text;
    for (const Oddity& oddity : dataset.oddities) text += oddity.warns ? oddity.what + "\n" : "";
    return text;
  };
  EXPECT_THAT(said("captions", {{"labels.csv", "image,text\n1.jpg,a\n2.jpg,b\n3.jpg,c\n"}}),
              testing::AllOf(HasSubstr("its column 'text' has 3 values for 3 pictures"), HasSubstr("--label-field")));
  EXPECT_THAT(said("twice", {{"labels.csv", "image,label\n1.jpg,a\n1.jpg,b\n2.jpg,a\n3.jpg,a\n"}}),
              HasSubstr("names '1.jpg' twice, as 'a' and as 'b'"));
  EXPECT_THAT(said("score", {{"labels.csv", "image,label\n1.jpg,0.5\n2.jpg,1\n3.jpg,0\n"}}), HasSubstr("'0.5' is no whole number"));
  EXPECT_THAT(said("boxes", {{"train/metadata.jsonl", "{\"file_name\": \"1.jpg\", \"label\": [1, 2]}\n"}}),
              HasSubstr("the field \"label\" of line 1 is a list and no class"));
  EXPECT_THAT(said("broken", {{"train/metadata.jsonl", "{\"file_name\": \"1.jpg\", \"label\": 1}\n{\n"}}),
              HasSubstr("line 2 is not a JSON object"));
  EXPECT_THAT(said("few", {{"labels.csv", "image,label\n1.jpg,1\n"}}), HasSubstr("names 1 of 3 pictures"));
  EXPECT_THAT(said("others", {{"labels.csv", "image,label\n7.jpg,1\n"}}), HasSubstr("names none of the pictures"));
  EXPECT_THAT(said("wide", {{"labels.csv", std::string(5000, ',') + "\n1.jpg,2\n"}}), HasSubstr("has 5001 columns"));
  EXPECT_THAT(said("header", {{"labels.csv", "image,label\n"}}), HasSubstr("has a header and no lines"));
  EXPECT_THAT(said("none", {{"sample_submission.csv", "image,label\n1.jpg,0\n2.jpg,0\n3.jpg,0\n"}}), HasSubstr("may hold labels"));
  const Dataset ambiguous = Listed("ambiguous", {{"a/1.jpg", ""}, {"a/b/1.jpg", ""}, {"labels.csv", "image,label\n1.jpg,1\n"}}).open();
  EXPECT_THAT(oddities_of(ambiguous), Contains(HasSubstr("names '1.jpg', which is the name of two pictures (a/1.jpg and a/b/1.jpg)")));
}

}  // namespace
}  // namespace decant
