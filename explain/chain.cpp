#include <retrograd/explain/detail/chain.h>

#include <algorithm>
#include <map>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/inline_array.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kMostEntries = std::size_t{1} << 23;  // 200 MB

}  // namespace

std::int64_t elements(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= size;
  }
  return count;
}

Chain::Chain(const NodePtr& output, const NodePtr& input,
             const std::vector<std::pair<std::string, NodePtr>>& names) {
  for (Node* node : nodes_before(output.get())) {
    const auto before = node->inputs();
    if (node == input.get() || std::any_of(before.begin(), before.end(), [&](const NodePtr& p) {
          return p && on_the_way_.contains(p.get());
        })) {
      nodes_.push_back(node);
      on_the_way_.insert(node);
    }
  }
  if (on_the_way_.contains(output.get())) {
    name_stations(names);
  }
}

void Chain::name_stations(const std::vector<std::pair<std::string, NodePtr>>& names) {
  std::unordered_map<const Node*, std::string> name;
  std::unordered_set<std::string> taken;
  for (const auto& [label, node] : names) {
    if (node && on_the_way_.contains(node.get()) && name.emplace(node.get(), label).second) {
      taken.insert(label);
    }
  }
  const bool all = name.size() <= 2;  // the ends alone
  std::map<std::string, int> uses;
  for (Node* node : nodes_) {
    if (!all && !name.contains(node)) {
      continue;
    }
    while (!name.contains(node)) {  // "relu", and "relu_2" for the next
      const int use = ++uses[node->op()];
      std::string free = use == 1 ? node->op() : formatted("{}_{}", node->op(), use);
      if (taken.insert(free).second) {
        name[node] = std::move(free);
      }
    }
    number_[node] = stations_.size();
    stations_.push_back({NodePtr(node), name[node]});
  }
}

// Without their entries.
std::vector<Chain::Link> Chain::links_into(std::size_t to) const {
  std::vector<Node*> region{stations_[to].node.get()};
  std::unordered_set<const Node*> seen;
  std::vector<Link> links;
  for (std::size_t i = 0; i < region.size(); ++i) {
    for (const NodePtr& input : region[i]->inputs()) {
      if (!input || !on_the_way_.contains(input.get()) || !seen.insert(input.get()).second) {
        continue;
      }
      if (is_station(input.get())) {
        links.push_back({number_.at(input.get()), to, {}, true, {}});
      } else {
        region.push_back(input.get());
      }
    }
  }
  const auto older = [](const Node* a, const Node* b) { return a->number() < b->number(); };
  std::sort(region.begin(), region.end(), older);
  std::sort(links.begin(), links.end(),
            [](const Link& a, const Link& b) { return a.from < b.from; });
  for (Link& link : links) {
    std::unordered_set<const Node*> reached{stations_[link.from].node.get()};
    for (Node* node : region) {
      const auto before = node->inputs();
      if (std::any_of(before.begin(), before.end(),
                      [&](const NodePtr& p) { return p && reached.contains(p.get()); })) {
        reached.insert(node);
        link.between.push_back(node);
      }
    }
  }
  return links;
}

// One backward pass from `to` to the links' stations for each element of `to`.
void Chain::compute(const Node* to, std::vector<Link>& links) const {
  std::unordered_set<const Node*> wanted;
  std::map<std::uint64_t, const Node*, std::greater<>> newest_first;
  for (const Link& link : links) {
    if (link.computed) {
      wanted.insert(stations_[link.from].node.get());
      for (const Node* node : link.between) {
        newest_first.emplace(node->number(), node);
        wanted.insert(node);
      }
    }
  }
  const NoGradGuard unrecorded;
  const Autocast off(bfloat16, false);  // a gradient has the dtype of what was recorded
  const std::int64_t columns = wanted.empty() ? 0 : elements(to->shape());
  for (std::int64_t column = 0; column < columns; ++column) {
    Tensor seed = zeros({columns}, {.dtype = to->dtype()});
    select(seed, 0, column).fill_(1);
    std::unordered_map<const Node*, Tensor> gradients{{to, reshape(seed, to->shape())}};
    for (const auto& [number, node] : newest_first) {
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
    for (Link& link : links) {
      const auto found = gradients.find(stations_[link.from].node.get());
      if (!link.computed || found == gradients.end()) {
        continue;
      }
      const auto values = found->second.to_vector<double>();
      for (std::size_t row = 0; row < values.size(); ++row) {
        if (values[row] != 0) {
          link.entries.push_back({static_cast<std::int64_t>(row), column, values[row]});
        }
      }
      if (link.entries.size() > kMostEntries) {
        link.computed = false;
        link.entries = {};
      }
    }
  }
}

std::vector<Chain::Link> Chain::links(std::int64_t most_elements) const {
  std::vector<Link> all;
  for (std::size_t to = 1; to < stations_.size(); ++to) {
    std::vector<Link> links = links_into(to);
    const Node* node = stations_[to].node.get();
    for (Link& link : links) {
      const std::int64_t rows = elements(stations_[link.from].node->shape());
      const std::int64_t columns = elements(node->shape());
      link.computed = columns == 0 || std::max(rows, columns) <= most_elements / columns;
    }
    compute(node, links);
    std::move(links.begin(), links.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace retrograd::detail
