#include "decant/formats/packed/packed.h"

#include "decant/base/errors.h"
#include "decant/formats/packed/packed_codec.h"
#include "decant/formats/packed/packed_file.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr const char* kExtension = ".packed";

class PackedRows : public Rows, public Pictures, public Targets {
 public:
  explicit PackedRows(const fs::path& path)
      : file_(path), view_(file_.bytes(), path.string()), model_(packed::read_model(view_.model(), view_.name())) {}

  int64_t size() const override { return view_.size(); }
  std::string key(int64_t row) const override { return view_.key(row); }
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return view_.record(row); }
  int64_t stored_bytes() const override { return static_cast<int64_t>(file_.bytes().size()); }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return view_.labelled() ? this : nullptr; }
  int32_t label(int64_t row) const override { return view_.label(row); }

  void decode(int64_t row, Image& image) const override { packed::decode_record(model_, parsed(row), image); }
  std::optional<ImageSize> fixed_size() const override { return view_.fixed_size(); }
  std::optional<PatchMask> mask(int64_t row) const override { return parsed(row).mask; }
  PictureBytes stored_as() const override { return PictureBytes::coded; }

  const packed::PackedView& view() const { return view_; }

 private:
  packed::Record parsed(int64_t row) const { return packed::parse_record(view_.record(row), view_.fixed_size(), view_.key(row)); }

  MappedFile file_;
  packed::PackedView view_;
  packed::Model model_;
};

class PackedSubsetWriter : public SubsetWriter {
 public:
  PackedSubsetWriter(std::shared_ptr<const PackedRows> rows, std::string file) : rows_(std::move(rows)), file_(std::move(file)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    Stage stage(context, "copying", std::ssize(rows), "records");
    const packed::PackedView& view = rows_->view();
    packed::PackedFileWriter writer(folder / file_, view.fixed_size());
    for (const int64_t row : rows) {
      writer.add(view.record(row), view.label(row), view.key(row));
      stage.advance();
    }
    return writer.commit(view.model(), view.classes());
  }

 private:
  std::shared_ptr<const PackedRows> rows_;
  std::string file_;
};

fs::path file_of(const fs::path& folder, Split split) {
  return folder / (std::string(name_of(split)) + kExtension);
}

bool is_file(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

}  // namespace

bool looks_like_packed(const fs::path& path) {
  return path.extension() == kExtension ? is_file(path) : is_file(file_of(path, Split::train));
}

Dataset open_packed(const fs::path& path) {
  const bool single = is_file(path);
  const fs::path file = single ? path : file_of(path, Split::train);
  Dataset dataset;
  dataset.format = "packed";
  dataset.root = path;
  const auto train = std::make_shared<const PackedRows>(file);
  dataset.splits[Split::train] = train;
  dataset.classes = train->view().classes();
  dataset.writer = std::make_shared<PackedSubsetWriter>(train, single ? "train.packed" : file.filename().string());
  for (const Split split : {Split::validation, Split::test}) {
    if (!single && is_file(file_of(path, split))) dataset.splits[split] = std::make_shared<const PackedRows>(file_of(path, split));
  }
  return dataset;
}

}  // namespace decant
