// Parts of the web page. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <retrograd/explain/explain.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::detail {

extern const char* const kPageStyle;   // explain/page/page.css
extern const char* const kPageScript;  // explain/page/page.js

std::string html_escaped(std::string_view text);
// At most three significant digits: "-0.294", "1.23e-5", "0".
std::string short_text(double value);
// Classes and style that colour a cell: blue (negative) over white to orange, grey if no number.
std::string cell_colour(double value, double largest);
// "<i>x</i><sub>2,3</sub>"
std::string element_html(const std::string& tensor, const Dims& index);

// Numbers to be drawn as a picture.
struct Raster {
  std::int64_t rows;
  std::int64_t columns;
  std::vector<double> values;  // row by row

  Raster(std::int64_t r, std::int64_t c)
      : rows(r), columns(c), values(static_cast<std::size_t>(r * c)) {}
  double& at(std::int64_t row, std::int64_t column) {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
  double at(std::int64_t row, std::int64_t column) const {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
};
// The largest magnitude that is finite.
double largest_magnitude(const std::vector<double>& values);
// Sets `kept` to the value if its magnitude is larger.
void keep_larger(double& kept, double value);
// Each square block of numbers as the one of largest magnitude, for at most so many pixels.
Raster shrunk(const Raster& raster, std::int64_t most_pixels);
// The raster as the bytes of a BMP file, in the colours of cells.
std::string bitmap(const Raster& raster);

// The page while it is written. Tensors have numbers: stations first, then inputs, then what is
// inside of stations. An element is known to the script by its token, "2.15": the number of its
// tensor, and its position from 0.
class Page {
 public:
  explicit Page(const Explanation& explanation);

  struct Named {
    std::string name;
    Shape shape;
    Tensor value;     // may be undefined
    Tensor gradient;  // may be undefined
    ElementRange shown;
    std::string op;
  };
  // A Jacobian between tensors of the page.
  struct Arrow {
    const JacobianStep* step;
    std::size_t from;
    std::size_t to;
    const ExplainedInside* inside;  // of an operator in a folded station, or null
  };
  const Explanation& e;
  std::vector<Named> tensors;
  std::vector<bool> left_out;  // stations that are not on the page
  // By station, the steps to and from it whose `to` is on the page, and all that feed it.
  std::vector<std::vector<std::size_t>> reaching;
  std::vector<std::vector<std::size_t>> leaving;
  std::vector<std::vector<std::size_t>> feeds;
  std::vector<Arrow> arrows;                      // steps, feeds, then those inside of stations
  std::vector<std::vector<std::size_t>> insides;  // by station: arrows
  std::vector<bool> drawn;                        // tensors other than stations that have a box
  std::size_t reasons = 0;                        // bytes of derivations so far

  // The number of a name, or as many as there are.
  std::size_t number_of(const std::string& name) const;
  std::string token(const NamedElement& element) const;
  // The elements' own name, such as W1 with an index.
  std::string label(std::size_t tensor, std::int64_t element) const;
  // The class of a picture that the style sheet holds once.
  std::string picture_class(const std::string& key, const Raster& raster);
  const std::string& picture_styles() const { return styles_; }
  // Cells with numbers or a picture, with a text for those that cannot see it.
  std::string values(std::size_t tensor, bool gradient, double scale = 1,
                     const std::vector<std::int64_t>& winners = {});
  // Numbers of named tensors, other than stations, whose elements a step's matrix has.
  std::vector<std::size_t> operands(const JacobianStep& step) const;
  // "dZ1/dW1"
  std::string derivative(const Arrow& arrow) const;
  std::string fraction(const Arrow& arrow) const;
  // Whether an arrow has a panel.
  bool has_panel(std::size_t arrow) const;
  // Numbers of inputs that a station is computed from.
  std::vector<std::size_t> inputs_of(std::size_t station) const;
  // Whether a tensor is on the page.
  bool shows(std::size_t tensor) const { return shown_[tensor]; }

 private:
  void add_insides();

  std::vector<bool> shown_;
  std::map<std::string, std::size_t> numbers_;
  std::map<std::string, std::string> classes_;
  std::string styles_;
};

// The stations and arrows between them, the input on top, with links to the panels.
std::string html_graph(Page& page);
// The matrix of an arrow: a table, or a picture with a slice beside it.
std::string html_matrix(Page& page, std::size_t arrow);
// A line of a box: a word, and values.
std::string row_of(const char* style, const std::string& word, const std::string& values);
// The inputs of a station, and the operators in it.
std::string html_inputs(Page& page, std::size_t station, std::size_t row, bool joins);
std::string html_inside(Page& page, std::size_t station, std::size_t row);
std::string html_input(Page& page, std::size_t tensor);
// The part of the page that plays training, from explanations of its steps.
std::string html_training(const Frame& call, const Page& page,
                          const std::vector<Explanation>& training);
// The stations that a page leaves out of many: equal parts first.
std::vector<bool> left_out_of(const Explanation& e);
// What stands in the place of those from `first` on; moves `first` behind them.
std::string html_left_out(const Page& page, std::size_t& first, std::size_t row);
// Which stations the script folds.
std::string html_folds(const Page& page);
// "∂Z1/∂W1" as a formula.
std::string html_fraction(const std::string& of, const std::string& by);

}  // namespace retrograd::detail
