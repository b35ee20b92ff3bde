// A program as a model of ONNX. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/autograd/trace.h>
#include <retrograd/onnx/detail/proto.h>
#include <retrograd/onnx/export/program.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::onnx::writing {

// Names of the inputs and outputs, and the batch's dimension in each input, -1 for none.
struct Interface {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<std::int64_t> batch_dims = {};
};

// Whether entry `index` is written as a whole: one that ONNX has, or whose inside is not known.
bool is_step(const std::vector<TraceEntry>& entries, std::size_t index);

// Throws GraphError, which lists all calls that cannot be written.
detail::ModelProto convert(const Frame& call, const Program& program, const Interface& interface);

}  // namespace retrograd::onnx::writing
