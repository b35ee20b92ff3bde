#include <retrograd/onnx/detail/importers.h>

#include <unordered_map>

namespace retrograd::onnx::detail {

namespace {

const std::unordered_map<std::string_view, Importer>& table() {
  static const std::unordered_map<std::string_view, Importer> all = [] {
    std::unordered_map<std::string_view, Importer> made;
    for (const auto part :
         {elementwise_importers(), arithmetic_importers(),  activation_importers(),
          reduction_importers(),   order_importers(),       conv_importers(),
          pool_importers(),        norm_importers(),        product_importers(),
          shape_importers(),       arrangement_importers(), creation_importers(),
          index_importers(),       scatter_importers(),     resize_importers(),
          grid_importers(),        recurrent_importers(),   control_importers(),
          random_importers(),      loss_importers()}) {
      for (const Importer& importer : part) {
        made.emplace(importer.op, importer);
      }
    }
    return made;
  }();
  return all;
}

}  // namespace

const Importer* find_importer(const Node& node) {
  const auto found = node.domain.empty() ? table().find(node.op_type) : table().end();
  return found != table().end() ? &found->second : nullptr;
}

std::vector<std::string_view> importer_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, importer] : table()) {
    names.push_back(name);
  }
  return names;
}

}  // namespace retrograd::onnx::detail
