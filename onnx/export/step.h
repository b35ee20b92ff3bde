// A step of the program as those who write it see it. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <retrograd/onnx/export/builder.h>
#include <retrograd/onnx/export/program.h>

namespace retrograd::onnx::writing {

// Arguments are counted from 0, in the order of the function's parameters; an aggregate of options
// is as many as it has members.
class Step {
 public:
  Step(const Program& program, std::size_t index, const Values& names)
      : program_(program), index_(index), names_(names), call_(program.first().steps[index]) {}

  const GraphStep& call() const noexcept { return call_; }
  std::size_t size() const noexcept { return call_.arguments.size(); }

  // Whether the argument is a tensor that is defined.
  bool has(std::size_t i) const { return value(i).index >= 0; }
  bool is_tensor(std::size_t i) const;
  bool is_missing(std::size_t i) const;
  bool is_number(std::size_t i) const;
  bool is_list(std::size_t i) const;

  // Of a tensor.
  Value in(std::size_t i) const;
  DType dtype(std::size_t i) const { return dtype_of(value(i)); }
  Counts shape(std::size_t i) const { return program_.shape(value(i)); }
  std::size_t rank(std::size_t i) const { return shape(i).size(); }
  // Refuses a size that depends on the batch.
  std::int64_t length(std::size_t i, std::int64_t dim) const;
  Ints lengths(std::size_t i) const;
  // A dimension from 0 on, of tensor `of`.
  std::int64_t dim(std::size_t i, std::size_t of = 0) const;
  // Dimensions from 0 on, of tensor 0; all for none.
  Ints dims(std::size_t i) const;

  // Of a list of tensors.
  std::vector<ValueId> ids(std::size_t i) const;
  Values list(std::size_t i) const;
  Counts shape_of(ValueId id) const { return program_.shape(id); }
  DType dtype_of(ValueId id) const;
  Value name_of(ValueId id) const;

  // Numbers and texts; they refuse what depends on the batch.
  double number(std::size_t i) const;
  std::int64_t integer(std::size_t i) const;
  bool flag(std::size_t i) const { return integer(i) != 0; }
  Ints ints(std::size_t i) const;
  std::vector<double> numbers(std::size_t i) const;
  Scalar scalar(std::size_t i) const;
  std::string text(std::size_t i) const;
  // Integers that may depend on it.
  Counts counts(std::size_t i) const { return program_.counts(index_, i); }

  std::size_t outputs() const noexcept { return call_.outputs.size(); }
  DType out_dtype(std::size_t i = 0) const { return dtype_of(call_.outputs.at(i)); }
  Counts out_shape(std::size_t i = 0) const { return program_.shape(call_.outputs.at(i)); }
  Ints out_lengths(std::size_t i = 0) const;

 private:
  ValueId value(std::size_t i) const;
  void require_same(std::size_t i) const;

  const Program& program_;
  std::size_t index_;
  const Values& names_;
  const GraphStep& call_;
};

}  // namespace retrograd::onnx::writing
