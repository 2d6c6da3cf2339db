// A format: a text file whose lines are samples, labelled by their first character.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/open.h"

#include "tests/extending/lines.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

class LineRows final : public Rows, public Targets {
 public:
  explicit LineRows(const fs::path& path) : text_(read_text(path)) {
    for (size_t begin = 0; begin < text_.size(); begin += lines_.back().size() + 1) {
      lines_.push_back(std::string_view(text_).substr(begin, text_.find('\n', begin) - begin));
      if (!lines_.back().starts_with('+') && !lines_.back().starts_with('-'))
        throw InputError({path.string(), key(size() - 1), "has no label", "Begin every line with + or -"});
    }
  }

  int64_t size() const override { return std::ssize(lines_); }
  std::string key(int64_t row) const override { return "line " + std::to_string(row + 1); }
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return as_bytes(lines_[static_cast<size_t>(row)]); }
  int64_t stored_bytes() const override { return std::ssize(text_); }
  const Modality& modality() const override { return kLines; }
  const Targets* targets() const override { return this; }
  int32_t label(int64_t row) const override { return lines_[static_cast<size_t>(row)].front() == '+' ? 1 : 0; }

 private:
  std::string text_;
  std::vector<std::string_view> lines_;
};

struct LineWriter final : SubsetWriter {
  LineWriter(std::shared_ptr<const Rows> from, std::string file) : rows(std::move(from)), name(std::move(file)) {}
  int64_t write(std::span<const int64_t> kept, const fs::path& folder, const Context& context) const override {
    FileWriter file(folder / name);
    std::vector<std::byte> scratch;
    for (const int64_t row : kept) {
      context.check_cancelled();
      file.write(rows->bytes(row, scratch));
      file.write("\n");
    }
    file.commit();
    return file.written();
  }
  std::shared_ptr<const Rows> rows;
  std::string name;
};

Dataset open_lines(const fs::path& path, const OpenOptions&, const Context&) {
  const auto rows = std::make_shared<LineRows>(path);
  return {.format = "lines",
          .root = path,
          .classes = {"minus", "plus"},
          .splits = {{Split::train, rows}},
          .writer = std::make_shared<LineWriter>(rows, path.filename().string())};
}

const Format& lines_format = add_format({.name = "lines",
                                         .reads = "labelled lines (.lines)",
                                         .fits = [](const fs::path& path) { return path.extension() == ".lines"; },
                                         .open = open_lines});

TEST(AFormat, IsAFileAndALine) {
  const ScratchFolder folder("lines");
  const Dataset dataset = open_dataset(folder.add("x.lines", "+ a good one\n- a bad one\n+ fine\n"), {}, {});
  EXPECT_EQ(dataset.format, lines_format.name);
  EXPECT_THAT(keys_of(dataset.train()), testing::ElementsAre("line 1", "line 2", "line 3"));
  EXPECT_EQ(text_of(dataset.train(), 1), "- a bad one");
  EXPECT_EQ(dataset.writer->write(std::vector<int64_t>{0, 2}, fresh_folder("written")), 20);
  EXPECT_EQ(read_text(scratch_root() / "AFormat.IsAFileAndALine/written/x.lines"), "+ a good one\n+ fine\n");
  expect_says(message_of([&] { open_dataset(folder.add("y.lines", "+ a\nb\n"), {}, {}); }), {"y.lines", "line 2", "has no label"});
  expect_says(message_of([&] { open_dataset(folder.add("x.bin"), {}, {}); }), {"decant reads", "labelled lines (.lines)"});
}

}  // namespace
}  // namespace decant
