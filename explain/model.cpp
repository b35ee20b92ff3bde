// Explanations of models.
#include <algorithm>
#include <set>
#include <unordered_set>

#include <retrograd/autograd/node.h>
#include <retrograd/explain/explain.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

using Named = std::vector<std::pair<std::string, Tensor>>;

// `input`, or `input1` and `input2`, for those that have no other name.
void name_inputs(const std::vector<Tensor>& inputs, Named& names) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& input = inputs[i];
    const std::string name = inputs.size() == 1 ? "input" : formatted("input{}", i + 1);
    const bool is_taken = std::any_of(names.begin(), names.end(), [&](const auto& named) {
      return named.first == name || named.second.impl_or_null() == input.impl_or_null();
    });
    if (!is_taken) {
      names.emplace_back(name, input);
    }
  }
}

}  // namespace

void refuse_inputs(std::size_t count, Where where) {
  check::refuse<ValueError>({"explain", where}, {},
                            "the model does not take {} inputs [count-mismatch]", count);
}

Explanation explain_trace(const Trace& trace, const Tensor& output,
                          const std::vector<Tensor>& inputs, const Named& parameters,
                          const ExplainOptions& options, Where where) {
  const check::Caller caller("explain", where);
  ExplainOptions own = options;
  own.trace = &trace;
  name_inputs(inputs, own.names);
  std::unordered_set<const Node*> before;
  if (const NodePtr root = grad_node(output)) {
    const std::vector<Node*> nodes = nodes_before(root.get());
    before.insert(nodes.begin(), nodes.end());
  }
  Named candidates = parameters;
  candidates.insert(candidates.end(), own.names.begin(), own.names.end());
  for (const auto& [name, tensor] : candidates) {
    const NodePtr node = grad_node(tensor);
    if (node && before.contains(node.get()) && (options.by.empty() || options.by == name)) {
      return explain(output, tensor, own, where);
    }
  }
  check::require<ValueError>(caller, options.by.empty(), {},
                             "no tensor named {} leads to the output [name-unknown]", options.by);
  check::refuse<GraphError>(caller, {{"output", output}},
                            "no parameter or input leads to the output [input-unused]");
}

}  // namespace retrograd::detail
