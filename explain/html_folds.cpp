// Parts of the graph that are folded, and those that are left out of large graphs.
#include <algorithm>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kMostStations = 200;

// The parts of a repeat between its first and its last.
std::pair<std::size_t, std::size_t> inner_parts(const StationGroup& group) {
  const std::size_t part = (group.last - group.first) / group.repeats;
  return {group.first + part, group.last - part};
}

}  // namespace

std::vector<bool> left_out_of(const Explanation& e) {
  std::vector<bool> found(e.stations.size());
  if (found.size() <= kMostStations) {
    return found;
  }
  for (const StationGroup& group : e.groups) {
    if (group.kind == StationGroup::Kind::repeat) {
      const auto [first, last] = inner_parts(group);
      std::fill(found.begin() + static_cast<std::ptrdiff_t>(first),
                found.begin() + static_cast<std::ptrdiff_t>(last), true);
    }
  }
  const auto kept = static_cast<std::size_t>(std::count(found.begin(), found.end(), false));
  std::size_t number = 0;  // among those that are kept
  for (std::size_t i = 0; i < found.size() && kept > kMostStations; ++i) {
    if (!found[i]) {
      found[i] = number >= kMostStations / 2 && number < kept - kMostStations / 2;
      ++number;
    }
  }
  return found;
}

std::string html_left_out(const Page& page, std::size_t& first, std::size_t row) {
  const auto end = std::find(page.left_out.begin() + static_cast<std::ptrdiff_t>(first),
                             page.left_out.end(), false);
  const auto last = static_cast<std::size_t>(end - page.left_out.begin());
  const auto& groups = page.e.groups;
  const auto repeat = std::find_if(groups.begin(), groups.end(), [&](const StationGroup& group) {
    return group.kind == StationGroup::Kind::repeat && inner_parts(group) == std::pair(first, last);
  });
  const std::string parts =
      repeat == groups.end() ? "" : formatted("{} equal parts, ", repeat->repeats - 2);
  const std::string text =
      formatted("<p class=\"gap\" style=\"grid-row:{}\">… {}{} stations: {} to {}</p>\n", row,
                parts, last - first, html_escaped(page.e.stations[first].name),
                html_escaped(page.e.stations[last - 1].name));
  first = last;
  return text;
}

// Of a module, the script folds all but the result.
std::string html_folds(const Page& page) {
  std::vector<std::string> folds;
  for (const StationGroup& group : page.e.groups) {
    const bool repeats = group.kind == StationGroup::Kind::repeat;
    const auto [first, last] =
        repeats ? inner_parts(group) : std::pair(group.first, group.last - 1);
    if (first < last && !page.left_out[first]) {
      folds.push_back(formatted("[{},{},{}{}]", first, last, group.repeats,
                                repeats ? "" : "," + json_quoted(group.name)));
    }
  }
  return formatted("<script type=\"application/json\" id=\"folds\">[{}]</script>\n",
                   joined(folds, ","));
}

}  // namespace retrograd::detail
