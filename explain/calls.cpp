#include <retrograd/explain/detail/calls.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

#include <retrograd/explain/detail/operators.h>

namespace retrograd::detail {

namespace {

bool is_same_line(const Where& a, const Where& b) {
  return a.line == b.line && std::strcmp(a.file, b.file) == 0;
}

}  // namespace

Stretch repeating_stretch(const std::vector<const char*>& sequence) {
  constexpr std::size_t kMostPeriod = 512;
  std::map<std::string_view, std::size_t> known;
  std::vector<std::size_t> kinds;
  for (const char* const one : sequence) {
    kinds.push_back(known.try_emplace(one, known.size()).first->second);
  }
  const std::size_t count = kinds.size();
  Stretch best;
  std::size_t most = 0;
  for (std::size_t period = 1; period <= std::min(kMostPeriod, count / 3); ++period) {
    std::size_t equal = 0;  // how many elements up to here equal those a period before
    for (std::size_t i = period; i < count; ++i) {
      equal = kinds[i] == kinds[i - period] ? equal + 1 : 0;
      if (equal >= 2 * period && equal > most) {
        most = equal;
        best = {i + 1 - equal - period, i + 1, period};
      }
    }
  }
  return best;
}

Calls::Calls(const std::vector<Node*>& nodes, const Trace* trace, bool by_line) {
  add_lines(trace != nullptr ? follow(nodes, *trace) : nodes, by_line);
}

void Calls::add(const Node* node, std::size_t unit) {
  number_[node] = unit;
  units_[unit].is_layout = units_[unit].is_layout && !node->is_leaf() && is_layout(node->op());
}

// Returns the nodes that no operator of the trace made.
std::vector<Node*> Calls::follow(const std::vector<Node*>& nodes, const Trace& trace) {
  TracedNodes traced = traced_nodes(nodes, trace);
  modules_ = std::move(traced.modules);
  std::vector<Node*> others;
  std::unordered_map<std::ptrdiff_t, std::size_t> unit_of_entry;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const NodeCalls& calls = traced.calls[i];
    if (calls.entry < 0) {
      others.push_back(nodes[i]);
      continue;
    }
    const auto [unit, is_new] = unit_of_entry.try_emplace(calls.entry, units_.size());
    if (is_new) {
      const TraceEntry& entry = trace.entries()[static_cast<std::size_t>(calls.entry)];
      units_.push_back({entry.name, calls.module, entry.where, calls.entry});
    }
    add(nodes[i], unit->second);
  }
  return others;
}

// A loop in a line is as many units.
void Calls::add_lines(const std::vector<Node*>& nodes, bool by_line) {
  std::vector<const char*> operators;
  for (std::size_t first = 0, last = 0; first < nodes.size(); first = last) {
    operators = {nodes[first]->op()};
    for (last = first + 1;
         by_line && last < nodes.size() && !nodes[first]->is_leaf() && !nodes[last]->is_leaf() &&
         is_same_line(nodes[last]->where(), nodes[first]->where());
         ++last) {
      operators.push_back(nodes[last]->op());
    }
    const Stretch loop = repeating_stretch(operators);
    for (std::size_t i = first; i < last; ++i) {
      const std::size_t at = i - first;
      const bool is_cut = loop.period > 0 && loop.first <= at && at <= loop.last &&
                          (loop.last - at) % loop.period == 0;
      if (i == first || is_cut) {
        units_.push_back({{}, {}, nodes[i]->where()});
      }
      add(nodes[i], units_.size() - 1);
    }
  }
}

}  // namespace retrograd::detail
