// An explanation for a terminal.
#include <algorithm>

#include <retrograd/explain/detail/format.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

using detail::Block;
using detail::formatted;

constexpr std::int64_t kMostInVector = 16;
constexpr std::size_t kMostTerms = 8;  // of a sum

// The paths' steps written by `text`: " . " between them, " + " between paths.
template <class Text>
std::string sum_of_products(const Explanation& e, Text&& text) {
  std::vector<std::string> products;
  for (const auto& path : e.paths) {
    std::vector<std::string> factors;
    factors.reserve(path.size());
    for (const std::size_t step : path) {
      factors.push_back(text(e.steps[step]));
    }
    products.push_back(path.empty() ? "1" : detail::joined(factors, " . "));
  }
  return formatted("{}{}", detail::joined(products, " + "), e.all_paths ? "" : " + ...");
}

// A line for each line of the recurrence: `left` of its station, and a sum over its steps.
template <class Left, class Text>
std::string recurrence_text(const Explanation& e, Left&& left, Text&& text) {
  std::vector<std::string> lines;
  for (const RecurrenceLine& line : e.recurrence) {
    std::vector<std::string> terms;
    terms.reserve(line.steps.size());
    for (std::size_t i = 0; i < line.steps.size(); ++i) {
      const bool is_left_out =
          line.steps.size() > kMostTerms && i >= 2 && i + 1 < line.steps.size();
      if (!is_left_out || i == 2) {
        terms.push_back(is_left_out ? "..." : text(e.steps[line.steps[i]]));
      }
    }
    lines.push_back(formatted("{} = {}{}", left(e.stations[line.station]),
                              detail::joined(terms, " + "), detail::repeats_text(e, line)));
  }
  return detail::joined(lines, "\n");
}

std::string matrix_text(const JacobianStep& step, const Block& block) {
  std::vector<std::size_t> widths(static_cast<std::size_t>(block.columns.size()));
  std::vector<std::vector<std::string>> rows;
  for (std::int64_t row = block.rows.first; row < block.rows.last; ++row) {
    auto& cells = rows.emplace_back();
    for (std::int64_t column = block.columns.first; column < block.columns.last; ++column) {
      cells.push_back(step.entry_text(row, column));
      std::size_t& width = widths[cells.size() - 1];
      width = std::max(width, cells.back().size());
    }
  }
  std::string text;
  for (const auto& cells : rows) {
    for (std::size_t c = 0; c < cells.size(); ++c) {
      text += formatted("  {:>{}}", cells[c], widths[c]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string Explanation::derivative(const JacobianStep& step) const {
  return detail::derivative_text(stations[step.to], source(step));
}

std::string Explanation::formula() const {
  if (detail::is_recurrence_shorter(*this)) {
    const auto gradient = [this](const ExplainedStation& station) {
      return detail::derivative_text(stations.back(), station);
    };
    return recurrence_text(*this, gradient, [&](const JacobianStep& step) {
      const bool is_last = step.to + 1 == stations.size();
      return is_last ? derivative(step)
                     : formatted("{} . {}", derivative(step), gradient(stations[step.to]));
    });
  }
  return formatted(
      "{} = {}", detail::whole_derivative(*this),
      sum_of_products(*this, [this](const JacobianStep& step) { return derivative(step); }));
}

std::string Explanation::shapes() const {
  if (detail::is_recurrence_shorter(*this)) {
    const auto size = [](const ExplainedStation& station) {
      return detail::size_text(station.numel(), 1);
    };
    return recurrence_text(*this, size, [&](const JacobianStep& step) {
      const std::string own = detail::size_text(step.rows, step.columns);
      const bool is_last = step.to + 1 == stations.size();
      return is_last ? own : formatted("{} . {}", own, size(stations[step.to]));
    });
  }
  return formatted("{} = {}", detail::size_text(stations.front().numel(), 1),
                   sum_of_products(*this, [](const JacobianStep& step) {
                     return detail::size_text(step.rows, step.columns);
                   }));
}

std::string Explanation::text() const {
  const std::string all = formula();
  const std::string sizes = shapes();
  const std::size_t indent = std::max(all.find('='), sizes.find('=')) - sizes.find('=');
  std::string text = detail::is_recurrence_shorter(*this)
                         ? all + "\n"
                         : formatted("{}\n{:{}}{}\n", all, "", indent, sizes);
  const std::vector<bool> repeated = detail::repeated_stations(*this);
  for (const JacobianStep& step : steps) {
    if (repeated[step.to]) {
      continue;
    }
    text += formatted("\n{}  {}  {}  ({})\n", derivative(step),
                      detail::size_text(step.rows, step.columns), detail::structure_text(step),
                      detail::origin_text(step));
    const Block block = detail::block_of(*this, step);
    if (step.computed() && !block.empty()) {
      text += block.whole ? "" : block.text(step) + ":\n";
      text += matrix_text(step, block);
    }
  }
  for (const StationGroup& group : groups) {
    if (group.kind == StationGroup::Kind::repeat) {
      text += formatted("\n{}\n", detail::group_text(*this, group));
    }
  }
  const std::string gradient = detail::vector_text(stations.front().gradient, kMostInVector);
  if (product.defined()) {
    text += formatted("\nmultiplied out  {}\nbackward()      {}\nlargest difference  {}\n",
                      detail::vector_text(product, kMostInVector), gradient,
                      detail::number_text(difference));
  } else {
    text += formatted("\nbackward()      {}\n", gradient);
  }
  return text;
}

}  // namespace retrograd
