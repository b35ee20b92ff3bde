// How operators are written in ONNX. Internal.
#pragma once

#include <span>
#include <string_view>

#include <retrograd/autograd/trace.h>
#include <retrograd/onnx/export/builder.h>
#include <retrograd/onnx/export/step.h>

namespace retrograd::onnx::writing {

struct Row;
// Adds the nodes of a step, and returns a value for each of its outputs. Throws Refused.
using Write = Values (*)(Builder& b, const Step& s, const Row& row);
// Whether a call is written as a whole; otherwise its inside is.
using Fits = bool (*)(const TraceEntry& entry);

struct Row {
  std::string_view op;  // in ops/registry.cpp
  Write write;
  const char* onnx = "";   // the node's operator, if there is only one
  Fits fits = nullptr;     // all calls, if null
  bool is_ragged = false;  // whether the data decide how long the result is
};

// The row of an operator, or null.
const Row* find_row(std::string_view op) noexcept;

// The topics' rows.
std::span<const Row> activation_rows() noexcept;
std::span<const Row> convolution_rows() noexcept;
std::span<const Row> creation_rows() noexcept;
std::span<const Row> image_rows() noexcept;
std::span<const Row> index_rows() noexcept;
std::span<const Row> indexing_rows() noexcept;
std::span<const Row> linear_rows() noexcept;
std::span<const Row> loss_rows() noexcept;
std::span<const Row> math_rows() noexcept;
std::span<const Row> norm_rows() noexcept;
std::span<const Row> padding_rows() noexcept;
std::span<const Row> pool_rows() noexcept;
std::span<const Row> recurrence_rows() noexcept;
std::span<const Row> reduction_rows() noexcept;
std::span<const Row> shape_rows() noexcept;

// A value for the operand i, a tensor or a number, in a dtype.
Value operand(Builder& b, const Step& s, std::size_t i, DType dtype);

}  // namespace retrograd::onnx::writing
