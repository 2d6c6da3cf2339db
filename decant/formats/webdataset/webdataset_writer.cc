#include "decant/formats/webdataset/webdataset_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/webdataset/tar.h"

namespace decant::webdataset {
namespace fs = std::filesystem;

namespace {

class WebDatasetWriter final : public SubsetWriter {
 public:
  WebDatasetWriter(std::shared_ptr<const WebDatasetRows> rows, ClassFile classes) : rows_(std::move(rows)), classes_(std::move(classes)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    return write_shards(rows, folder, nullptr, context);
  }

  int64_t rewrite(std::span<const int64_t> rows, const Rows& content, const fs::path& folder, const Context& context) const override {
    return write_shards(rows, folder, &content, context);
  }

  std::string file_of(int64_t row) const override { return rows_->shards()[rows_->shard_of(row)].name; }

 private:
  /// `content`: where the pictures are from; null = the shards themselves.
  int64_t write_shards(std::span<const int64_t> rows, const fs::path& folder, const Rows* content, const Context& context) const {
    Stage stage(context, content == nullptr ? "copying" : "writing pictures", static_cast<int64_t>(rows.size()), "samples");
    int64_t written = 0;
    while (!rows.empty()) {
      const size_t shard = rows_->shard_of(rows.front());
      const auto last = std::lower_bound(rows.begin(), rows.end(), rows_->first_row(shard + 1));
      const auto count = static_cast<size_t>(last - rows.begin());
      written += write_shard(shard, rows.first(count), folder, content, stage);
      rows = rows.subspan(count);
    }
    return written + write_class_file(classes_, folder);
  }

  int64_t write_shard(size_t number, std::span<const int64_t> rows, const fs::path& folder, const Rows* content, Stage& stage) const {
    const Shard& shard = rows_->shards()[number];
    const fs::path path = folder / shard.name;
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    if (code) throw IoError({path.string(), "", "cannot create the folder: " + code.message(), ""});
    FileWriter writer(path);
    std::vector<std::byte> scratch;
    for (const int64_t row : rows) {
      const Sample& sample = shard.samples[static_cast<size_t>(row - rows_->first_row(number))];
      if (content == nullptr)
        write_padded(writer, shard.part(sample.begin, sample.end - sample.begin));
      else
        write_with(writer, shard, sample, content->bytes(row, scratch));
      stage.advance();
    }
    writer.write(std::string(2 * kTarBlock, '\0'));
    writer.commit();
    return writer.written();
  }

  static void write_padded(FileWriter& writer, Bytes bytes) {
    writer.write(bytes);
    const auto size = std::ssize(bytes);
    writer.write(std::string(static_cast<size_t>(round_up_to_block(size) - size), '\0'));
  }

  /// The sample's members as they lie, but for the picture.
  static void write_with(FileWriter& writer, const Shard& shard, const Sample& sample, Bytes picture) {
    walk_tar(shard.part(sample.begin, sample.end - sample.begin), shard.name, [&](const TarMember& member) {
      const int64_t begin = sample.begin + member.begin;
      const int64_t data = sample.begin + member.data;
      if (data != sample.data) return write_padded(writer, shard.part(begin, sample.begin + member.end - begin));
      const auto headers = resized_headers(shard.part(begin, data - begin), std::ssize(picture));
      if (!headers)
        throw InputError({shard.name, fmt::format("member '{}'", member.name), "keeps its size in a pax header, and cannot get another",
                          "Use --to webdataset, which writes new headers"});
      writer.write(*headers);
      write_padded(writer, picture);
    });
  }

  std::shared_ptr<const WebDatasetRows> rows_;
  ClassFile classes_;
};

}  // namespace

std::shared_ptr<const SubsetWriter> make_writer(std::shared_ptr<const WebDatasetRows> rows, ClassFile classes) {
  return std::make_shared<WebDatasetWriter>(std::move(rows), std::move(classes));
}

}  // namespace decant::webdataset
