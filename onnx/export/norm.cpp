// Normalisations.
#include <retrograd/onnx/export/table.h>

#include <cmath>

#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::writing {

namespace {

// A tensor of one value for each channel, for an input that is not there.
Value or_filled(Builder& b, const Value& given, const Ints& shape, double value, DType dtype) {
  return given.empty() ? b.constant(full(Shape(shape), value, {.dtype = dtype})) : given;
}

// (C, 1, 1 ...): what broadcasts along the channels.
Value along_channels(Builder& b, const Value& x, Count channels, std::size_t rank) {
  Counts shape(rank - 1, Count{1});
  shape[0] = channels;
  return b.reshaped(x, shape);
}

// By the statistics of this batch, where there are no others.
Value by_batch(Builder& b, const Step& s, double eps) {
  Ints dims;
  for (std::size_t d = 0; d < s.rank(0); ++d) {
    if (d != 1) {
      dims.push_back(static_cast<std::int64_t>(d));
    }
  }
  const auto mean = [&](const Value& x) { return b.node("ReduceMean", {x}, {with("axes", dims)}); };
  const Value centred = b.node("Sub", {s.in(0), mean(s.in(0))});
  const Value variance = mean(b.node("Mul", {centred, centred}));
  const Value wide = b.node("Add", {variance, b.number(eps, s.out_dtype())});
  Value y = b.node("Div", {centred, b.node("Sqrt", {wide})});
  if (s.has(3)) {
    y = b.node("Mul", {y, along_channels(b, s.in(3), s.shape(0)[1], s.rank(0))});
  }
  if (s.has(4)) {
    y = b.node("Add", {y, along_channels(b, s.in(4), s.shape(0)[1], s.rank(0))});
  }
  return y;
}

Value by_running(Builder& b, const Step& s, double eps) {
  const Ints channels{s.length(0, 1)};
  const DType dtype = s.out_dtype();
  return b.node("BatchNormalization",
                {s.in(0), or_filled(b, operand(b, s, 3, dtype), channels, 1, dtype),
                 or_filled(b, operand(b, s, 4, dtype), channels, 0, dtype), operand(b, s, 1, dtype),
                 operand(b, s, 2, dtype)},
                {with("epsilon", eps)});
}

// x, running_mean, running_var, weight, bias; training, momentum, eps.
Values batch_norm(Builder& b, const Step& s, const Row& row) {
  const double eps = s.number(7);
  const Value y = s.has(1) ? by_running(b, s, eps) : by_batch(b, s, eps);
  return {row.op == "batch_norm_relu" ? b.node("Relu", {y}) : y};
}

// The same with use_input_stats.
Values instance_norm(Builder& b, const Step& s, const Row& /*row*/) {
  const double eps = s.number(7);
  if (!s.flag(5)) {
    return {by_running(b, s, eps)};
  }
  const Ints channels{s.length(0, 1)};
  return {b.node("InstanceNormalization",
                 {s.in(0), or_filled(b, s.in(3), channels, 1, s.out_dtype()),
                  or_filled(b, s.in(4), channels, 0, s.out_dtype())},
                 {with("epsilon", eps)})};
}

// x, normalized_shape, weight, bias, eps.
Values layer_norm(Builder& b, const Step& s, const Row& /*row*/) {
  const Ints shape = s.ints(1);
  return {b.node(
      "LayerNormalization", {s.in(0), or_filled(b, s.in(2), shape, 1, s.out_dtype()), s.in(3)},
      {with("axis", -static_cast<std::int64_t>(shape.size())), with("epsilon", s.number(4))})};
}

// x, num_groups, weight, bias, eps. A group is a channel of an instance norm.
Values group_norm(Builder& b, const Step& s, const Row& /*row*/) {
  const Counts shape = s.shape(0);
  const Ints groups{s.integer(1)};
  Count rest{1};
  for (std::size_t d = 1; d < shape.size(); ++d) {
    rest.value *= s.length(0, static_cast<std::int64_t>(d));
  }
  rest.value /= groups[0];
  const Value grouped = b.reshaped(s.in(0), {shape[0], {groups[0]}, rest});
  Value y = b.node("InstanceNormalization",
                   {grouped, or_filled(b, {}, groups, 1, s.out_dtype()),
                    or_filled(b, {}, groups, 0, s.out_dtype())},
                   {with("epsilon", s.number(4))});
  y = b.reshaped(y, shape);
  if (s.has(2)) {
    y = b.node("Mul", {y, along_channels(b, s.in(2), shape[1], shape.size())});
  }
  if (s.has(3)) {
    y = b.node("Add", {y, along_channels(b, s.in(3), shape[1], shape.size())});
  }
  return {y};
}

// ONNX's windows of even size lie one channel further on.
bool is_odd(const TraceEntry& entry) {
  return std::get<Tensor>(entry.arguments.at(0)).dim() == 4 &&
         std::get<Scalar>(entry.arguments.at(1)).to<std::int64_t>() % 2 == 1;
}

// x, size, alpha, beta, k.
Values local_response_norm(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("LRN", {s.in(0)},
                 {with("alpha", s.number(2)), with("beta", s.number(3)), with("bias", s.number(4)),
                  with("size", s.integer(1))})};
}

constexpr Row kRows[] = {
    {"batch_norm", batch_norm}, {"batch_norm_relu", batch_norm},
    {"group_norm", group_norm}, {"instance_norm", instance_norm},
    {"layer_norm", layer_norm}, {"local_response_norm", local_response_norm, "", is_odd},
};

}  // namespace

std::span<const Row> norm_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
