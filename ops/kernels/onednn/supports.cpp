#ifdef RETROGRAD_WITH_ONEDNN
#include <algorithm>

#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd::kernels::onednn {

bool available() noexcept {
  return true;
}

namespace {

bool any_above(const Spatial& sizes, std::int64_t most) {
  return std::any_of(sizes.begin(), sizes.end(), [=](std::int64_t size) { return size > most; });
}

bool all(const Spatial& sizes, std::int64_t value) {
  return std::all_of(sizes.begin(), sizes.end(), [=](std::int64_t size) { return size == value; });
}

bool any_below(const Spatial& sizes, std::int64_t least) {
  return std::any_of(sizes.begin(), sizes.end(), [=](std::int64_t size) { return size < least; });
}

// Columns of the input that no window reaches, because the last one ends before them.
std::int64_t columns_unread(const ConvGeometry& geometry) {
  const std::int64_t reach = (geometry.output[2] - 1) * geometry.stride[2] +
                             (geometry.kernel[2] - 1) * geometry.dilation[2] + 1 -
                             geometry.pad_before[2];
  return geometry.input[2] - reach;
}

// Convolutions of images in full blocks of channels, of which thousands drawn at random had the
// weight gradient of unfolded convolution.
bool is_ordinary(const ConvGeometry& geometry) {
  const Spatial& k = geometry.kernel;
  const Spatial& s = geometry.stride;
  return geometry.spatial_rank == 2 && geometry.groups == 1 && geometry.in_channels % 16 == 0 &&
         geometry.out_channels % 16 == 0 && all(geometry.dilation, 1) && !any_above(k, 7) &&
         !any_above(s, 2) && s[1] <= k[1] && s[2] <= k[2] &&
         geometry.pad_before == geometry.pad_after && geometry.pad_before[1] < k[1] &&
         geometry.pad_before[2] < k[2] && geometry.input[1] >= 4 && geometry.input[2] >= 4 &&
         !any_above(geometry.input, 64);
}

// What oneDNN computes wrongly, or overruns its memory for: found by comparing several hundred
// thousand convolutions with the unfolded ones, for each instruction set and with guarded
// memory, on version 2.6.3, and a hundred thousand on 3.7.2 (tests/kernels/search_onednn.cpp),
// which has the older faults too. Later versions are not trusted until somebody has done the same.
bool known_bad(Pass pass, const ConvGeometry& geometry) {
  // 1x1, strided, fewer input channels than the implementation's block (8 with AVX2, 16 with
  // AVX-512): scratch memory is overrun; with AVX2 the result is wrong too.
  // https://github.com/uxlfoundation/oneDNN/issues/6035
  if (pass == Pass::weight_grad && all(geometry.kernel, 1) && any_above(geometry.stride, 1) &&
      geometry.in_channels / geometry.groups < 16) {
    return true;
  }
  // One column of output, one channel of input in a group, strided columns: wrong in 3.7.
  if (pass == Pass::forward && geometry.output[2] == 1 && geometry.stride[2] > 1 &&
      geometry.in_channels == geometry.groups) {
    return true;
  }
  // One column of input, strided and dilated columns: 3.7 crashes.
  if (pass == Pass::forward && geometry.input[2] == 1 && geometry.stride[2] > 1 &&
      geometry.dilation[2] > 1) {
    return true;
  }
  if (geometry.dtype != bfloat16) {
    return false;
  }
  // Wrong for strides wider than the input, and for some wide inputs of any stride.
  if (pass == Pass::weight_grad) {
    return !is_ordinary(geometry);
  }
  // 1x1, an odd number of output channels: scratch memory is read that nobody wrote.
  if (pass == Pass::input_grad && all(geometry.kernel, 1) &&
      geometry.out_channels / geometry.groups % 2 != 0) {
    return true;
  }
  if (pass != Pass::forward) {
    return false;
  }
  // Odd and more than one block of 32: some of them call a kernel that was never made, and crash.
  const std::int64_t channels = geometry.in_channels / geometry.groups;
  if (channels > 32 && channels % 2 != 0) {
    return true;
  }
  // Padding on the left and columns left over on the right: scratch memory is overrun.
  return geometry.pad_before[2] > 0 && columns_unread(geometry) > 0;
}

bool is_empty(const ConvGeometry& geometry) {
  return geometry.batch == 0 || geometry.in_channels == 0 || geometry.out_channels == 0 ||
         any_below(geometry.input, 1) || any_below(geometry.output, 1) ||
         any_below(geometry.kernel, 1);
}

}  // namespace

bool supports(Pass pass, const ConvGeometry& geometry) {
  return (geometry.dtype == float32 || geometry.dtype == bfloat16) && !is_empty(geometry) &&
         !any_below(geometry.pad_before, 0) && !any_below(geometry.pad_after, 0) &&
         !known_bad(pass, geometry);
}

}  // namespace retrograd::kernels::onednn
#endif
