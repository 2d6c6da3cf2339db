#include "decant/train/dynamics.h"

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/npy/npy.h"

namespace decant::train {

Dynamics read_dynamics(const std::filesystem::path& folder, int64_t rows) {
  Dynamics::Records records{};
  auto owners = std::make_shared<std::vector<std::shared_ptr<const void>>>();
  std::vector<int64_t> shape;
  for (size_t i = 0; i < kDynamicCount; ++i) {
    const auto file = folder / (std::string(kDynamicNames[i]) + ".npy");
    if (!std::filesystem::exists(file)) throw InputError({file.string(), "", "is not there", "Name a folder that `decant scores` wrote"});
    const NpyArray array = open_npy(file);
    if (array.type != ElementType::f16 || array.shape.size() != 2 || array.shape[0] < 1 || array.shape[1] < 1)
      throw InputError({file.string(), "", "is not float16 of shape (epochs, rows)", "Name a folder that `decant scores` wrote"});
    if (rows >= 0 && array.shape[1] != rows)
      throw InputError({file.string(), "", fmt::format("has {} rows, but the data set has {}", array.shape[1], rows),
                        "Record the dynamics on this data set"});
    if (shape.empty()) shape = array.shape;
    if (array.shape != shape)
      throw InputError({file.string(), "",
                        fmt::format("is {} × {}, but the record next to it is {} × {}", array.shape[0], array.shape[1], shape[0], shape[1]),
                        "Record the dynamics again"});
    if (reinterpret_cast<uintptr_t>(array.data.data()) % alignof(uint16_t) != 0)
      throw InputError({file.string(), "", "has misaligned values", "Save it again with numpy.save"});
    records[i] = reinterpret_cast<const uint16_t*>(array.data.data());
    owners->push_back(array.owner);
  }
  return {shape[0], shape[1], records, owners};
}

void write_dynamics(const Dynamics& dynamics, const std::filesystem::path& folder) {
  const int64_t shape[] = {dynamics.epochs(), dynamics.rows()};
  for (size_t i = 0; i < kDynamicCount; ++i) {
    FileWriter writer(folder / (std::string(kDynamicNames[i]) + ".npy"));
    writer.write(npy_header(ElementType::f16, shape));
    writer.write(std::as_bytes(dynamics.halves(static_cast<Dynamic>(i))));
    writer.commit();
  }
}

}  // namespace decant::train
