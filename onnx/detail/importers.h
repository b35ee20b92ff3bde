// The table from ONNX's operators to functions that call the library's. Internal.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <retrograd/onnx/detail/proto.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::onnx::detail {

class NodeCall;

// A value during translation.
struct Value {
  Tensor tensor;
  // Whether it depends on shapes and constants alone, and so is the same in the next call.
  bool is_known = false;

  Value() = default;
  Value(Tensor made, bool known = false) : tensor(std::move(made)), is_known(known) {}  // NOLINT
};
using Outputs = std::vector<Value>;

using ImportFunction = Outputs (*)(NodeCall& call);

struct Importer {
  std::string_view op;
  ImportFunction function;
  bool is_random = false;  // draws numbers, so its results are not constants
};

// The importer of a node, or null.
const Importer* find_importer(const Node& node);
// The names of all operators with an importer.
RETROGRAD_API std::vector<std::string_view> importer_names();

// The parts of the table, by topic.
std::span<const Importer> elementwise_importers();
std::span<const Importer> arithmetic_importers();
std::span<const Importer> activation_importers();
std::span<const Importer> reduction_importers();
std::span<const Importer> order_importers();
std::span<const Importer> conv_importers();
std::span<const Importer> pool_importers();
std::span<const Importer> norm_importers();
std::span<const Importer> product_importers();
std::span<const Importer> shape_importers();
std::span<const Importer> arrangement_importers();
std::span<const Importer> creation_importers();
std::span<const Importer> index_importers();
std::span<const Importer> scatter_importers();
std::span<const Importer> resize_importers();
std::span<const Importer> grid_importers();
std::span<const Importer> recurrent_importers();
std::span<const Importer> control_importers();
std::span<const Importer> random_importers();
std::span<const Importer> loss_importers();

}  // namespace retrograd::onnx::detail
