#include <retrograd/onnx/import/windows.h>

#include <algorithm>
#include <limits>

namespace retrograd::onnx::detail {

bool Windows::has_padding() const {
  const auto is_zero = [](std::int64_t value) { return value == 0; };
  return !std::ranges::all_of(before, is_zero) || !std::ranges::all_of(after, is_zero);
}

namespace {

// Larger ones would overflow products, and no tensor is as long.
constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();

Ints list_of(const NodeCall& call, std::string_view name, std::size_t rank, std::int64_t otherwise,
             std::int64_t least) {
  Ints values = call.integers(name);
  if (values.empty()) {
    values.assign(rank, otherwise);
  }
  if (values.size() != rank || std::ranges::min(values) < least ||
      std::ranges::max(values) > most) {
    call.refuse("attribute {} does not fit {} spatial dimensions [onnx-input]", name, rank);
  }
  return values;
}

}  // namespace

Windows windows_of(const NodeCall& call, const Shape& x, Ints kernel) {
  const std::size_t rank = kernel.size();
  if (rank == 0 || x.size() != rank + 2 || std::ranges::min(kernel) < 1 ||
      std::ranges::max(kernel) > most) {
    call.refuse("a window of {} dimensions for an input of {} [onnx-input]", rank, x.size());
  }
  Windows windows{std::move(kernel), list_of(call, "strides", rank, 1, 1),
                  list_of(call, "dilations", rank, 1, 1), Ints(rank, 0), Ints(rank, 0)};
  const std::string automatic = call.text("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    for (std::size_t i = 0; i < rank; ++i) {
      const std::int64_t stride = windows.stride[i];
      const std::int64_t count = (x[i + 2] + stride - 1) / stride;
      const std::int64_t pads =
          std::max<std::int64_t>((count - 1) * stride + windows.reach(i) - x[i + 2], 0);
      windows.before[i] = automatic == "SAME_UPPER" ? pads / 2 : pads - pads / 2;
      windows.after[i] = pads - windows.before[i];
    }
  } else if (call.has_attribute("pads") && automatic != "VALID") {
    const Ints pads = call.integers("pads");
    if (pads.size() != 2 * rank || std::ranges::min(pads) < -most ||
        std::ranges::max(pads) > most) {
      call.refuse("{} pads for {} spatial dimensions, or one too large [onnx-input]", pads.size(),
                  rank);
    }
    windows.before.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(rank));
    windows.after.assign(pads.begin() + static_cast<std::ptrdiff_t>(rank), pads.end());
  }
  return windows;
}

Tensor pad_spatial(const Tensor& x, const Ints& before, const Ints& after, Scalar value) {
  Ints padding;
  for (std::size_t i = before.size(); i-- > 0;) {
    padding.push_back(before[i]);
    padding.push_back(after[i]);
  }
  const auto is_zero = [](std::int64_t each) { return each == 0; };
  return std::ranges::all_of(padding, is_zero) ? x : pad(x, padding, {.value = value});
}

}  // namespace retrograd::onnx::detail
