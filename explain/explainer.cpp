#include <retrograd/explain/detail/explainer.h>

#include <algorithm>

#include <retrograd/autograd/internal/engine.h>
#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/groups.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::detail {

namespace {

constexpr std::int64_t kMostCopied = 1 << 20;  // elements of a tensor whose value is kept

}  // namespace

Tensor Explainer::copied(const Tensor& value) {
  return value.defined() && value.numel() <= kMostCopied ? value.detach().clone() : Tensor();
}

Explanation Explainer::run(const Tensor& output, const NodePtr& last) {
  for (const Chain::Station& station : chain_.stations()) {
    e_.stations.push_back(station_of(station.node.get(), station.name));
  }
  for (const Chain::Station& input : chain_.inputs()) {
    e_.inputs.push_back(station_of(input.node.get(), input.name));
  }
  e_.groups = find_groups(e_, chain_);
  find_insides();
  find_gradients(output, last);
  slice_stations();
  find_links();
  recognise();
  add_steps();
  add_data();
  find_paths(e_);
  find_recurrence(e_);
  multiply_out(e_);
  return std::move(e_);
}

ExplainedStation Explainer::station_of(const Node* node, std::string name) const {
  ExplainedStation station{std::move(name), node->shape(), {}, {}, {}};
  station.kind = node->is_leaf() ? StationKind::parameter : StationKind::result;
  station.op = chain_.op_of(node);
  const Unit& unit = chain_.calls().unit_of(node);
  station.module = unit.module;
  if (!node->is_leaf()) {
    station.where = unit.entry >= 0 ? unit.where : node->where();
  }
  const auto given = values_.find(node);
  station.value = copied(given != values_.end() ? given->second : known_.result_of(node));
  if (station.numel() <= options_.most_shown) {
    station.shown = {0, station.numel()};
  }
  return station;
}

void Explainer::find_insides() {
  const std::vector<bool> repeated = repeated_stations(e_);
  for (std::size_t i = 1; i < e_.stations.size(); ++i) {
    if (repeated[i] || !chain_.is_folded(i)) {
      continue;
    }
    insides_.push_back(chain_.inside(i));
    const Chain::Inside& inside = insides_.back();
    ExplainedInside& shown = e_.insides.emplace_back();
    shown.station = i;
    FreeNames free;
    for (std::size_t n = 0; n < inside.nodes.size(); ++n) {
      const Node* const node = inside.nodes[n].get();
      const ExplainedStation* const known = known_station(inside, i, n);
      const std::string name = known != nullptr ? known->name : "";
      shown.stations.push_back(station_of(node, name));
      if (known != nullptr) {
        free.take(name);
      }
    }
    for (std::size_t n = 0; n < inside.nodes.size(); ++n) {
      if (shown.stations[n].name.empty()) {
        shown.stations[n].op = inside.nodes[n]->op();
        shown.stations[n].name = free.next(inside.nodes[n]->op());
      }
    }
    e_.stations[i].inside = static_cast<std::ptrdiff_t>(e_.insides.size()) - 1;
  }
}

const ExplainedStation* Explainer::known_station(const Chain::Inside& inside, std::size_t station,
                                                 std::size_t number) const {
  if (number + 1 == inside.nodes.size()) {
    return &e_.stations[station];
  }
  if (number >= inside.sources) {
    return nullptr;
  }
  const Link& link = chain_.links()[station][number];
  return link.from_input ? &e_.inputs[link.from] : &e_.stations[link.from];
}

void Explainer::find_gradients(const Tensor& output, const NodePtr& last) {
  std::vector<NodePtr> nodes;
  std::vector<ExplainedStation*> stations;
  for (std::size_t i = 0; i < e_.stations.size(); ++i) {
    nodes.push_back(chain_.stations()[i].node);
    stations.push_back(&e_.stations[i]);
  }
  for (std::size_t i = 0; i < e_.inputs.size(); ++i) {
    nodes.push_back(chain_.inputs()[i].node);
    stations.push_back(&e_.inputs[i]);
  }
  for (std::size_t i = 0; i < e_.insides.size(); ++i) {
    for (std::size_t n = insides_[i].sources; n + 1 < insides_[i].nodes.size(); ++n) {
      nodes.push_back(insides_[i].nodes[n]);
      stations.push_back(&e_.insides[i].stations[n]);
    }
  }
  Engine engine(true, false);
  engine.capture(nodes, {last});
  engine.seed(*last, ones(output.shape(), {.dtype = output.dtype()}));
  engine.run();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Tensor found = engine.captured(i);
    stations[i]->gradient =
        found.defined() ? found : zeros(nodes[i]->shape(), {.dtype = nodes[i]->dtype()});
  }
  for (std::size_t i = 0; i < e_.insides.size(); ++i) {
    for (std::size_t n = 0; n < insides_[i].nodes.size(); ++n) {
      if (const auto* known = known_station(insides_[i], e_.insides[i].station, n)) {
        e_.insides[i].stations[n].gradient = known->gradient;
      }
    }
  }
}

void Explainer::slice_stations() {
  for (const auto& [name, range] : options_.slices) {
    const auto has_name = [&wanted = name](const ExplainedStation& s) { return s.name == wanted; };
    auto found = std::find_if(e_.stations.begin(), e_.stations.end(), has_name);
    if (found == e_.stations.end()) {
      found = std::find_if(e_.inputs.begin(), e_.inputs.end(), has_name);
      check::require<ValueError>(call_, found != e_.inputs.end(), {},
                                 "a slice for {}, which is no station [name-unknown]", name);
    }
    check::require<ValueError>(
        call_, 0 <= range.first && range.first <= range.last && range.last <= found->numel(), {},
        "the slice [{}, {}) is not within the {} elements of {} [index-out-of-range]", range.first,
        range.last, found->numel(), name);
    found->shown = range;
  }
}

}  // namespace retrograd::detail
