#include <retrograd/explain/detail/chain.h>

#include <algorithm>
#include <map>

#include <retrograd/explain/detail/names.h>
#include <retrograd/explain/detail/operators.h>

namespace retrograd::detail {

namespace {

using Names = std::unordered_map<const Node*, std::string>;

constexpr std::ptrdiff_t kMostOperators = 32;  // without a trace; more are folded by line

bool moves_elements(const Node* node) {
  return !node->is_leaf() && is_layout(node->op());
}

}  // namespace

Chain::Chain(const NodePtr& output, const NodePtr& input,
             const std::vector<std::pair<std::string, NodePtr>>& names,
             const ExplainOptions& options)
    : all_(nodes_before(output.get())) {
  for (Node* node : all_) {
    const auto before = node->inputs();
    if (node == input.get() || std::any_of(before.begin(), before.end(), [&](const NodePtr& p) {
          return p && on_the_way_.contains(p.get());
        })) {
      nodes_.push_back(node);
      on_the_way_.insert(node);
    }
  }
  const auto working = std::count_if(nodes_.begin(), nodes_.end(),
                                     [](const Node* node) { return !moves_elements(node); });
  calls_ = Calls(all_, options.trace, working > kMostOperators);
  if (on_the_way_.contains(output.get())) {
    choose_stations(names, options.fold);
  }
}

// What is used outside of its unit, and the ends. Layout operators by themselves are not.
std::unordered_set<const Node*> Chain::results_of_units() const {
  std::unordered_set<const Node*> results{nodes_.front(), nodes_.back()};
  for (const Node* node : nodes_) {
    for (const NodePtr& input : node->inputs()) {
      if (input && on_the_way_.contains(input.get()) && !calls_.unit_of(input.get()).is_layout &&
          calls_.number_of(input.get()) != calls_.number_of(node)) {
        results.insert(input.get());
      }
    }
  }
  return results;
}

void Chain::choose_stations(const std::vector<std::pair<std::string, NodePtr>>& names, bool fold) {
  Names name;
  FreeNames free;
  std::size_t named_stations = 0;
  for (const auto& [label, node] : names) {
    if (node && name.emplace(node.get(), label).second && on_the_way_.contains(node.get())) {
      ++named_stations;
      free.take(label);
    }
  }
  is_unnamed_ = named_stations <= 2;  // the ends alone
  is_folded_ = is_unnamed_ && fold;
  const auto results = is_folded_ ? results_of_units() : std::unordered_set<const Node*>();
  std::vector<Node*> chosen;
  for (Node* node : nodes_) {
    if (name.contains(node) || (is_folded_ ? results.contains(node) : is_unnamed_)) {
      chosen.push_back(node);
    }
  }
  std::map<std::string, std::ptrdiff_t> surplus;  // by module: stations without calls of their own
  for (const Node* node : chosen) {
    ++surplus[calls_.unit_of(node).module];
  }
  for (const ModuleCall& call : calls_.modules()) {
    --surplus[call.path];
  }
  for (Node* node : chosen) {
    number_[node] = stations_.size();
    const auto given = name.find(node);
    if (given != name.end()) {
      stations_.push_back({NodePtr(node), given->second});
    } else {
      const Unit& unit = calls_.unit_of(node);
      const bool is_module = is_folded_ && !unit.module.empty() && surplus[unit.module] == 0;
      stations_.push_back({NodePtr(node), free.next(is_module ? unit.module : op_of(node))});
    }
  }
  find_links(name, free);
}

std::string Chain::op_of(const Node* node) const {
  const Unit& unit = calls_.unit_of(node);
  return node->is_leaf() ? "" : is_folded_ && !unit.name.empty() ? unit.name : node->op();
}

void Chain::find_links(const Names& names, FreeNames& free) {
  std::unordered_map<std::uint64_t, std::string> module_of;  // by the number of its last node
  for (const ModuleCall& call : calls_.modules()) {
    module_of[call.end_node - 1] = call.path;
  }
  links_.resize(stations_.size());
  for (std::size_t to = 1; to < stations_.size(); ++to) {
    Node* const station = stations_[to].node.get();
    links_[to] = links_into(station, to, [&](Node* node) -> Found {
      const bool is_on_the_way = on_the_way_.contains(node);
      if (is_on_the_way) {
        const auto found = number_.find(node);
        return found == number_.end() ? Found{Found::Kind::inside}
                                      : Found{Found::Kind::station, found->second};
      }
      const bool is_named = names.contains(node);
      const bool is_same_unit =
          is_folded_ && !node->is_leaf() && calls_.number_of(node) == calls_.number_of(station);
      if (!is_named && (moves_elements(node) || is_same_unit)) {
        return {Found::Kind::inside};
      }
      const auto [found, is_new] = input_number_.try_emplace(node, inputs_.size());
      if (is_new) {
        const auto module = module_of.find(node->number());
        const bool is_module = module != module_of.end() && !module->second.empty();
        const std::string base = node->is_leaf() ? "parameter"
                                 : is_module     ? module->second
                                                 : op_of(node);
        const bool is_free = is_named && free.take(names.at(node));
        inputs_.push_back({NodePtr(node),
                           is_free ? names.at(node) : free.next(is_named ? names.at(node) : base)});
      }
      return {Found::Kind::input, found->second};
    });
  }
}

bool Chain::is_folded(std::size_t station) const {
  if (!is_folded_) {
    return false;
  }
  std::unordered_set<const Node*> working;
  for (const Link& link : links_[station]) {
    for (const Node* node : link.between) {
      if (!moves_elements(node)) {
        working.insert(node);
      }
    }
  }
  return working.size() > 1;
}

Chain::Inside Chain::inside(std::size_t station) const {
  Inside result;
  std::map<std::uint64_t, Node*> region;  // by age
  std::unordered_map<const Node*, std::size_t> number;
  for (const Link& link : links_[station]) {
    number.emplace(link.source, result.nodes.size());
    result.nodes.emplace_back(link.source);
    for (Node* node : link.between) {
      region.emplace(node->number(), node);
    }
  }
  result.sources = result.nodes.size();
  const Node* const last = stations_[station].node.get();
  for (const auto& [age, node] : region) {
    if (!moves_elements(node) || node == last) {
      number.emplace(node, result.nodes.size());
      result.nodes.emplace_back(node);
    }
  }
  result.links.resize(result.nodes.size());
  for (std::size_t to = result.sources; to < result.nodes.size(); ++to) {
    result.links[to] = links_into(result.nodes[to].get(), to, [&](Node* node) -> Found {
      const auto found = number.find(node);
      if (found != number.end()) {
        return {Found::Kind::station, found->second};
      }
      return {region.contains(node->number()) ? Found::Kind::inside : Found::Kind::none};
    });
  }
  return result;
}

}  // namespace retrograd::detail
