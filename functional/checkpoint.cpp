#include <retrograd/functional/checkpoint.h>

#include <unordered_set>
#include <utility>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/call.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/node.h>
#include <retrograd/functional/detail/inner.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/view_within.h>
#include <retrograd/tensor/random.h>

namespace retrograd::detail {

namespace {

// The default generator is in another state while one is alive.
class GeneratorAt {
 public:
  explicit GeneratorAt(Generator::State state) : previous_(default_generator().state()) {
    default_generator().set_state(state);
  }
  ~GeneratorAt() { default_generator().set_state(previous_); }
  GeneratorAt(const GeneratorAt&) = delete;
  GeneratorAt& operator=(const GeneratorAt&) = delete;

 private:
  Generator::State previous_;
};

// Stands for a node where a tensor is asked for: no memory to speak of.
Tensor handle_on(const NodePtr& node) {
  const Tensor one = zeros({1}, {.dtype = node->dtype()});
  const Tensor all =
      detail::view_within(one, node->shape(), Strides::filled(node->shape().size(), 0), 0);
  return alias(all, node);
}

// What lies behind `output` and is older than `first`: leaves and results that the function uses
// without being given them.
std::vector<Tensor> captured(const Tensor& output, std::uint64_t first) {
  std::vector<Tensor> handles;
  std::vector<NodePtr> found;
  std::unordered_set<const Node*> seen;
  const auto discover = [&](const NodePtr& node) {
    if (node && seen.insert(node.get()).second) {
      found.push_back(node);
    }
  };
  discover(grad_node(output));
  for (std::size_t i = 0; i < found.size(); ++i) {  // NOLINT(modernize-loop-convert): it grows
    const NodePtr node = found[i];
    if (node->number() < first) {
      handles.push_back(handle_on(node));
      continue;
    }
    for (const NodePtr& input : node->inputs()) {
      discover(input);
    }
  }
  return handles;
}

struct Segment {
  std::function<Tensor(const std::vector<Tensor>&)> f;
  Generator::State state;
  std::vector<Tensor> beside;  // handles on what f captured
  std::size_t inputs;
  bool autocast;
};

// The gradients of f's inputs, then of what it captured.
std::vector<Tensor> gradients(const Segment& segment, const Backward& b) {
  const bool create_graph = b.recorded();
  std::vector<Tensor> inputs;
  inputs.reserve(segment.inputs);
  for (std::size_t i = 0; i < segment.inputs; ++i) {
    const Tensor saved = b.saved(i);
    inputs.push_back(create_graph || !saved.defined() ? saved : saved.detach());
  }
  const std::vector<Tensor> inner = inner_inputs(inputs);
  Tensor value;
  {
    const GeneratorAt start(segment.state);
    const EnableGradGuard recording;
    const Autocast casting(bfloat16, segment.autocast, false);
    value = segment.f(inner);
  }
  std::vector<Tensor> all(inner.size() + segment.beside.size());
  std::vector<Tensor> wanted;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Tensor& tensor = i < inner.size() ? inner[i] : segment.beside[i - inner.size()];
    if (b.needs(i) && tensor.defined()) {
      wanted.push_back(tensor);
      positions.push_back(i);
    }
  }
  const auto found =
      grad({value}, wanted,
           {.grad_outputs = {b.grad}, .create_graph = create_graph, .allow_unused = true});
  for (std::size_t i = 0; i < positions.size(); ++i) {
    all[positions[i]] = found[i];
  }
  return all;
}

}  // namespace

Tensor checkpoint(std::function<Tensor(const std::vector<Tensor>&)> f,
                  const std::vector<Tensor>& inputs, Where where) {
  const Call call("checkpoint", where);
  if (!grad_enabled() || call.is_traced()) {  // a trace tells of what f does
    return call.result(f(inputs));
  }
  Segment segment{std::move(f), default_generator().state(), {}, inputs.size(), autocast_enabled()};
  const std::uint64_t first = grad_node(zeros({}).set_requires_grad())->number();
  // Recorded to see what f captures; this tape is gone when the call returns.
  std::vector<Tensor> detached;
  detached.reserve(inputs.size());
  for (const Tensor& input : inputs) {
    detached.push_back(input.defined() ? input.detach() : input);
  }
  // Conversions kept from before would not be found again when f runs for the second time.
  const Autocast casting(bfloat16, segment.autocast, false);
  const Tensor value = segment.f(inner_inputs(detached));
  segment.beside = captured(value, first);
  std::vector<Tensor> all = inputs;
  all.insert(all.end(), segment.beside.begin(), segment.beside.end());
  return call.record({.output = value.detach(),
                      .inputs = all,
                      .saved = inputs,
                      .backward = [segment = std::move(segment)](const Backward& b) -> Gradients {
                        return Gradients(gradients(segment, b));
                      }});
}

}  // namespace retrograd::detail
