// An explanation for a terminal.
#include <algorithm>

#include <retrograd/explain/detail/format.h>

namespace retrograd {

namespace {

using detail::Block;

constexpr std::int64_t kMostInVector = 16;

// The paths' steps written by `text`: " . " between them, " + " between paths.
template <class Text>
std::string sum_of_products(const Explanation& e, Text&& text) {
  std::string sum;
  for (const auto& path : e.paths) {
    std::string product;
    for (const std::size_t step : path) {
      product += (product.empty() ? "" : " . ") + text(e.steps[step]);
    }
    sum += (sum.empty() ? "" : " + ") + (product.empty() ? "1" : product);
  }
  return sum + (e.all_paths ? "" : " + ...");
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
      text += std::string(widths[c] - cells[c].size() + 2, ' ') + cells[c];
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string Explanation::derivative(const JacobianStep& step) const {
  return "d" + stations[step.to].name + "/d" + stations[step.from].name;
}

std::string Explanation::formula() const {
  return detail::whole_derivative(*this) + " = " +
         sum_of_products(*this, [this](const JacobianStep& step) { return derivative(step); });
}

std::string Explanation::shapes() const {
  return detail::size_text(stations.front().numel(), 1) + " = " +
         sum_of_products(*this, [](const JacobianStep& step) {
           return detail::size_text(step.rows, step.columns);
         });
}

std::string Explanation::text() const {
  const std::string all = formula();
  const std::string sizes = shapes();
  const std::string indent(std::max(all.find('='), sizes.find('=')) - sizes.find('='), ' ');
  std::string text = all + '\n' + indent + sizes + '\n';
  for (const JacobianStep& step : steps) {
    text += '\n' + derivative(step) + "  " + detail::size_text(step.rows, step.columns) + "  " +
            detail::structure_text(step) + "  (" + detail::origin_text(step) + ")\n";
    const Block block = detail::block_of(*this, step);
    if (step.computed() && !block.empty()) {
      text += block.whole ? "" : block.text(step) + ":\n";
      text += matrix_text(step, block);
    }
  }
  text += '\n';
  if (product.defined()) {
    text += "multiplied out  " + detail::vector_text(product, kMostInVector) + '\n';
  }
  text += "backward()      " + detail::vector_text(stations.front().gradient, kMostInVector) + '\n';
  if (product.defined()) {
    text += "largest difference  " + detail::number_text(difference) + '\n';
  }
  return text;
}

}  // namespace retrograd
