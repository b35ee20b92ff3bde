#include <retrograd/explain/detail/program.h>

#include <algorithm>
#include <unordered_set>

#include <retrograd/autograd/node.h>
#include <retrograd/graph/internal/first_entries.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::detail {

namespace {

bool has_tensor(const Argument& argument) {
  const auto* const list = std::get_if<std::vector<Tensor>>(&argument);
  return std::holds_alternative<Tensor>(argument) || (list != nullptr && !list->empty());
}

bool has_value(const Argument& argument) {
  const auto* const list = std::get_if<std::vector<ValueId>>(&argument);
  return std::holds_alternative<ValueId>(argument) || (list != nullptr && !list->empty());
}

// Tensors that calls made of no other tensor, and those that calls made of others.
struct Made {
  std::vector<Tensor> anew;
  std::unordered_set<const TensorImpl*> of_others;

  explicit Made(const Trace& trace) {
    for (const TraceEntry& entry : trace.entries()) {
      const bool uses = std::any_of(entry.arguments.begin(), entry.arguments.end(), has_tensor);
      for (const Tensor& output : entry.outputs) {
        if (!entry.is_given || uses) {
          of_others.insert(output.impl_or_null());
        } else if (output.defined()) {
          add(output);
        }
      }
    }
  }
  // A leaf, unless it is one already.
  void add(const Tensor& leaf) {
    const TensorImpl* const impl = leaf.impl_or_null();
    if (!of_others.contains(impl) && known_.insert(impl).second) {
      anew.push_back(leaf);
    }
  }

 private:
  std::unordered_set<const TensorImpl*> known_;
};

// How many entries it takes to make all of these; calls that go on are counted to their end. Later
// calls may return a tensor once more.
std::size_t entries_until(const Trace& trace, const std::vector<Tensor>& wanted) {
  std::unordered_set<const TensorImpl*> left;
  for (const Tensor& tensor : wanted) {
    left.insert(tensor.impl_or_null());
  }
  std::size_t count = 0;
  for (const TraceEntry& entry : trace.entries()) {
    for (const Tensor& output : entry.outputs) {
      if (left.erase(output.impl_or_null()) == 0) {
        continue;
      }
      const TraceEntry* outer = &entry;
      while (outer->parent >= 0) {
        outer = &trace.entries()[static_cast<std::size_t>(outer->parent)];
      }
      count = std::max(count, outer->end);
    }
  }
  return count;
}

// A leaf that has a history would end the gradients on the page.
void add_leaf(Program& program, ValueId id, const Tensor& leaf, Where where) {
  const NodePtr node = grad_node(leaf);
  check::require<GraphError>({"Explanation::play", where}, !node || node->is_leaf(),
                             {{"tensor", leaf}},
                             "a tensor was computed before the trace began [trace-incomplete]");
  program.leaves.push_back({id, leaf, leaf.requires_grad()});
}

Program built(const Trace& trace, const Tensor& output, const Tensor& input,
              const std::vector<std::pair<std::string, Tensor>>& names, Where where) {
  Made made(trace);
  made.add(input);
  std::vector<Tensor> wanted{output, input};
  for (const auto& [name, tensor] : names) {
    made.add(tensor);
    wanted.push_back(tensor);
  }
  Program program;
  Graph& graph = program.graph;
  graph = graph_of_first(entries_until(trace, wanted), trace, made.anew, wanted, where);
  program.output = graph.outputs[0];
  program.input = graph.outputs[1];
  for (std::size_t i = 0; i < names.size(); ++i) {
    program.names.emplace_back(names[i].first, graph.outputs[i + 2]);
  }
  for (std::size_t i = 0; i < made.anew.size(); ++i) {
    add_leaf(program, graph.inputs[i], made.anew[i], where);
  }
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    if (graph.values[i].constant.defined()) {
      add_leaf(program, {static_cast<std::int64_t>(i)}, graph.values[i].constant, where);
    }
  }
  std::erase_if(graph.steps, [](const GraphStep& step) {
    return step.op == "set_requires_grad" ||
           std::none_of(step.arguments.begin(), step.arguments.end(), has_value);
  });
  program.loss = output.item<double>();
  return program;
}

}  // namespace

std::shared_ptr<Program> program_of(const Trace* trace, const Tensor& output, const Tensor& input,
                                    const std::vector<std::pair<std::string, Tensor>>& names,
                                    Where where) {
  if (trace == nullptr) {
    return nullptr;
  }
  auto program = std::make_shared<Program>();
  try {
    *program = built(*trace, output, input, names, where);
  } catch (const Error&) {
    program->refused = std::current_exception();  // a graph is for play() alone
  }
  return program;
}

}  // namespace retrograd::detail
