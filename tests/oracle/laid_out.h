// Tensors in several layouts of memory.
#pragma once

#include <string>

#include <retrograd/retrograd.h>

namespace oracle {

namespace rg = retrograd;

// The same values with channels innermost, or with gaps between them.
inline rg::Tensor laid_out(const rg::Tensor& x, const std::string& layout) {
  if (layout == "channels_last" && x.dim() >= 3) {
    return rg::empty_strided(x.shape(), rg::channels_last_strides(x.shape()), x.dtype()).copy_(x);
  }
  if (layout == "gapped") {
    rg::Strides strides = rg::contiguous_strides(x.shape());
    for (std::int64_t& stride : strides) {
      stride *= 2;
    }
    const rg::Tensor memory = rg::zeros({2 * x.numel() + 1}, {.dtype = x.dtype()});
    return rg::view_of(memory, x.shape(), strides, 1).copy_(x);
  }
  return x;
}

}  // namespace oracle
