// An ONNX file: onnx::load(), and a call with ones where the inputs are small.
#include <string>

#include <retrograd/onnx/detail/proto.h>
#include <retrograd/onnx/load.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

#include "fuzz.h"

namespace rg = retrograd;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  static const fuzz::Folder folder;
  const std::string_view text = fuzz::text_of(data, size);
  file.write(text);
  {
    constexpr std::size_t growth = 64;  // a node of two bytes is a structure
    const fuzz::AllocationLimit limit(fuzz::allowed(size, growth));
    rg::onnx::detail::ModelProto model;
    if (!fuzz::succeeds([&] { model = rg::onnx::detail::parse(text, file.path()); })) {
      return 0;
    }
    const std::string again = rg::onnx::detail::serialise(model);
    fuzz::require(rg::onnx::detail::serialise(rg::onnx::detail::parse(again, "again")) == again,
                  "another model after writing");
    fuzz::succeeds([&] { rg::onnx::load(file.path()); });
  }
  fuzz::succeeds([&] {
    rg::onnx::Network net = rg::onnx::load(file.path());
    net.save(folder / "copy.onnx");
    rg::onnx::load(folder / "copy.onnx");
  });
  return 0;
}
