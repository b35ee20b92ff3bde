// The steps of an explanation, and the data that feed them.
#include <algorithm>
#include <set>

#include <retrograd/explain/detail/explainer.h>
#include <retrograd/explain/detail/probe.h>

namespace retrograd::detail {

void Explainer::find_links() {
  for (std::size_t to = 0; to < e_.stations.size(); ++to) {
    links_.push_back(chain_.links()[to]);
    shown_.push_back(e_.stations[to].shown);
  }
  for (std::size_t i = 0; i < insides_.size(); ++i) {
    for (std::size_t to = 0; to < insides_[i].nodes.size(); ++to) {
      links_.push_back(std::move(insides_[i].links[to]));
      shown_.push_back(e_.insides[i].stations[to].shown);
    }
  }
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (!links_[i].empty()) {
      choose_columns(links_[i], shown_[i], options_.most_elements);
      compute(links_[i].front().between.back(), links_[i]);
    }
  }
}

// The user's names first, then others: small tensors first, so that as many as possible fit.
NamedTensors Explainer::tensors_to_recognise() const {
  auto named = known_.named();
  std::vector<std::pair<std::string, Tensor>> results;
  if (options_.trace != nullptr) {
    for (std::size_t i = 0; i < e_.stations.size(); ++i) {
      const Tensor result = known_.result_of(chain_.stations()[i].node.get());
      if (result.defined()) {
        results.emplace_back(e_.stations[i].name, result);
      }
    }
  }
  const auto is_smaller = [](const auto& a, const auto& b) {
    return a.second.numel() < b.second.numel();
  };
  std::stable_sort(named.begin() + static_cast<std::ptrdiff_t>(options_.names.size()), named.end(),
                   is_smaller);
  std::stable_sort(results.begin(), results.end(), is_smaller);
  named.insert(named.end(), results.begin(), results.end());
  return named;
}

void Explainer::recognise() {
  names_.resize(links_.size());
  const Probe probe(chain_.all_nodes(), tensors_to_recognise());
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const bool may_differ = std::any_of(links_[i].begin(), links_[i].end(), [&](const Link& link) {
      return std::any_of(link.between.begin(), link.between.end(),
                         [&](const Node* node) { return probe.replaces(node); });
    });
    if (!may_differ) {
      continue;
    }
    std::vector<Link> probed;
    for (const Link& link : links_[i]) {
      probed.push_back(link.without_entries());
    }
    compute(probed.front().between.back(), probed);
    for (std::size_t k = 0; k < probed.size(); ++k) {
      names_[i].push_back(probe.recognise(probed[k], links_[i][k]));
    }
  }
}

void Explainer::add_steps() {
  const auto step = [&](std::size_t list, std::size_t k) {
    JacobianStep made = step_of(std::move(links_[list][k]));
    if (!names_[list].empty()) {
      made.names = std::move(names_[list][k]);
    }
    return made;
  };
  std::size_t list = 0;
  for (; list < e_.stations.size(); ++list) {
    for (std::size_t k = 0; k < links_[list].size(); ++k) {
      auto& steps = links_[list][k].from_input ? e_.feeds : e_.steps;
      steps.push_back(step(list, k));
    }
  }
  for (ExplainedInside& inside : e_.insides) {
    for (std::size_t to = 0; to < inside.stations.size(); ++to, ++list) {
      for (std::size_t k = 0; k < links_[list].size(); ++k) {
        inside.steps.push_back(step(list, k));
      }
    }
  }
}

void Explainer::add_data() {
  FreeNames free;
  for (const auto* list : {&e_.stations, &e_.inputs}) {
    for (const ExplainedStation& station : *list) {
      free.take(station.name);
    }
  }
  std::unordered_map<const TensorImpl*, std::size_t> number;
  for (std::size_t to = 0; to < e_.stations.size(); ++to) {
    std::set<std::size_t> fed;
    for (const KnownTensors::Data& data : data_of(to)) {
      const auto [found, fresh] = number.try_emplace(data.tensor.impl_or_null(), e_.inputs.size());
      if (fresh) {
        ExplainedStation station{free.next(data.name), data.tensor.shape(), {}, {}, {}};
        station.kind = StationKind::data;
        station.value = copied(data.tensor);
        if (station.numel() <= options_.most_shown) {
          station.shown = {0, station.numel()};
        }
        e_.inputs.push_back(std::move(station));
      }
      if (fed.insert(found->second).second) {
        JacobianStep step{.from = found->second,
                          .to = to,
                          .rows = data.tensor.numel(),
                          .columns = e_.stations[to].numel()};
        step.operators = e_.stations[to].op;
        step.where = e_.stations[to].where;
        step.from_input = true;
        e_.feeds.push_back(std::move(step));
      }
    }
  }
  std::stable_sort(e_.feeds.begin(), e_.feeds.end(),
                   [](const JacobianStep& a, const JacobianStep& b) { return a.to < b.to; });
}

std::vector<KnownTensors::Data> Explainer::data_of(std::size_t to) const {
  std::set<const Node*> nodes;
  std::set<std::ptrdiff_t> entries;
  for (const Link& link : chain_.links()[to]) {
    for (const Node* node : link.between) {
      if (nodes.insert(node).second) {
        entries.insert(chain_.calls().unit_of(node).entry);
      }
    }
  }
  std::vector<KnownTensors::Data> all;
  for (const std::ptrdiff_t entry : entries) {
    for (KnownTensors::Data& data : known_.data_of(entry)) {
      all.push_back(std::move(data));
    }
  }
  for (const Node* node : nodes) {
    known_.add_saved(*node, all);
  }
  return all;
}

}  // namespace retrograd::detail
