#include <retrograd/explain/detail/links.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/explain/detail/operators.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/inline_array.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kMostEntries = std::size_t{1} << 23;  // 200 MB
constexpr std::int64_t kFewColumns = 16;  // of a matrix that is too large, without a slice

using Consumers = std::unordered_map<const Node*, std::vector<Node*>>;

// What lies between the source and `to`, whose nodes' consumers are given.
void find_between(Link& link, const Consumers& consumers) {
  std::unordered_set<const Node*> varying{link.source};
  std::vector<const Node*> reached{link.source};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const auto found = consumers.find(reached[i]);
    if (found == consumers.end()) {
      continue;
    }
    for (Node* consumer : found->second) {
      if (varying.insert(consumer).second) {
        reached.push_back(consumer);
        link.between.push_back(consumer);
      }
    }
  }
  std::sort(link.between.begin(), link.between.end(),
            [](const Node* a, const Node* b) { return a->number() < b->number(); });
  link.is_linear = std::all_of(link.between.begin(), link.between.end(),
                               [&](const Node* node) { return is_linear(*node, varying); });
}

// The gradients of what `wanted` has, from one element of `to`.
std::unordered_map<const Node*, Tensor> gradients_of(
    const Node* to, std::int64_t column, const std::vector<const Node*>& newest_first,
    const std::unordered_set<const Node*>& wanted) {
  Tensor seed = zeros({elements(to->shape())}, {.dtype = to->dtype()});
  select(seed, 0, column).fill_(1);
  std::unordered_map<const Node*, Tensor> gradients{{to, reshape(seed, to->shape())}};
  for (const Node* node : newest_first) {
    const auto found = gradients.find(node);
    if (found == gradients.end()) {
      continue;
    }
    const auto inputs = node->inputs();
    InlineArray<bool, 8> needed(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      needed[i] = inputs[i] && wanted.contains(inputs[i].get());
    }
    const Tensor gradient = found->second;  // a second handle: it is not written to
    Gradients local = call_backward(*node, gradient, needed.data());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (needed[i] && local[i].defined()) {
        Tensor& total = gradients[inputs[i].get()];
        if (total.defined()) {
          accumulate(total, local[i]);
        } else {
          total = local[i];
        }
      }
    }
  }
  return gradients;
}

void append_column(Link& link, std::int64_t column, const Tensor& gradient) {
  const auto values = gradient.to_vector<double>();
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (values[row] != 0) {
      link.entries.push_back({static_cast<std::int64_t>(row), column, values[row]});
    }
  }
  if (link.entries.size() > kMostEntries) {
    link.columns = {};
    link.entries = {};
  }
}

// One pass is enough for an operator on elements whose derivatives are all finite. Returns whether
// that was so.
bool compute_diagonal(const Node* to, std::vector<Link>& links) {
  if (links.size() != 1 || links[0].between.size() != 1 || pointwise_rule(to->op()) == nullptr ||
      links[0].source->shape() != to->shape() || links[0].columns.size() != elements(to->shape())) {
    return false;
  }
  Gradients local = call_backward(*to, ones(to->shape(), {.dtype = to->dtype()}), nullptr);
  const auto values = local[0].to_vector<double>();
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(values.begin(), values.end(), is_finite)) {
    return false;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) {
      const auto at = static_cast<std::int64_t>(i);
      links[0].entries.push_back({at, at, values[i]});
    }
  }
  return true;
}

}  // namespace

std::int64_t elements(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= size;
  }
  return count;
}

std::vector<Link> links_into(Node* to, std::size_t number,
                             const std::function<Found(Node*)>& found) {
  std::vector<Node*> region{to};
  std::unordered_set<const Node*> seen;
  Consumers consumers;
  std::vector<Link> links;
  for (std::size_t i = 0; i < region.size(); ++i) {
    for (const NodePtr& input : region[i]->inputs()) {
      if (!input) {
        continue;
      }
      consumers[input.get()].push_back(region[i]);
      if (!seen.insert(input.get()).second) {
        continue;
      }
      const Found what = found(input.get());
      if (what.kind == Found::Kind::inside) {
        region.push_back(input.get());
      } else if (what.kind != Found::Kind::none) {
        links.push_back({.source = input.get(),
                         .from = what.number,
                         .from_input = what.kind == Found::Kind::input,
                         .to = number});
      }
    }
  }
  std::sort(links.begin(), links.end(), [](const Link& a, const Link& b) {
    return std::pair(a.from_input, a.from) < std::pair(b.from_input, b.from);
  });
  for (Link& link : links) {
    find_between(link, consumers);
  }
  return links;
}

void choose_columns(std::vector<Link>& links, const ElementRange& shown,
                    std::int64_t most_elements) {
  std::int64_t left = most_elements;  // for all of them: each column is a pass over all rows
  for (Link& link : links) {
    const std::int64_t rows = elements(link.source->shape());
    const std::int64_t columns = elements(link.between.back()->shape());
    const std::int64_t size = std::max(rows, columns);
    const bool fits = columns == 0 || size <= most_elements / columns;
    const bool has_room = columns == 0 || size <= left / columns;
    if (fits && has_room) {
      link.columns = {0, columns};
      left -= size * columns;
    } else {
      link.columns = shown.size() > 0 ? shown : ElementRange{0, std::min(columns, kFewColumns)};
    }
  }
}

void compute(const Node* to, std::vector<Link>& links) {
  const NoGradGuard unrecorded;
  const Autocast off(bfloat16, false);  // a gradient has the dtype of what was recorded
  if (compute_diagonal(to, links)) {
    return;
  }
  std::unordered_set<const Node*> wanted;
  std::map<std::uint64_t, const Node*, std::greater<>> by_age;
  std::int64_t last = 0;
  for (const Link& link : links) {
    if (link.columns.size() > 0) {
      last = std::max(last, link.columns.last);
      wanted.insert(link.source);
      for (const Node* node : link.between) {
        by_age.emplace(node->number(), node);
        wanted.insert(node);
      }
    }
  }
  std::vector<const Node*> newest_first;
  for (const auto& [age, node] : by_age) {
    newest_first.push_back(node);
  }
  for (std::int64_t column = 0; column < last; ++column) {
    const auto wants = [column](const Link& link) { return link.columns.contains(column); };
    if (std::none_of(links.begin(), links.end(), wants)) {
      continue;
    }
    const auto gradients = gradients_of(to, column, newest_first, wanted);
    for (Link& link : links) {
      const auto found = gradients.find(link.source);
      if (wants(link) && found != gradients.end()) {
        append_column(link, column, found->second);
      }
    }
  }
}

JacobianStep step_of(Link link) {
  JacobianStep step{.from = link.from, .to = link.to, .rows = 0, .columns = 0};
  std::vector<std::string> operators;
  for (const Node* node : link.between) {
    operators.emplace_back(node->op());
  }
  step.operators = joined(operators, ", ");
  const Shape& from = link.source->shape();
  const Shape& to = link.between.back()->shape();
  step.where = link.between.back()->where();
  step.rows = elements(from);
  step.columns = elements(to);
  step.is_linear = link.is_linear;
  step.from_input = link.from_input;
  step.computed_columns = link.columns;
  if (link.columns.size() == step.columns) {
    step.structure = structure_of(link.entries, from, to);
  }
  step.entries = std::move(link.entries);
  return step;
}

}  // namespace retrograd::detail
