#include <retrograd/graph/graph.h>

#include <unordered_map>
#include <utility>
#include <variant>

#include <retrograd/graph/internal/first_entries.h>
#include <retrograd/graph/registry.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

// Numbers the tensors of a trace, and lists its outermost known calls.
class Builder {
 public:
  using Choice = std::function<bool(const TraceEntry&)>;

  Builder(Graph& graph, const Trace& trace, const Choice& is_step, Where where)
      : graph_(graph), trace_(trace), entries_(trace.entries()), is_step_(is_step), where_(where) {}

  void add_input(const Tensor& input) {
    check::require<GraphError>({"Graph", where_}, input.defined(), {},
                               "an input is undefined [undefined-tensor]");
    graph_.inputs.push_back(fresh(input));
  }
  void add_steps(std::size_t entries) { visit(0, entries, ""); }
  void add_output(const Tensor& output) {
    if (!output.defined()) {
      graph_.outputs.push_back({});
      return;
    }
    const auto known = ids_.find(output.impl_or_null());
    check::require<GraphError>(
        {"Graph", where_}, known != ids_.end(), {{"output", output}},
        "output {} is no input, and no call of the trace made it [trace-incomplete]",
        graph_.outputs.size());
    graph_.outputs.push_back(known->second);
  }

 private:
  ValueId fresh(const Tensor& tensor) {
    const ValueId id{static_cast<std::int64_t>(graph_.values.size())};
    graph_.values.push_back({trace_.name_of(tensor), tensor.shape(), tensor.dtype()});
    ids_[tensor.impl_or_null()] = id;
    return id;
  }
  // What no step made is a constant.
  ValueId id_of(const Tensor& tensor) {
    if (!tensor.defined()) {
      return {};
    }
    const auto known = ids_.find(tensor.impl_or_null());
    if (known != ids_.end()) {
      return known->second;
    }
    const ValueId id = fresh(tensor);
    graph_.values.back().constant = tensor;
    return id;
  }
  ValueId made(const Tensor& output) {
    if (!output.defined()) {
      return {};
    }
    const auto known = ids_.find(output.impl_or_null());
    return known != ids_.end() ? known->second : fresh(output);
  }
  Argument as_data(const Argument& argument) {
    if (const auto* tensor = std::get_if<Tensor>(&argument)) {
      return id_of(*tensor);
    }
    if (const auto* list = std::get_if<std::vector<Tensor>>(&argument)) {
      std::vector<ValueId> ids;
      for (const Tensor& each : *list) {
        ids.push_back(id_of(each));
      }
      return ids;
    }
    return argument;
  }

  void visit(std::size_t first, std::size_t end, const std::string& path) {
    for (std::size_t i = first; i < end; i = entries_[i].end) {
      const TraceEntry& entry = entries_[i];
      if (entry.is_given && is_step_(entry)) {
        add_step(entry, path);
        continue;
      }
      const bool is_alone = entry.end == i + 1 && entry.has_returned && entry.is_given;
      check::require<GraphError>(
          {"Graph", where_},
          entry.kind != TraceEntry::Kind::primitive && !entry.writes && !is_alone, {},
          "{} ({}) cannot be run again: no operator has this name; register_operator makes one's "
          "own known [function-unknown]",
          entry.name, entry.where);
      visit(i + 1, entry.end, entry.kind == TraceEntry::Kind::module ? path + entry.name : path);
    }
  }
  void add_step(const TraceEntry& entry, const std::string& path) {
    GraphStep step{.op = entry.name, .path = path, .where = entry.where};
    for (const Argument& argument : entry.arguments) {
      step.arguments.push_back(as_data(argument));
    }
    for (const Tensor& output : entry.outputs) {
      step.outputs.push_back(made(output));
    }
    step.switches_recording = entry.is_recorded != trace_.recorded_at_start();
    step.random = entry.random;
    graph_.steps.push_back(std::move(step));
  }

  Graph& graph_;
  const Trace& trace_;
  const std::vector<TraceEntry>& entries_;
  const Choice& is_step_;
  Where where_;
  std::unordered_map<const detail::TensorImpl*, ValueId> ids_;
};

bool is_known_step(const TraceEntry& entry) {
  return !entry.casts_inside && is_operator(entry.name);
}

}  // namespace

Graph::Graph(const Trace& trace, const std::vector<Tensor>& given,
             const std::vector<Tensor>& computed, Where where)
    : Graph(trace, given, computed, is_known_step, where) {}

Graph::Graph(const Trace& trace, const std::vector<Tensor>& given,
             const std::vector<Tensor>& computed,
             const std::function<bool(const TraceEntry&)>& is_step, Where where) {
  trace.check_whole(where);
  Builder builder(*this, trace, is_step, where);
  for (const Tensor& input : given) {
    builder.add_input(input);
  }
  builder.add_steps(trace.entries().size());
  for (const Tensor& output : computed) {
    builder.add_output(output);
  }
}

Graph detail::graph_of_first(std::size_t entries, const Trace& trace,
                             const std::vector<Tensor>& given, const std::vector<Tensor>& computed,
                             Where where) {
  trace.check_whole(where);
  Graph graph;
  const Builder::Choice known = is_known_step;
  Builder builder(graph, trace, known, where);
  for (const Tensor& input : given) {
    builder.add_input(input);
  }
  builder.add_steps(entries);
  for (const Tensor& output : computed) {
    builder.add_output(output);
  }
  return graph;
}

}  // namespace retrograd
