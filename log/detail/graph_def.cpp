#include <algorithm>
#include <cstddef>
#include <sstream>
#include <unordered_set>

#include <fmt/format.h>
#include <protozero/pbf_writer.hpp>

#include <retrograd/log/detail/event.h>

namespace retrograd::logging::detail {

namespace {

using protozero::pbf_writer;

// TensorFlow's DataType.
int data_type(DType dtype) {
  switch (dtype) {
    case DType::float32: return 1;
    case DType::float64: return 2;
    case DType::uint8: return 4;
    case DType::int64: return 9;
    case DType::boolean: return 10;
    case DType::bfloat16: return 14;
  }
  return 0;
}

// Adds one attribute: write(value) fills the AttrValue.
template <class Write>
void write_attribute(pbf_writer& node, const char* name, Write write) {
  std::string value;
  {
    pbf_writer out(value);
    write(out);
  }
  pbf_writer entry(node, 5);
  entry.add_string(1, name);
  entry.add_message(2, value);
}

std::string shape_message(const Shape& shape) {
  std::string bytes;
  pbf_writer out(bytes);
  for (const std::int64_t size : shape) {
    std::string dim;
    pbf_writer(dim).add_int64(1, size);
    out.add_message(2, dim);
  }
  return bytes;
}

// Lists what is no tensor as text: "2, [1, 1], mean".
struct OtherArguments {
  std::ostringstream text;

  void add(const std::string& one) { text << (text.tellp() > 0 ? ", " : "") << one; }
  void operator()(const Scalar& number) {
    std::ostringstream one;
    one << number;
    add(one.str());
  }
  void operator()(const std::string& one) { add(one); }
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(const std::vector<T>& list) { add(fmt::format("[{}]", fmt::join(list, ", "))); }
  template <class T>
  void operator()(const T&) {}
};

// The tensors among the arguments.
struct InputValues {
  std::vector<ValueId> ids;

  void operator()(ValueId id) { ids.push_back(id); }
  void operator()(const std::vector<ValueId>& list) {
    ids.insert(ids.end(), list.begin(), list.end());
  }
  template <class T>
  void operator()(const T&) {}
};

class Writer {
 public:
  explicit Writer(const Graph& graph)
      : graph_(graph), names_(graph.values.size()), root_(common_root()) {}

  std::string write() {
    for (const ValueId id : graph_.inputs) {
      write_given(id, "input", "Placeholder");
    }
    for (std::size_t i = 0; i < graph_.values.size(); ++i) {
      if (const GraphValue& value = graph_.values[i];
          names_[i].empty() && value.constant.defined()) {
        const ValueId id{static_cast<std::int64_t>(i)};
        value.name.empty() ? write_given(id, "constant", "Const")
                           : write_given(id, in_root(value.name), "Parameter");
      }
    }
    for (const GraphStep& step : graph_.steps) {
      write_step(step);
    }
    for (const ValueId id : graph_.outputs) {
      write_output(id);
    }
    {
      pbf_writer out(bytes_);
      pbf_writer versions(out, 4);
      versions.add_int32(1, 22);
    }
    return bytes_;
  }

 private:
  const GraphValue& value(ValueId id) const {
    return graph_.values[static_cast<std::size_t>(id.index)];
  }
  std::string& name(ValueId id) { return names_[static_cast<std::size_t>(id.index)]; }

  // The module that all steps are in, if there is one.
  std::string common_root() const {
    std::string root;
    for (const GraphStep& step : graph_.steps) {
      const std::string first = step.path.substr(0, step.path.find('.'));
      if (first.empty() || (!root.empty() && first != root)) {
        return {};
      }
      root = first;
    }
    return root;
  }
  std::string in_root(const std::string& path) const {
    return root_.empty() ? path : root_ + "." + path;
  }

  // The path as a name of TensorFlow's that no other node has.
  std::string free_name(const std::string& path) {
    std::string wanted = path;
    for (char& letter : wanted) {
      const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                         (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
      letter = letter == '.' ? '/' : plain ? letter : '_';
    }
    std::string name = wanted;
    for (int next = 1; !taken_.insert(name).second; ++next) {
      name = fmt::format("{}_{}", wanted, next);
    }
    return name;
  }

  void write_given(ValueId id, const std::string& path, const char* op) {
    name(id) = free_name(path);
    write_node(name(id), op, {}, {id}, {});
  }

  void write_step(const GraphStep& step) {
    InputValues inputs;
    OtherArguments others;
    for (const Argument& argument : step.arguments) {
      std::visit(inputs, argument);
      std::visit(others, argument);
    }
    const std::string node = free_name(step.path.empty() ? step.op : step.path + "." + step.op);
    write_node(node, step.op, inputs.ids, step.outputs, [&](pbf_writer& out) {
      write_text(out, "arguments", others.text.str());
      write_text(out, "line", to_string(step.where));
    });
    for (std::size_t i = 0; i < step.outputs.size(); ++i) {
      if (step.outputs[i].index >= 0) {
        name(step.outputs[i]) = i == 0 ? node : fmt::format("{}:{}", node, i);
      }
    }
  }

  void write_output(ValueId id) {
    if (id.index >= 0) {
      write_node(free_name("output"), "Output", {id}, {id}, {});
    }
  }

  static void write_text(pbf_writer& node, const char* name, const std::string& text) {
    if (!text.empty()) {
      write_attribute(node, name, [&](pbf_writer& out) { out.add_bytes(2, text); });
    }
  }

  void write_node(const std::string& node, const std::string& op,
                  const std::vector<ValueId>& inputs, const std::vector<ValueId>& outputs,
                  const std::function<void(pbf_writer&)>& write_more) {
    pbf_writer graph(bytes_);
    pbf_writer out(graph, 1);
    out.add_string(1, node);
    out.add_string(2, op);
    for (const ValueId id : inputs) {
      if (id.index >= 0 && !name(id).empty()) {
        out.add_string(3, name(id));
      }
    }
    write_values(out, outputs);
    if (write_more) {
      write_more(out);
    }
  }

  // The shapes and the dtype that TensorBoard writes beside edges.
  void write_values(pbf_writer& node, const std::vector<ValueId>& outputs) {
    std::string shapes;
    pbf_writer list(shapes);
    const GraphValue* first = nullptr;
    for (const ValueId id : outputs) {
      if (id.index >= 0) {
        list.add_message(7, shape_message(value(id).shape));
        first = first == nullptr ? &value(id) : first;
      }
    }
    if (first != nullptr) {
      write_attribute(node, "_output_shapes", [&](pbf_writer& out) { out.add_message(1, shapes); });
      write_attribute(node, "T",
                      [&](pbf_writer& out) { out.add_enum(6, data_type(first->dtype)); });
    }
  }

  const Graph& graph_;
  std::vector<std::string> names_;  // of the nodes that make the values
  std::string root_;
  std::unordered_set<std::string> taken_;
  std::string bytes_;
};

}  // namespace

std::string graph_def(const Graph& graph) {
  return Writer(graph).write();
}

}  // namespace retrograd::logging::detail
