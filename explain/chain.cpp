#include <retrograd/explain/detail/chain.h>

#include <algorithm>
#include <set>
#include <unordered_set>

#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::detail {

namespace {

std::int64_t elements(const Node* node) {
  std::int64_t count = 1;
  for (const std::int64_t size : node->shape()) {
    count *= size;
  }
  return count;
}

// The Jacobians of one operator: entry i is d(node) / d(input i), empty where no gradient flows.
std::vector<Matrix> local_jacobians(const Node* node) {
  const auto inputs = node->inputs();
  const std::int64_t columns = elements(node);
  std::vector<Matrix> jacobians(inputs.size());
  for (std::int64_t j = 0; j < columns; ++j) {
    Tensor seed = zeros({columns}, {.dtype = node->dtype()});
    select(seed, 0, j).fill_(1);
    const auto gradients = backward_of(*node, reshape(seed, node->shape()));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!inputs[i]) {
        continue;
      }
      Matrix& jacobian = jacobians[i];
      if (jacobian.empty()) {
        jacobian = Matrix(static_cast<std::size_t>(elements(inputs[i].get())),
                          static_cast<std::size_t>(columns));
      }
      if (gradients[i].defined()) {
        const auto values = gradients[i].to_vector<double>();
        for (std::size_t r = 0; r < jacobian.rows; ++r) {
          jacobian(r, static_cast<std::size_t>(j)) = values[r];
        }
      }
    }
  }
  return jacobians;
}

}  // namespace

Chain::Chain(const NodePtr& output, const NodePtr& input,
             const std::vector<std::pair<std::string, NodePtr>>& stations,
             std::int64_t most_elements)
    : most_elements_(most_elements) {
  std::vector<const Node*> found{output.get()};
  std::unordered_set<const Node*> seen{output.get()};
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == input.get()) {
      continue;
    }
    for (const NodePtr& before : found[i]->inputs()) {
      if (before && seen.insert(before.get()).second) {
        found.push_back(before.get());
      }
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Node* a, const Node* b) { return a->number() < b->number(); });
  std::unordered_set<const Node*> leads{input.get()};
  for (const Node* node : found) {
    const auto before = node->inputs();
    if (std::any_of(before.begin(), before.end(),
                    [&](const NodePtr& p) { return p && leads.contains(p.get()); })) {
      leads.insert(node);
    }
    if (leads.contains(node)) {
      nodes_.push_back(node);
    }
  }
  for (const auto& [label, node] : stations) {
    if (leads.contains(node.get())) {
      names_.emplace(node.get(), label);
    }
  }
  if (names_.size() <= 2) {  // the input and the output alone: every operator is a station
    for (const Node* node : nodes_) {
      names_.emplace(node, std::string(node->op()) + std::to_string(names_.size() - 1));
    }
  }
}

std::string Chain::name(const Node* node) const {
  return names_.at(node);
}

// Walks from a station back to the ones before it, multiplying on the way.
void Chain::links_into(const Node* to, std::vector<Link>& links) const {
  std::map<std::uint64_t, const Node*, std::greater<>> open{{to->number(), to}};
  std::unordered_map<const Node*, Matrix> reached;  // d(to) / d(node)
  std::unordered_map<const Node*, std::set<std::uint64_t>> through;
  std::unordered_map<std::uint64_t, const Node*> by_number;
  std::unordered_set<const Node*> too_large;
  reached[to] = identity(static_cast<std::size_t>(elements(to)));
  while (!open.empty()) {
    const Node* node = open.begin()->second;
    open.erase(open.begin());
    if (node != to && is_station(node)) {
      Link link{node, to, {}, too_large.contains(node) ? Matrix() : reached.at(node)};
      for (const std::uint64_t number : through[node]) {
        link.between.push_back(by_number.at(number));
      }
      links.push_back(std::move(link));
      continue;
    }
    by_number[node->number()] = node;
    const auto inputs = node->inputs();
    const auto on_the_way = [&](const NodePtr& input) {
      return input && std::find(nodes_.begin(), nodes_.end(), input.get()) != nodes_.end();
    };
    bool small = !too_large.contains(node);
    for (const NodePtr& input : inputs) {
      small = small && (!on_the_way(input) ||
                        (elements(input.get()) * elements(node) <= most_elements_ &&
                         elements(input.get()) * elements(to) <= most_elements_));
    }
    const auto local = small ? local_jacobians(node) : std::vector<Matrix>(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!on_the_way(inputs[i])) {
        continue;
      }
      const Node* before = inputs[i].get();
      if (small) {
        add_to(reached[before], local[i] * reached.at(node));
      } else {
        too_large.insert(before);
      }
      through[before].insert(through[node].begin(), through[node].end());
      through[before].insert(node->number());
      open.emplace(before->number(), before);
    }
  }
}

std::vector<Chain::Link> Chain::links() const {
  std::vector<Link> all;
  for (const Node* node : nodes_) {
    if (is_station(node) && node != nodes_.front()) {
      links_into(node, all);
    }
  }
  return all;
}

}  // namespace retrograd::detail
