// Matrices on the page: tables, and pictures with a slice beside them.
#include <algorithm>
#include <cmath>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

constexpr std::int64_t kMostTextCells = 20;  // in a row or column, to have room for text
constexpr std::int64_t kSlice = 12;          // rows and columns beside a picture
constexpr std::int64_t kMostPixels = 112;    // in a row or column of a picture
constexpr std::size_t kMostWindows = 64;
constexpr std::size_t kMostInWindows = 5000;

double largest_of(const JacobianStep& step) {
  double largest = 0;
  for (const JacobianEntry& entry : step.entries) {
    if (std::isfinite(entry.value)) {
      largest = std::max(largest, std::fabs(entry.value));
    }
  }
  return largest;
}

std::string cell_text(const JacobianStep& step, std::int64_t row, std::int64_t column) {
  const auto found = step.names.find(row * step.columns + column);
  return found == step.names.end()
             ? short_text(step.at(row, column))
             : factor_text(found->second) + element_html(found->second.tensor, found->second.index);
}

// Where a filter meets what stands around its input: in a matrix of the input's elements, and of no
// other entries, those that are none. Filters of several channels have such a matrix for each.
bool is_padding(const Page& page, const Page::Arrow& arrow, std::int64_t row, std::int64_t column) {
  const JacobianStep& step = *arrow.step;
  if (step.names.empty() || step.operators.find("conv") == std::string::npos ||
      step.names.contains(row * step.columns + column) || step.at(row, column) != 0) {
    return false;
  }
  if (step.structure == JacobianStructure::hankel ||
      step.structure == JacobianStructure::block_hankel) {
    return true;
  }
  const Shape& filter = page.tensors[arrow.from].shape;  // (out, in, ...)
  const Shape& maps = page.tensors[arrow.to].shape;      // (1, out, ...)
  const std::size_t input = page.number_of(step.names.begin()->second.tensor);
  if (filter.size() < 3 || maps.size() != filter.size() || maps[0] != 1 || maps[1] != filter[0] ||
      input == page.tensors.size() || page.tensors[input].shape.back() < filter.back()) {
    return false;
  }
  return row / (step.rows / filter[0]) == column / (step.columns / maps[1]);
}

// With the tensor's name where it is short; in the heading it is anyway.
std::string header(const Page& page, const char* scope, std::size_t tensor, std::int64_t element) {
  constexpr std::size_t kShort = 5;
  const auto& [name, shape, value, gradient, shown, op] = page.tensors[tensor];
  const Dims index = element_index(element, shape);
  const bool whole = name.size() <= kShort || index.empty();
  return formatted(
      "<th scope=\"{}\" data-e=\"{}.{}\"{}>{}</th>", scope, tensor, element,
      whole ? "" : formatted(" aria-label=\"{} {}\"", html_escaped(name), index_text(index)),
      whole ? element_html(name, index) : index_text(index));
}

// Why a cell is what it is, in words and as a formula.
std::string reason(Page& page, const Page::Arrow& arrow, std::int64_t row, std::int64_t column) {
  constexpr std::size_t kMost = 120'000;  // bytes of the page
  if (page.reasons > kMost) {
    return "";
  }
  const JacobianStep& step = *arrow.step;
  const CellReason why = arrow.inside != nullptr ? arrow.inside->why(step, row, column)
                                                 : page.e.why(step, row, column);
  if (!why.is_derived) {
    return "";
  }
  const std::string text =
      formatted(" data-w=\"{}{}{}\"", html_escaped(why.words), why.formula.empty() ? "" : " ",
                html_escaped(formula_text(why.formula)));
  page.reasons += text.size();
  return text;
}

std::string table(Page& page, const Page::Arrow& arrow, const Block& block,
                  const std::string& name) {
  const JacobianStep& step = *arrow.step;
  const double largest = largest_of(step);
  std::string text = formatted(
      "<div class=\"scroll\"><table class=\"matrix\" role=\"grid\" aria-label=\"{}\">\n<thead><tr>"
      "<td class=\"corner\"></td>",
      name);
  for (std::int64_t column = block.columns.first; column < block.columns.last; ++column) {
    text += header(page, "col", arrow.to, column);
  }
  text += "</tr></thead>\n<tbody>";
  for (std::int64_t row = block.rows.first; row < block.rows.last; ++row) {
    text += "<tr>" + header(page, "row", arrow.from, row);
    for (std::int64_t column = block.columns.first; column < block.columns.last; ++column) {
      const double value = step.at(row, column);
      const auto found = step.names.find(row * step.columns + column);
      const bool pad = is_padding(page, arrow, row, column);
      text += formatted(
          "<td class=\"{}{}{}{}{}>{}</td>", pad ? "pad " : "", cell_colour(value, largest),
          found == step.names.end() ? "" : formatted(" data-e=\"{}\"", page.token(found->second)),
          value == 0 ? "" : formatted(" data-v=\"{}\"", number_text(value)),
          value != 0 || pad ? reason(page, arrow, row, column) : "", cell_text(step, row, column));
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

// A user's slice, or what stands around the first entry other than zero.
Block slice_of(const Page& page, const Page::Arrow& arrow) {
  const JacobianStep& step = *arrow.step;
  const auto part = [](ElementRange chosen, std::int64_t first, std::int64_t all) {
    if (chosen.size() > 0 && chosen.size() < all) {
      return ElementRange{chosen.first, std::min(chosen.last, chosen.first + kMostTextCells)};
    }
    const std::int64_t size = all <= kMostTextCells ? all : kSlice;
    const std::int64_t begin = std::clamp<std::int64_t>(first, 0, all - size);
    return ElementRange{begin, begin + size};
  };
  const bool any = !step.entries.empty();
  return {part(page.tensors[arrow.from].shown, any ? step.entries.front().row : 0, step.rows),
          part(page.tensors[arrow.to].shown, any ? step.entries.front().column : 0, step.columns),
          false};
}

std::string picture(Page& page, std::size_t number, const Block& slice, const std::string& name) {
  const JacobianStep& step = *page.arrows[number].step;
  const DownsampledMatrix small = step.downsampled(kMostPixels, kMostPixels);
  Raster raster(small.rows, small.columns);
  raster.values = small.values;
  const double ratio = static_cast<double>(step.columns) / static_cast<double>(step.rows);
  const double shape = std::clamp(ratio, 0.2, 6.0);
  const std::string drawn =
      small.block_rows * small.block_columns == 1
          ? std::string("Each pixel is an entry.")
          : formatted("Each pixel is the entry of largest magnitude among {}.",
                      size_text(small.block_rows, small.block_columns, "×"));
  return formatted(
      "<figure><span class=\"picture {}\" role=\"img\" aria-label=\"{}: picture of the whole "
      "matrix\" data-m=\"{},{}\" style=\"--w:{:.2f};--a:{:.3f}\"><svg viewBox=\"0 0 {} {}\" "
      "preserveAspectRatio=\"none\"><rect class=\"chosen\" x=\"{}\" y=\"{}\" width=\"{}\" "
      "height=\"{}\"/></svg></span>\n<figcaption>{} Dashed: the slice below, {}.</figcaption>"
      "</figure>\n",
      page.picture_class(formatted("m{}", number), raster), name, step.rows, step.columns,
      std::min(30.0, 16 * std::sqrt(shape)), shape, step.columns, step.rows, slice.columns.first,
      slice.rows.first, slice.columns.size(), slice.rows.size(), drawn, slice.text(step));
}

// Outputs to slide over: all, or some in each direction of the first image.
std::vector<std::int64_t> windows(const Shape& shape, std::int64_t columns, std::size_t most) {
  std::vector<std::int64_t> chosen;
  const std::int64_t across = shape.empty() ? 1 : shape.back();
  const std::int64_t down =
      shape.size() < 2
          ? 1
          : std::min(shape[shape.size() - 2], columns / std::max<std::int64_t>(across, 1));
  std::int64_t stride = 1;
  const auto count = [&](std::int64_t length) { return (length + stride - 1) / stride; };
  while (static_cast<std::size_t>(count(down) * count(across)) > most) {
    ++stride;
  }
  for (std::int64_t row = 0; row < down; row += stride) {
    for (std::int64_t column = 0; column < across; column += stride) {
      chosen.push_back(row * across + column);
    }
  }
  return chosen;
}

// Which elements of its input, and which named ones, some columns of a picture have.
std::string window_data(const Page& page, const Page::Arrow& arrow) {
  const JacobianStep& step = *arrow.step;
  if (step.entries.empty()) {
    return "";
  }
  const std::size_t in_column =
      step.entries.size() / static_cast<std::size_t>(step.columns) * 2 + 1;
  const std::size_t most = std::min(kMostWindows, kMostInWindows / in_column);
  if (most < 4) {
    return "";
  }
  std::string data;
  for (const std::int64_t column : windows(page.tensors[arrow.to].shape, step.columns, most)) {
    std::vector<std::string> rows;
    std::vector<std::string> names;
    auto entry = std::lower_bound(
        step.entries.begin(), step.entries.end(), column,
        [](const JacobianEntry& other, std::int64_t wanted) { return other.column < wanted; });
    for (; entry != step.entries.end() && entry->column == column; ++entry) {
      rows.push_back(formatted("{}", entry->row));
      const auto found = step.names.find(entry->row * step.columns + column);
      if (found != step.names.end()) {
        names.push_back(formatted("\"{}\"", page.token(found->second)));
      }
    }
    data += formatted("{}[{},[{}],[{}]]", data.empty() ? "" : ",", column, joined(rows, ","),
                      joined(names, ","));
  }
  return formatted("<script type=\"application/json\" class=\"windows\">[{}]</script>\n", data);
}

// The input elements that a pooling took.
std::vector<std::int64_t> winners(const JacobianStep& step) {
  std::vector<std::int64_t> rows;
  if (step.structure == JacobianStructure::selection &&
      step.operators.find("max_pool") != std::string::npos) {
    for (const JacobianEntry& entry : step.entries) {
      rows.push_back(entry.row);
    }
  }
  return rows;
}

std::string figure(Page& page, std::size_t tensor, const char* what,
                   const std::vector<std::int64_t>& marked = {}) {
  const std::string drawn = page.values(tensor, false, 1, marked);
  return drawn.empty() ? ""
                       : formatted("<figure>{}<figcaption><i>{}</i>{}{}</figcaption></figure>\n",
                                   drawn, html_escaped(page.tensors[tensor].name), what,
                                   marked.empty() ? "" : "; outlined: the largest of each window");
}

}  // namespace

std::string html_matrix(Page& page, std::size_t number) {
  const Page::Arrow arrow = page.arrows[number];
  const JacobianStep& step = *arrow.step;
  const std::string name = html_escaped(page.derivative(arrow));
  std::string text = figure(page, arrow.from, ", the rows", winners(step));
  for (const std::size_t operand : page.operands(step)) {
    text += operand == arrow.from ? "" : figure(page, operand, ", in the matrix");
  }
  text += figure(page, arrow.to, ", the columns");
  if (!step.computed()) {
    text += "<p class=\"soft\">Not computed: it has too many elements.</p>\n";
    if (step.computed_columns.size() == 0) {
      return text;
    }
    const Block some = slice_of(page, arrow);
    const ElementRange columns{
        step.computed_columns.first,
        std::min(step.computed_columns.last, step.computed_columns.first + kSlice)};
    return text + table(page, arrow, {some.rows, columns, false}, name);
  }
  if (step.rows <= kMostTextCells && step.columns <= kMostTextCells) {
    return text + table(page, arrow, {{0, step.rows}, {0, step.columns}, true}, name);
  }
  const Block slice = slice_of(page, arrow);
  return formatted("{}<div>{}</div>\n{}{}", text, picture(page, number, slice, name),
                   table(page, arrow, slice, name), window_data(page, arrow));
}

}  // namespace retrograd::detail
