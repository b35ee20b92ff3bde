// A model made ready for translation: functions inlined, constants apart, operators known.
// Internal.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/io/internal/file.h>
#include <retrograd/onnx/detail/proto.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::onnx::detail {

// A node of the main graph, with the version of its operator set.
struct Step {
  Node node;
  std::int64_t opset;
};

// A constant of the file.
struct Constant {
  Tensor value;
  DataType type = DataType::float32;  // in the file
};

struct Program {
  std::vector<Step> steps;
  std::map<std::string, Constant> constants;
  std::vector<ValueInfo> inputs;  // without constants
  std::vector<std::string> outputs;
};

// Inlines functions, also those in graphs of nodes, and takes constants out of the graph. Throws
// IoError for unknown operators, all of them at once, and for values that no node makes.
Program make_program(ModelProto model, const retrograd::detail::FileCall& call);

// The nodes of a model, with calls of functions replaced by their nodes.
std::vector<Step> inline_functions(GraphProto& graph, const std::vector<FunctionProto>& functions,
                                   std::int64_t opset, const retrograd::detail::FileCall& call);

// The dtype that values of a type have here: the nearest. `floating` is that of float and float16.
DType dtype_of(DataType type, DType floating = DType::float32);
// A tensor of the nearest dtype: 16-bit floats become float32, small integers int64.
RETROGRAD_API Tensor to_tensor(const TensorProto& proto, const retrograd::detail::FileCall& call);
// The value of a node Constant.
Constant constant_of(const Node& node, const retrograd::detail::FileCall& call);
// Reads the bytes of a tensor that are in another file of the model's folder.
void read_external(TensorProto& tensor, const retrograd::detail::FileCall& call);
// The same for all tensors of a model.
void read_all_external(ModelProto& model, const retrograd::detail::FileCall& call);

// The names of values that a node reads, those that graphs in it take from outside included.
std::vector<std::string> values_read(const Node& node);
// Keeps only the steps that outputs need.
void drop_dead_steps(Program& program);

// Names of parameters and of running statistics among the constants, in the order of their use.
struct Roles {
  std::vector<std::string> parameters;
  std::vector<std::string> buffers;
};
Roles find_roles(const Program& program);

const Attribute* find_attribute(const Node& node, std::string_view name) noexcept;

}  // namespace retrograd::onnx::detail
