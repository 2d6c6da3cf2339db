// A data set as rows, and its pictures in batches.
#include <memory>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include "decant/base/errors.h"
#include "decant/formats/open.h"
#include "decant/loader/picture_batches.h"
#include "decant/pipeline/run/input.h"

#include "apps/python/arrays.h"
#include "apps/python/bindings.h"
#include "apps/python/options.h"
#include "apps/python/work.h"

namespace decant::python {
namespace {

namespace nb = nanobind;

class OpenDataset {
 public:
  /// `fields`: of FieldOptions.
  OpenDataset(const std::string& path, const std::string& labels, const OptionTexts& fields, nb::object log)
      : path_(path), labels_(labels) {
    OptionTable table;
    fields_.declare(table);
    set_options(table, fields, "open");
    dataset_ = work({0, nb::none(), std::move(log)},
                    [&](const Context& context) { return open_dataset(path_, fields_.to_open(labels_), context); });
  }

  const Rows& train() const { return dataset_.train(); }
  int64_t size() const { return train().size(); }
  std::string format() const { return dataset_.format; }
  std::vector<std::string> classes() const { return dataset_.classes; }
  bool has_pictures() const { return train().pictures() != nullptr; }
  nb::object labels() const { return owned_array(labels_of(train())); }
  std::string key(int64_t row) const { return train().key(row); }

  nb::bytes bytes(int64_t row) const {
    std::vector<std::byte> scratch;
    const Bytes stored = train().bytes(row, scratch);
    return nb::bytes(stored.data(), stored.size());
  }

  nb::object image(int64_t row) const {
    Image picture;
    require_pictures(train(), path_).decode(row, picture);
    const ImageSize size = picture.size;
    return owned_array(std::move(picture.pixels),
                       {static_cast<size_t>(size.height), static_cast<size_t>(size.width), static_cast<size_t>(size.channels)});
  }

  /// As run.json has it: of every training row's key, label and bytes.
  std::string digest(int threads, nb::object progress, nb::object log) const {
    const InputOptions reading{.path = path_, .labels = labels_, .fields = fields_, .check = false};
    return work({threads, std::move(progress), std::move(log)},
                [&](const Context& context) { return read_input(reading, context).digest; });
  }

  std::shared_ptr<const Rows> shared_train() const { return dataset_.splits.at(Split::train); }

 private:
  std::string path_;
  std::string labels_;
  FieldOptions fields_;
  Dataset dataset_;
};

/// A share in the rows and the stream over them.
class Stream {
 public:
  Stream(const OpenDataset& dataset, const Vector<int64_t>& chosen, int side, int batch, int threads)
      : rows_(dataset.shared_train()),
        side_(static_cast<size_t>(side)),
        batches_(*rows_, {chosen.data(), chosen.data() + chosen.size()}, side, batch, {.threads = threads}) {}

  /// (pixels, rows, bad), or None after the last.
  nb::object next() {
    loader::PictureBatch batch;
    bool got = false;
    {
      const nb::gil_scoped_release release;
      got = batches_.next(batch);
    }
    if (!got) return nb::none();
    const size_t count = batch.rows.size();
    return nb::make_tuple(owned_array(std::move(batch.pixels), {count, side_, side_, 3}), owned_array(std::move(batch.rows)),
                          owned_array(std::move(batch.bad)));
  }

 private:
  std::shared_ptr<const Rows> rows_;
  size_t side_;
  loader::PictureBatches batches_;
};

}  // namespace

void bind_dataset(nb::module_& core) {
  nb::class_<OpenDataset>(core, "OpenDataset")
      .def(nb::init<const std::string&, const std::string&, const OptionTexts&, nb::object>(), nb::arg("path"), nb::arg("labels"),
           nb::arg("fields"), nb::arg("log").none())
      .def("size", &OpenDataset::size)
      .def("format", &OpenDataset::format)
      .def("classes", &OpenDataset::classes)
      .def("has_pictures", &OpenDataset::has_pictures)
      .def("labels", &OpenDataset::labels)
      .def("key", &OpenDataset::key, nb::arg("row"))
      .def("bytes", &OpenDataset::bytes, nb::arg("row"))
      .def("image", &OpenDataset::image, nb::arg("row"))
      .def("digest", &OpenDataset::digest, nb::arg("threads"), nb::arg("progress").none(), nb::arg("log").none());
  nb::class_<Stream>(core, "Stream")
      .def(nb::init<const OpenDataset&, const Vector<int64_t>&, int, int, int>(), nb::arg("dataset"), nb::arg("rows"), nb::arg("side"),
           nb::arg("batch"), nb::arg("threads"))
      .def("next", &Stream::next);
}

}  // namespace decant::python
