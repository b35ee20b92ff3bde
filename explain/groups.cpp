#include <retrograd/explain/detail/groups.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>

#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kMostPart = 256;  // stations of a part that repeats
constexpr std::size_t kFewestParts = 3;

// Equal for stations that may be the same one of several parts: without digits in the path.
std::vector<std::size_t> kinds_of(const std::vector<ExplainedStation>& stations) {
  std::map<std::string, std::size_t> known;
  std::vector<std::size_t> kinds;
  for (const ExplainedStation& station : stations) {
    std::string path;
    for (const char c : station.module) {
      const bool is_digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
      if (!is_digit || path.empty() || path.back() != '#') {
        path += is_digit ? '#' : c;
      }
    }
    const std::string text = formatted("{} {} {} {}", station.op, path, to_string(station.where),
                                       to_string(station.shape));
    kinds.push_back(known.try_emplace(text, known.size()).first->second);
  }
  return kinds;
}

struct Run {
  std::size_t part = 0;
  std::size_t repeats = 0;
};

// The longest run that starts at each station. Its part is the shortest one.
std::vector<Run> runs_of(const std::vector<std::size_t>& kinds) {
  const std::size_t count = kinds.size();
  std::vector<Run> best(count);
  for (std::size_t part = 1; part <= std::min(kMostPart, count / kFewestParts); ++part) {
    std::size_t equal = 0;  // how many stations from here equal those a part later
    for (std::size_t i = count - part; i-- > 0;) {
      equal = kinds[i] == kinds[i + part] ? equal + 1 : 0;
      const std::size_t repeats = equal / part + 1;
      if (repeats >= kFewestParts && repeats * part > best[i].part * best[i].repeats) {
        best[i] = {part, repeats};
      }
    }
  }
  return best;
}

void add_repeats(const Explanation& e, std::vector<StationGroup>& groups) {
  const auto runs = runs_of(kinds_of(e.stations));
  const std::size_t modules = groups.size();
  std::size_t next_group = 0;  // modules are in the order of their first stations
  for (std::size_t i = 1; i + 1 < e.stations.size();) {
    const auto [part, repeats] = runs[i];
    const std::size_t last = i + part * repeats;
    while (next_group < modules && groups[next_group].first < i) {
      ++next_group;
    }
    const bool crosses =
        std::any_of(groups.begin(), groups.begin() + static_cast<std::ptrdiff_t>(next_group),
                    [&](const StationGroup& g) {
                      return g.kind == StationGroup::Kind::module && g.last > i && g.last < last;
                    });
    if (repeats < kFewestParts || crosses) {
      ++i;
      continue;
    }
    StationGroup group{.kind = StationGroup::Kind::repeat, .first = i, .last = last};
    group.repeats = repeats;
    group.where = e.stations[i].where;
    std::vector<std::string> ops;
    for (std::size_t s = i; s < i + std::min<std::size_t>(part, 8); ++s) {
      ops.push_back(e.stations[s].op);
    }
    group.name = joined(ops, ", ") + (part > 8 ? ", ..." : "");
    groups.push_back(std::move(group));
    i = last;
  }
}

}  // namespace

std::vector<StationGroup> find_groups(const Explanation& e, const Chain& chain) {
  const auto& stations = chain.stations();
  std::vector<StationGroup> groups;
  const auto first_from = [&](std::uint64_t number) {
    const auto found = std::partition_point(
        stations.begin(), stations.end(),
        [&](const Chain::Station& station) { return station.node->number() < number; });
    return static_cast<std::size_t>(found - stations.begin());
  };
  for (const ModuleCall& call : chain.calls().modules()) {
    StationGroup group{.name = call.path,
                       .where = call.where,
                       .first = first_from(call.first_node),
                       .last = first_from(call.end_node)};
    if (group.last > group.first + 1 && !call.path.empty()) {
      groups.push_back(std::move(group));
    }
  }
  add_repeats(e, groups);
  std::stable_sort(groups.begin(), groups.end(), [](const StationGroup& a, const StationGroup& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  std::vector<std::size_t> around;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    while (!around.empty() && groups[around.back()].last <= groups[i].first) {
      around.pop_back();
    }
    groups[i].parent = around.empty() ? -1 : static_cast<std::ptrdiff_t>(around.back());
    around.push_back(i);
  }
  return groups;
}

}  // namespace retrograd::detail
