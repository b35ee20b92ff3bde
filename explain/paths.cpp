// The chain rule over the steps of an explanation.
#include <algorithm>
#include <cmath>
#include <limits>

#include <retrograd/explain/detail/groups.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kMostPaths = 64;
constexpr std::size_t kMostListed = 1 << 16;  // steps of all listed paths

// The steps that leave each station.
std::vector<std::vector<std::size_t>> leaving_steps(const Explanation& e) {
  std::vector<std::vector<std::size_t>> leaving(e.stations.size());
  for (std::size_t i = 0; i < e.steps.size(); ++i) {
    leaving[e.steps[i].from].push_back(i);
  }
  return leaving;
}

}  // namespace

void find_paths(Explanation& e) {
  const auto leaving = leaving_steps(e);
  std::size_t listed = 0;
  std::vector<std::size_t> taken;          // the path so far
  std::vector<std::size_t> next_of = {0};  // which step to try next after each part of it
  while (!next_of.empty()) {
    const std::size_t at = taken.empty() ? 0 : e.steps[taken.back()].to;
    const bool arrived = at + 1 == e.stations.size();
    if (arrived && (e.paths.size() == kMostPaths || (listed > kMostListed && !e.paths.empty()))) {
      e.all_paths = false;
      return;
    }
    if (arrived) {
      e.paths.push_back(taken);
      listed += taken.size();
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

// Lines of equal distances from part to part become one.
void find_recurrence(Explanation& e) {
  const auto leaving = leaving_steps(e);
  std::vector<std::size_t> part_of(e.stations.size());  // stations of a part, in repeating groups
  for (const StationGroup& group : e.groups) {
    if (group.kind == StationGroup::Kind::repeat) {
      std::fill(part_of.begin() + static_cast<std::ptrdiff_t>(group.first),
                part_of.begin() + static_cast<std::ptrdiff_t>(group.last),
                (group.last - group.first) / group.repeats);
    }
  }
  std::vector<bool> written(e.stations.size());
  const auto repeats = [&](std::size_t station, std::size_t earlier) {
    return std::equal(leaving[station].begin(), leaving[station].end(), leaving[earlier].begin(),
                      leaving[earlier].end(), [&](std::size_t a, std::size_t b) {
                        const std::size_t to = e.steps[a].to;
                        return to - station == e.steps[b].to - earlier &&
                               to + 1 != e.stations.size();
                      });
  };
  for (std::size_t i = e.stations.size() - std::min<std::size_t>(1, e.stations.size()); i-- > 0;) {
    if (written[i]) {
      continue;
    }
    RecurrenceLine line{i, leaving[i], 1, 0};
    const std::size_t part = part_of[i];
    while (part > 0 && line.station >= part && part_of[line.station - part] == part &&
           repeats(line.station, line.station - part)) {
      line.station -= part;
      line.steps = leaving[line.station];
      ++line.repeats;
      line.stride = part;
      written[line.station] = true;
    }
    e.recurrence.push_back(std::move(line));
  }
}

void multiply_out(Explanation& e) {
  std::vector<std::vector<double>> behind;  // by station
  e.difference = std::numeric_limits<double>::quiet_NaN();
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

}  // namespace retrograd::detail
