// Convolutions, and sums over windows.
#include <retrograd/onnx/export/table.h>
#include <retrograd/ops/size.h>

namespace retrograd::onnx::writing {

namespace {

bool has_batch(const Step& s) {
  return s.rank(0) == s.rank(1);
}

// The input with a batch of one sample, if it has none.
Value batched(Builder& b, const Step& s) {
  return has_batch(s) ? s.in(0) : b.node("Unsqueeze", {s.in(0), b.ints({0})});
}

Value unbatched(Builder& b, const Step& s, const Value& y) {
  return has_batch(s) ? y : b.node("Squeeze", {y, b.ints({0})});
}

// Pads of both ends, from an argument that is sizes or a mode.
Ints pads(const Step& s, std::size_t i, const Ints& kernel, const Ints& dilation) {
  if (s.is_list(i)) {
    return twice(s.ints(i));
  }
  Ints before;
  Ints after;
  const bool is_same = s.integer(i) == static_cast<std::int64_t>(PadMode::same);
  for (std::size_t d = 0; d < kernel.size(); ++d) {
    const std::int64_t all = is_same ? dilation[d] * (kernel[d] - 1) : 0;
    before.push_back(all / 2);
    after.push_back(all - all / 2);
  }
  before.insert(before.end(), after.begin(), after.end());
  return before;
}

// Of the batched input, by the filters of argument 1; the options begin with argument `at`.
Value convolved(Builder& b, const Step& s, const Value& bias, std::size_t at, std::int64_t groups) {
  const Ints weight = s.lengths(1);
  const Ints kernel(weight.begin() + 2, weight.end());
  const Ints dilation = s.ints(at + 2);
  return b.node("Conv", {batched(b, s), s.in(1), bias},
                {with("dilations", dilation), with("group", groups), with("kernel_shape", kernel),
                 with("pads", pads(s, at + 1, kernel, dilation)), with("strides", s.ints(at))});
}

// x, weight, bias; stride, padding, dilation, groups.
Values conv(Builder& b, const Step& s, const Row& row) {
  const Value y = convolved(b, s, s.in(2), 3, s.integer(6));
  return {unbatched(b, s, row.op.ends_with("_relu") ? b.node("Relu", {y}) : y)};
}

// x, both weights, both biases; stride, padding, dilation, 1.
Values separable_conv(Builder& b, const Step& s, const Row& /*row*/) {
  const Ints lengths = s.lengths(0);
  const std::int64_t channels = lengths[lengths.size() - 3];
  const Value between = b.node("Relu", {convolved(b, s, s.in(3), 5, channels)});
  return {unbatched(b, s, b.node("Relu", {b.node("Conv", {between, s.in(2), s.in(4)})}))};
}

// x, weight, bias; stride, padding, output_padding, groups, dilation.
Values conv_transpose(Builder& b, const Step& s, const Row& /*row*/) {
  const Ints weight = s.lengths(1);
  const Ints stride = s.ints(3);
  Ints added = s.ints(5);
  Ints pads = twice(s.ints(4));
  for (std::size_t d = 0; d < stride.size(); ++d) {
    std::int64_t& after = pads[stride.size() + d];
    if (added[d] < stride[d]) {
      continue;
    }
    if (added[d] > after) {  // programs take less than the stride, a shorter padding does the same
      throw Refused{"an output_padding of the stride or more is longer than the padding"};
    }
    after -= added[d];
    added[d] = 0;
  }
  const Value y =
      b.node("ConvTranspose", {batched(b, s), s.in(1), s.in(2)},
             {with("dilations", s.ints(7)), with("group", s.integer(6)),
              with("kernel_shape", Ints(weight.begin() + 2, weight.end())),
              with("output_padding", added), with("pads", pads), with("strides", stride)});
  return {unbatched(b, s, y)};
}

constexpr Row kRows[] = {
    {"conv1d", conv},
    {"conv1d_relu", conv},
    {"conv2d", conv},
    {"conv2d_relu", conv},
    {"conv3d", conv},
    {"conv3d_relu", conv},
    {"conv_transpose1d", conv_transpose},
    {"conv_transpose2d", conv_transpose},
    {"conv_transpose3d", conv_transpose},
    {"separable_conv2d_relu", separable_conv},
};

}  // namespace

std::span<const Row> convolution_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
