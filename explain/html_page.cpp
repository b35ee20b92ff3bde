// What is on the page, and its numbers.
#include <algorithm>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

Page::Page(const Explanation& explanation)
    : e(explanation),
      left_out(left_out_of(explanation)),
      reaching(explanation.stations.size()),
      leaving(explanation.stations.size()),
      feeds(explanation.stations.size()),
      insides(explanation.stations.size()) {
  for (const ExplainedStation& station : e.stations) {
    tensors.push_back(
        {station.name, station.shape, station.value, station.gradient, station.shown, station.op});
  }
  for (const ExplainedStation& input : e.inputs) {
    tensors.push_back(
        {input.name, input.shape, input.value, input.gradient, input.shown, input.op});
  }
  shown_.resize(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    numbers_.emplace(tensors[i].name, i);
    shown_[i] = i < e.stations.size() ? !left_out[i] : true;
  }
  for (std::size_t i = 0; i < e.feeds.size(); ++i) {
    feeds[e.feeds[i].to].push_back(i);
    shown_[e.stations.size() + e.feeds[i].from] = false;
  }
  for (std::size_t i = 0; i < e.steps.size(); ++i) {
    const JacobianStep& step = e.steps[i];
    if (!left_out[step.to]) {
      reaching[step.to].push_back(i);
      leaving[step.from].push_back(i);
      shown_[step.from] = true;
      for (const std::size_t operand : operands(step)) {
        shown_[operand] = true;
      }
    }
  }
  for (const JacobianStep& step : e.steps) {
    arrows.push_back({&step, step.from, step.to, nullptr});
  }
  for (const JacobianStep& feed : e.feeds) {
    const std::size_t input = e.stations.size() + feed.from;
    shown_[input] = shown_[input] || !left_out[feed.to];
    arrows.push_back({&feed, input, feed.to, nullptr});
  }
  add_insides();
  drawn.resize(tensors.size());
}

// The sources are known by their names; the last one is the station.
void Page::add_insides() {
  for (const ExplainedInside& inside : e.insides) {
    if (left_out[inside.station]) {
      continue;
    }
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < inside.stations.size(); ++i) {
      const ExplainedStation& s = inside.stations[i];
      const bool last = i + 1 == inside.stations.size();
      const bool is_source = std::none_of(inside.steps.begin(), inside.steps.end(),
                                          [i](const JacobianStep& step) { return step.to == i; });
      numbers.push_back(last ? inside.station : is_source ? number_of(s.name) : tensors.size());
      if (numbers.back() == tensors.size()) {
        tensors.push_back({s.name, s.shape, s.value, s.gradient, s.shown, s.op});
        shown_.push_back(true);
      }
    }
    for (const JacobianStep& step : inside.steps) {
      insides[inside.station].push_back(arrows.size());
      arrows.push_back({&step, numbers[step.from], numbers[step.to], &inside});
    }
  }
}

std::string Page::derivative(const Arrow& arrow) const {
  return formatted("d{}/d{}", tensors[arrow.to].name, tensors[arrow.from].name);
}

std::string Page::fraction(const Arrow& arrow) const {
  return html_fraction(tensors[arrow.to].name, tensors[arrow.from].name);
}

bool Page::has_panel(std::size_t arrow) const {
  const auto& [step, from, to, inside] = arrows[arrow];
  return inside != nullptr ||
         (!left_out[to] &&
          (step->computed() || step->computed_columns.size() > 0 || arrow < e.steps.size()));
}

std::size_t Page::number_of(const std::string& name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? tensors.size() : found->second;
}

std::string Page::token(const NamedElement& element) const {
  const std::size_t number = number_of(element.tensor);
  std::int64_t flat = 0;
  std::size_t next = 0;
  if (number < tensors.size()) {
    for (const std::int64_t size : tensors[number].shape) {
      flat = flat * size + (size == 1 ? 0 : element.index[next++] - 1);
    }
  }
  return formatted("{}.{}", number, flat);
}

std::string Page::label(std::size_t tensor, std::int64_t element) const {
  return element_html(tensors[tensor].name, element_index(element, tensors[tensor].shape));
}

std::vector<std::size_t> Page::operands(const JacobianStep& step) const {
  std::vector<std::size_t> found;
  for (const auto& [at, element] : step.names) {
    const std::size_t number = number_of(element.tensor);
    if (number >= e.stations.size() && number < tensors.size() &&
        std::find(found.begin(), found.end(), number) == found.end()) {
      found.push_back(number);
    }
  }
  return found;
}

std::vector<std::size_t> Page::inputs_of(std::size_t station) const {
  std::vector<std::size_t> found;
  for (const std::size_t feed : feeds[station]) {
    found.push_back(e.stations.size() + e.feeds[feed].from);
  }
  return found;
}

}  // namespace retrograd::detail
