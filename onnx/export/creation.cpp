// Tensors that the program makes, copies, and writes in place.
#include <retrograd/graph/registry.h>
#include <retrograd/onnx/export/table.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::writing {

namespace {

// One value in the shape of the result.
Values filled(Builder& b, const Step& s, Scalar value) {
  const DType dtype = s.out_dtype();
  const Counts shape = s.out_shape();
  if (all_fixed(shape)) {
    return {b.constant(full(Shape(s.out_lengths()), value, {.dtype = dtype}))};
  }
  const Value result = b.node("Expand", {b.number(value, dtype), b.counts(shape)});
  if (value.to<double>() == 0) {
    b.note_zeros(result);
  }
  return {result};
}

Values zeros(Builder& b, const Step& s, const Row& /*row*/) {
  return filled(b, s, 0);
}

Values ones(Builder& b, const Step& s, const Row& /*row*/) {
  return filled(b, s, 1);
}

// Its second argument is the value.
Values filled_with(Builder& b, const Step& s, const Row& /*row*/) {
  return filled(b, s, s.scalar(1));
}

// What depends on no tensor and no size.
Values computed(Builder& b, const Step& s, const Row& row) {
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s.is_number(i) || s.is_list(i)) {
      s.counts(i);
      if (!all_fixed(s.counts(i))) {
        throw Refused{"a size depends on the batch"};
      }
    }
  }
  return {b.constant(call_operator(row.op, s.call().arguments).at(0))};
}

// start, end, step.
Values arange(Builder& b, const Step& s, const Row& row) {
  if (all_fixed(s.out_shape())) {
    return computed(b, s, row);
  }
  const DType dtype = s.out_dtype();
  return {
      b.node("Range", {operand(b, s, 0, dtype), operand(b, s, 1, dtype), operand(b, s, 2, dtype)})};
}

Values cast(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.cast(s.in(0), s.dtype(0), s.out_dtype())};
}

Values unchanged(Builder& /*b*/, const Step& s, const Row& /*row*/) {
  return {s.in(0)};
}

// x, other: x gets the result.
Values in_place(Builder& b, const Step& s, const Row& row) {
  return {b.node(row.onnx, {s.in(0), operand(b, s, 1, s.dtype(0))})};
}

// x, source.
Values copy(Builder& b, const Step& s, const Row& /*row*/) {
  const Value source = operand(b, s, 1, s.dtype(0));
  return {s.shape(0) == s.shape(1) ? source : b.node("Expand", {source, b.counts(s.shape(0))})};
}

constexpr Row kRows[] = {
    {"add_", in_place, "Add"},
    {"arange", arange},
    {"clone", unchanged},
    {"contiguous", unchanged},
    {"copy_", copy},
    {"detach", unchanged},
    {"div_", in_place, "Div"},
    {"empty", zeros},
    {"empty_like", zeros},
    {"eye", computed},
    {"fill_", filled_with},
    {"full", filled_with},
    {"full_like", filled_with},
    {"linspace", computed},
    {"module_input", unchanged},
    {"module_output", unchanged},
    {"mul_", in_place, "Mul"},
    {"ones", ones},
    {"sub_", in_place, "Sub"},
    {"to", cast},
    {"zero_", zeros},
    {"zeros", zeros},
};

}  // namespace

std::span<const Row> creation_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
