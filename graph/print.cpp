#include <ostream>
#include <variant>

#include <retrograd/graph/graph.h>

namespace retrograd {

namespace {

struct Printer {
  std::ostream& out;
  const Graph& graph;

  void operator()(std::monostate) const { out << "none"; }
  void operator()(const Scalar& number) const { out << number; }
  void operator()(const std::string& text) const { out << '"' << text << '"'; }
  void operator()(const Tensor& tensor) const { out << describe(tensor); }
  void operator()(ValueId id) const {
    if (id.index < 0) {
      out << "undefined";
      return;
    }
    out << '%' << id.index;
    const auto place = static_cast<std::size_t>(id.index);
    if (place < graph.values.size() && !graph.values[place].name.empty()) {
      out << ' ' << graph.values[place].name;
    }
  }
  template <class T>
  void operator()(const std::vector<T>& list) const {
    const char* separator = "[";
    for (const T& each : list) {
      out << separator;
      (*this)(each);
      separator = ", ";
    }
    out << (list.empty() ? "[]" : "]");
  }
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Graph& graph) {
  const Printer print{out, graph};
  for (const GraphStep& step : graph.steps) {
    for (std::size_t i = 0; i < step.outputs.size(); ++i) {
      out << (i == 0 ? "" : ", ");
      print(step.outputs[i]);
    }
    out << (step.outputs.empty() ? "" : " = ") << step.op << '(';
    const char* separator = "";
    for (const Argument& argument : step.arguments) {
      out << separator;
      std::visit(print, argument);
      separator = ", ";
    }
    out << ")  " << step.path << (step.path.empty() ? "" : " ") << '(' << step.where << ")\n";
  }
  return out;
}

}  // namespace retrograd
