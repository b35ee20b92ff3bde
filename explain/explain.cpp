#include <retrograd/explain/explain.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <retrograd/autograd/internal/engine.h>
#include <retrograd/explain/detail/chain.h>
#include <retrograd/explain/detail/probe.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

using detail::Chain;
using Vectors = std::vector<std::vector<double>>;  // by station

constexpr std::size_t kMostPaths = 64;

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

// The gradients of the output by all stations.
std::vector<Tensor> tape_gradients(const Tensor& output, const NodePtr& last, const Chain& chain) {
  std::vector<NodePtr> nodes;
  for (const Chain::Station& station : chain.stations()) {
    nodes.push_back(station.node);
  }
  Engine engine(true, false);
  engine.capture(nodes, {last});
  engine.seed(*last, ones(output.shape(), {.dtype = output.dtype()}));
  engine.run();
  std::vector<Tensor> gradients;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Tensor found = engine.captured(i);
    gradients.push_back(found.defined() ? found
                                        : zeros(nodes[i]->shape(), {.dtype = nodes[i]->dtype()}));
  }
  return gradients;
}

std::vector<ExplainedStation> stations_of(const Frame& call, const Chain& chain,
                                          const std::vector<Tensor>& gradients,
                                          const std::vector<std::pair<NodePtr, Tensor>>& values,
                                          const ExplainOptions& options) {
  std::vector<ExplainedStation> stations;
  for (const Chain::Station& from : chain.stations()) {
    ExplainedStation station{from.name, from.node->shape(), {}, gradients[stations.size()], {}};
    for (const auto& [node, value] : values) {
      if (node == from.node) {
        station.value = value.detach().clone();
      }
    }
    if (station.numel() <= options.most_shown) {
      station.shown = {0, station.numel()};
    }
    stations.push_back(std::move(station));
  }
  for (const auto& [name, range] : options.slices) {
    const auto found =
        std::find_if(stations.begin(), stations.end(),
                     [&wanted = name](const ExplainedStation& s) { return s.name == wanted; });
    check::require<ValueError>(call, found != stations.end(), {},
                               "a slice for {}, which is no station [name-unknown]", name);
    check::require<ValueError>(
        call, 0 <= range.first && range.first <= range.last && range.last <= found->numel(), {},
        "the slice [{}, {}) is not within the {} elements of {} [index-out-of-range]", range.first,
        range.last, found->numel(), name);
    found->shown = range;
  }
  return stations;
}

JacobianStep step_of(const Chain& chain, Chain::Link link) {
  JacobianStep step{.from = link.from, .to = link.to, .rows = 0, .columns = 0};
  std::vector<std::string> operators;
  for (const Node* node : link.between) {
    operators.emplace_back(node->op());
  }
  step.operators = detail::joined(operators, ", ");
  const Shape& from = chain.stations()[link.from].node->shape();
  const Shape& to = chain.stations()[link.to].node->shape();
  step.where = link.between.back()->where();
  step.rows = detail::elements(from);
  step.columns = detail::elements(to);
  if (link.computed) {
    step.structure = detail::structure_of(link.entries, from, to);
    step.entries = std::move(link.entries);
  }
  return step;
}

// Names the entries that are elements of named tensors.
void recognise(std::vector<JacobianStep>& steps, const Chain& chain,
               const ExplainOptions& options) {
  const detail::Probe probe(chain.nodes(), options.names);
  if (probe.empty()) {
    return;
  }
  const auto links = chain.links(options.most_elements);
  for (std::size_t s = 0; s < steps.size(); ++s) {
    JacobianStep& step = steps[s];
    for (const JacobianEntry& probed : links[s].entries) {
      const double value = step.at(probed.row, probed.column);
      if (const auto element = probe.recognise(probed.value, value)) {
        step.names.emplace(probed.row * step.columns + probed.column, *element);
      }
    }
  }
}

void find_paths(Explanation& e) {
  std::vector<std::vector<std::size_t>> leaving(e.stations.size());
  for (std::size_t i = 0; i < e.steps.size(); ++i) {
    leaving[e.steps[i].from].push_back(i);
  }
  std::vector<std::size_t> taken;          // the path so far
  std::vector<std::size_t> next_of = {0};  // which step to try next after each part of it
  while (!next_of.empty()) {
    const std::size_t at = taken.empty() ? 0 : e.steps[taken.back()].to;
    const bool arrived = at + 1 == e.stations.size();
    if (arrived && e.paths.size() == kMostPaths) {
      e.all_paths = false;
      return;
    }
    if (arrived) {
      e.paths.push_back(taken);
    }
    if (arrived || next_of.back() == leaving[at].size()) {
      next_of.pop_back();
      if (!taken.empty()) {
        taken.pop_back();
      }
    } else {
      taken.push_back(leaving[at][next_of.back()++]);
      next_of.push_back(0);
    }
  }
}

// What the matrices multiply out to, each used once: (sum over paths of products) . 1.
void multiply_out(Explanation& e) {
  e.difference = std::numeric_limits<double>::quiet_NaN();
  Vectors behind;
  for (const ExplainedStation& station : e.stations) {
    behind.emplace_back(station.numel());
  }
  behind.back() = {1};
  for (std::size_t i = e.steps.size(); i-- > 0;) {
    const JacobianStep& step = e.steps[i];
    if (!step.computed()) {
      return;
    }
    for (const JacobianEntry& entry : step.entries) {
      behind[step.from][static_cast<std::size_t>(entry.row)] +=
          entry.value * behind[step.to][static_cast<std::size_t>(entry.column)];
    }
  }
  e.difference = 0;
  const auto expected = e.stations.front().gradient.to_vector<double>();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double actual = behind.front()[i];
    const bool same = actual == expected[i] || (std::isnan(actual) && std::isnan(expected[i]));
    const double difference = std::fabs(actual - expected[i]);
    if (!same && !std::isnan(e.difference) && !(difference <= e.difference)) {
      e.difference = difference;
    }
  }
  e.product = reshape(tensor(behind.front(), {.dtype = float64}), {e.stations.front().numel(), 1});
}

}  // namespace

std::int64_t ExplainedStation::numel() const {
  return detail::elements(shape);
}

Explanation explain(const Tensor& output, const Tensor& input, const ExplainOptions& options,
                    Where where) {
  const Frame call("explain", where);
  const NodePtr last = detail::grad_node(output);
  const NodePtr first = detail::grad_node(input);
  check::require<GraphError>(call, last && first, {{"output", output}, {"input", input}},
                             "{} does not require a gradient [no-gradient]",
                             last ? "the input" : "the output");
  check::require<ShapeError>(call, output.numel() == 1, {{"output", output}},
                             "needs an output of one element [not-one-element]");
  require_names(call, options);

  std::vector<std::pair<NodePtr, Tensor>> values{{first, input}, {last, output}};
  std::vector<std::pair<std::string, NodePtr>> names;
  for (const auto& [name, tensor] : options.names) {
    if (const NodePtr node = detail::grad_node(tensor)) {
      values.emplace_back(node, tensor);
      names.emplace_back(name, node);
    }
  }
  names.emplace_back("loss", last);
  names.emplace_back("w", first);
  const Chain chain(last, first, names);
  require_tape(call, chain, output, input);
  require_different_names(call, chain);

  Explanation result;
  result.stations = stations_of(call, chain, tape_gradients(output, last, chain), values, options);
  for (Chain::Link& link : chain.links(options.most_elements)) {
    result.steps.push_back(step_of(chain, std::move(link)));
  }
  recognise(result.steps, chain, options);
  find_paths(result);
  multiply_out(result);
  return result;
}

}  // namespace retrograd
