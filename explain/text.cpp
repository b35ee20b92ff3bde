// An explanation for a terminal.
#include <algorithm>

#include <retrograd/explain/detail/format.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

using detail::Block;
using detail::formatted;

constexpr std::int64_t kMostInVector = 16;

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
  return formatted("d{}/d{}", stations[step.to].name, stations[step.from].name);
}

std::string Explanation::formula() const {
  return formatted(
      "{} = {}", detail::whole_derivative(*this),
      sum_of_products(*this, [this](const JacobianStep& step) { return derivative(step); }));
}

std::string Explanation::shapes() const {
  return formatted("{} = {}", detail::size_text(stations.front().numel(), 1),
                   sum_of_products(*this, [](const JacobianStep& step) {
                     return detail::size_text(step.rows, step.columns);
                   }));
}

std::string Explanation::text() const {
  const std::string all = formula();
  const std::string sizes = shapes();
  const std::size_t indent = std::max(all.find('='), sizes.find('=')) - sizes.find('=');
  std::string text = formatted("{}\n{:{}}{}\n", all, "", indent, sizes);
  for (const JacobianStep& step : steps) {
    text += formatted("\n{}  {}  {}  ({})\n", derivative(step),
                      detail::size_text(step.rows, step.columns), detail::structure_text(step),
                      detail::origin_text(step));
    const Block block = detail::block_of(*this, step);
    if (step.computed() && !block.empty()) {
      text += block.whole ? "" : block.text(step) + ":\n";
      text += matrix_text(step, block);
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
