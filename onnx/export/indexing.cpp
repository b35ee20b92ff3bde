// Images in other sizes, and windows as columns.
#include <retrograd/onnx/export/table.h>
#include <retrograd/ops/resample.h>

namespace retrograd::onnx::detail {

namespace {

constexpr Row kRows[] = {
    {"", nullptr},
};

}  // namespace

std::span<const Row> indexing_rows() noexcept {
  return std::span(kRows).subspan(1);
}

}  // namespace retrograd::onnx::detail
