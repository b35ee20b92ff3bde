#include <retrograd/explain/explain.h>

#include <set>
#include <unordered_map>
#include <utility>

#include <retrograd/explain/detail/explainer.h>
#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/program.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

using detail::Chain;

void require_names(const Frame& call, const ExplainOptions& options) {
  std::set<std::string> seen;
  for (const auto& [name, tensor] : options.names) {
    check::require<ValueError>(call, !name.empty(), {}, "a name is empty [name-invalid]");
    check::require<ValueError>(call, tensor.defined(), {},
                               "the tensor named {} is undefined [undefined-tensor]", name);
    check::require<ValueError>(call, seen.insert(name).second, {},
                               "two tensors are named {} [name-taken]", name);
  }
}

// The ends may have got names that are taken.
void require_different_names(const Frame& call, const Chain& chain) {
  std::set<std::string> seen;
  for (const Chain::Station& station : chain.stations()) {
    check::require<ValueError>(
        call, seen.insert(station.name).second, {},
        "two stations are named {}; give names to the input and the output too [name-taken]",
        station.name);
  }
}

void require_tape(const Frame& call, const Chain& chain, const Tensor& output,
                  const Tensor& input) {
  check::require<GraphError>(call, !chain.empty(), {{"output", output}, {"input", input}},
                             "no path leads from the input to the output [input-unused]");
  for (const Node* node : chain.nodes()) {
    check::require<GraphError>(
        call, !node->freed(), {},
        "what {} at {} saved was freed by an earlier backward; explain first, or pass "
        "{{.retain_graph = true}} to that one [graph-freed]",
        node->op(), node->where());
  }
}

// Calls of this thread are no entries of its trace.
class Unlistened {
 public:
  Unlistened() : listener_(std::exchange(detail::thread_calls.listener, nullptr)) {}
  ~Unlistened() { detail::thread_calls.listener = listener_; }
  Unlistened(const Unlistened&) = delete;
  Unlistened& operator=(const Unlistened&) = delete;

 private:
  CallListener* listener_;
};

}  // namespace

std::int64_t ExplainedStation::numel() const {
  return detail::elements(shape);
}

const ExplainedStation& Explanation::source(const JacobianStep& step) const {
  return step.from_input ? inputs[step.from] : stations[step.from];
}

std::string ExplainedInside::derivative(const JacobianStep& step) const {
  return detail::derivative_text(stations[step.to], stations[step.from]);
}

Explanation explain(const Tensor& output, const Tensor& input, const ExplainOptions& options,
                    Where where) {
  // Before this call begins: a trace with an open call has no graph.
  const detail::KnownTensors known(options.names, options.trace);
  const auto program = detail::program_of(options.trace, output, input, known.named(), where);
  const Frame call("explain", where);
  const NodePtr last = detail::grad_node(output);
  const NodePtr first = detail::grad_node(input);
  check::require<GraphError>(call, last && first, {{"output", output}, {"input", input}},
                             "{} does not require a gradient [no-gradient]",
                             last ? "the input" : "the output");
  check::require<ShapeError>(call, output.numel() == 1, {{"output", output}},
                             "needs an output of one element [not-one-element]");
  require_names(call, options);

  const Unlistened unlistened;
  for (std::size_t i = 0; program && i < program->leaves.size(); ++i) {
    Tensor& leaf = program->leaves[i].tensor;
    leaf = leaf.detach().clone();  // the program may write to it before play()
  }
  std::unordered_map<const Node*, Tensor> values{{first.get(), input}, {last.get(), output}};
  std::vector<std::pair<std::string, NodePtr>> names;
  for (const auto& [name, tensor] : known.named()) {
    if (const NodePtr node = detail::grad_node(tensor)) {
      values.insert_or_assign(node.get(), tensor);
      names.emplace_back(name, node);
    }
  }
  names.emplace_back("loss", last);
  names.emplace_back("w", first);
  const Chain chain(last, first, names, options);
  require_tape(call, chain, output, input);
  require_different_names(call, chain);
  Explanation result =
      detail::Explainer(call, chain, known, options, std::move(values)).run(output, last);
  result.program = program;
  return result;
}

}  // namespace retrograd
