#ifdef RETROGRAD_WITH_ONEDNN
#include <algorithm>

#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd::kernels::onednn {

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
std::int64_t columns_unread(const ConvShape& shape) {
  const std::int64_t reach = (shape.output[2] - 1) * shape.stride[2] +
                             (shape.kernel[2] - 1) * shape.dilation[2] + 1 - shape.pad_before[2];
  return shape.input[2] - reach;
}

// Convolutions of images in full blocks of channels, of which thousands drawn at random had the
// reference's weight gradient.
bool is_ordinary(const ConvShape& shape) {
  const Spatial& k = shape.kernel;
  const Spatial& s = shape.stride;
  return shape.spatial_rank == 2 && shape.groups == 1 && shape.in_channels % 16 == 0 &&
         shape.out_channels % 16 == 0 && all(shape.dilation, 1) && !any_above(k, 7) &&
         !any_above(s, 2) && s[1] <= k[1] && s[2] <= k[2] && shape.pad_before == shape.pad_after &&
         shape.pad_before[1] < k[1] && shape.pad_before[2] < k[2] && shape.input[1] >= 4 &&
         shape.input[2] >= 4 && !any_above(shape.input, 64);
}

// What oneDNN computes wrongly, or overruns its memory for: found by comparing several hundred
// thousand convolutions with the reference kernel, for each instruction set and with guarded
// memory, on version 2.6.3, and a hundred thousand on 3.7.2 (tests/kernels/search_onednn.cpp),
// which has the older faults too. Later versions are not trusted until somebody has done the same.
bool known_bad(Pass pass, const ConvShape& shape) {
  // 1x1, strided, fewer input channels than the implementation's block (8 with AVX2, 16 with
  // AVX-512): scratch memory is overrun; with AVX2 the result is wrong too.
  // https://github.com/uxlfoundation/oneDNN/issues/6035
  if (pass == Pass::weight_grad && all(shape.kernel, 1) && any_above(shape.stride, 1) &&
      shape.in_channels / shape.groups < 16) {
    return true;
  }
  // One column of output, one channel of input in a group, strided columns: wrong in 3.7.
  if (pass == Pass::forward && shape.output[2] == 1 && shape.stride[2] > 1 &&
      shape.in_channels == shape.groups) {
    return true;
  }
  // One column of input, strided and dilated columns: 3.7 crashes.
  if (pass == Pass::forward && shape.input[2] == 1 && shape.stride[2] > 1 &&
      shape.dilation[2] > 1) {
    return true;
  }
  if (shape.dtype != bfloat16) {
    return false;
  }
  // Wrong for strides wider than the input, and for some wide inputs of any stride.
  if (pass == Pass::weight_grad) {
    return !is_ordinary(shape);
  }
  // 1x1, an odd number of output channels: scratch memory is read that nobody wrote.
  if (pass == Pass::input_grad && all(shape.kernel, 1) &&
      shape.out_channels / shape.groups % 2 != 0) {
    return true;
  }
  if (pass != Pass::forward) {
    return false;
  }
  // Odd and more than one block of 32: some of them call a kernel that was never made, and crash.
  const std::int64_t channels = shape.in_channels / shape.groups;
  if (channels > 32 && channels % 2 != 0) {
    return true;
  }
  // Padding on the left and columns left over on the right: scratch memory is overrun.
  return shape.pad_before[2] > 0 && columns_unread(shape) > 0;
}

bool is_empty(const ConvShape& shape) {
  return shape.batch == 0 || shape.in_channels == 0 || shape.out_channels == 0 ||
         any_below(shape.input, 1) || any_below(shape.output, 1) || any_below(shape.kernel, 1);
}

}  // namespace

bool supports(Pass pass, const ConvShape& shape) {
  return (shape.dtype == float32 || shape.dtype == bfloat16) && !is_empty(shape) &&
         !any_below(shape.pad_before, 0) && !any_below(shape.pad_after, 0) &&
         !known_bad(pass, shape);
}

}  // namespace retrograd::kernels::onednn
#endif
