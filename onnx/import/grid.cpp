// Images at positions of a grid.
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

Outputs grid_sample_of(NodeCall& call) {
  const std::string mode = call.text("mode", "linear");
  const std::string padding = call.text("padding_mode", "zeros");
  const bool is_cubic = mode == "cubic" || mode == "bicubic";
  return {grid_sample(call.in(0), call.in(1),
                      {.mode = mode == "nearest" ? InterpolateMode::nearest
                               : is_cubic        ? InterpolateMode::bicubic
                                                 : InterpolateMode::bilinear,
                       .padding_mode = padding == "border"       ? GridPadding::border
                                       : padding == "reflection" ? GridPadding::reflection
                                                                 : GridPadding::zeros,
                       .align_corners = call.integer("align_corners", 0) != 0})};
}

Outputs affine_grid_of(NodeCall& call) {
  return {affine_grid(call.in(0), Shape(call.ints(1)), call.integer("align_corners", 0) != 0)};
}

constexpr Importer importers[] = {
    {"AffineGrid", affine_grid_of},
    {"GridSample", grid_sample_of},
};

}  // namespace

std::span<const Importer> grid_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
