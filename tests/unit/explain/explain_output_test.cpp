#include <doctest/doctest.h>

#include <string>

#include <retrograd/retrograd.h>

#include "unit/explain_nets.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

// Whether braces and \begin, \end pair up.
bool is_balanced(const std::string& latex) {
  int open = 0;
  for (std::size_t i = 0; i < latex.size(); ++i) {
    const bool escaped = i > 0 && latex[i - 1] == '\\';
    open += !escaped && latex[i] == '{' ? 1 : !escaped && latex[i] == '}' ? -1 : 0;
    if (open < 0) {
      return false;
    }
  }
  return open == 0 && count(latex, "\\begin{") == count(latex, "\\end{") &&
         count(latex, "\\[") == count(latex, "\\]");
}

// Whether each element that needs it is closed.
bool is_closed(const std::string& html) {
  for (const char* name :
       {"html", "body", "div",  "svg", "table", "tr", "td", "section", "math", "mfrac", "mrow",
        "mi",   "a",    "span", "p",   "h1",    "h2", "dl", "dt",      "dd",   "th",    "figure"}) {
    const std::string tag(name);
    if (count(html, "<" + tag + " ") + count(html, "<" + tag + ">") !=
        count(html, "</" + tag + ">")) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("explain: the text") {
  const std::string text = test::ManyPaths().explain().text();
  CHECK(has(text, "dL/da = db/da . dd/db . de/dd . dL/de + "));
  CHECK(has(text, "\n  2x1 = 2x2 . "));
  CHECK(has(text, "\ndc/da  2x2  diagonal  (mul at explain_nets.h:"));
  CHECK(has(text, "  2a1    0\n    0  2a2\n"));
  CHECK(has(text, "\nde/da  2x2  identity  (add at"));
  CHECK(has(text, "\ndL/de  2x1  dense  (mul, sum at"));
  CHECK(has(text, "  2e1\n  2e2\n"));
  CHECK(has(text, "\nmultiplied out  ["));
  CHECK(has(text, "\nbackward()      ["));
  CHECK(text.ends_with("largest difference  0\n"));
}

TEST_CASE("explain: the LaTeX document") {
  const std::string slide = test::SlideNet().explain().latex();
  CHECK(is_balanced(slide));
  CHECK(has(slide, "\\underbrace{\\frac{\\partial Z_{1}}{\\partial W_{1}}}_{3 \\times 5}"));
  CHECK(has(slide, "  0 & x_{1} & x_{2} & x_{3} & x_{4} \\\\\n"));
  CHECK(has(slide, "  x_{2} & x_{3} & x_{4} & x_{5} & 0\n\\end{bmatrix}"));
  CHECK(is_balanced(test::ManyPaths().explain().latex()));

  const Tensor w = rg::tensor({1e-9, 1.0}, {.dtype = rg::float64, .requires_grad = true});
  const auto odd = rg::explain(rg::sum(w * 1e-9), w, {.names = {{"a_b{", w}}}).latex();
  CHECK(has(odd, "\\textit{a\\_b\\{}"));
  CHECK(has(odd, "1 \\cdot 10^{-9}"));
  CHECK(is_balanced(odd));

  const Tensor y =
      rg::record({.op = "",
                  .where = {},
                  .output = w.detach().clone(),
                  .inputs = {w},
                  .backward = [](const rg::Backward& b) -> rg::Gradients { return {b.grad}; }});
  const auto letters = rg::explain(rg::sum(y), w, {.names = {{"\xCE\xB4x\n\n", w}}}).latex();
  CHECK(has(letters, "\\partial \\textit{}}{\\partial \\textit{?x  }}"));
}

TEST_CASE("explain: the page") {
  const std::string slide = test::SlideNet().explain().html();
  CHECK(is_closed(slide));
  CHECK_FALSE(has(slide, "<script src"));
  CHECK_FALSE(has(slide, "https:"));
  CHECK(count(slide, "<section class=\"panel step") == 4);     // with that by the other weights
  CHECK(count(slide, "<section class=\"panel station") == 6);  // with both inputs
  CHECK(count(slide, "class=\"edge") == 3);
  CHECK(count(slide, "class=\"box\"") == 4);
  CHECK(has(slide, "<th scope=\"row\" data-e=\"0.1\"><i>W1</i><sub>2</sub></th>"));
  CHECK(has(slide, "<th scope=\"col\" data-e=\"1.4\"><i>Z1</i><sub>5</sub></th>"));
  CHECK(has(slide, " data-e=\"5.0\" data-v=\"1\" data-w=\""));
  CHECK(has(slide, "<i>x</i><sub>1</sub></td>"));
  CHECK(count(slide, "<td class=\"pad zero\"") == 2);
  CHECK(has(slide, "aria-label=\"value of W1: 0.5, -0.4, 0.8\""));
  CHECK(has(slide, "aria-label=\"gradient of W1: -0.294, -0.539, 2.35\""));
  CHECK(has(slide, "aria-label=\"value of x: 1, 2, -1, 3, 0.5\""));
  CHECK(is_closed(test::ManyPaths().explain().html()));

  rg::manual_seed(1);
  const Tensor w = rg::randn({30}, {.dtype = rg::float64, .requires_grad = true});
  const Tensor y = rg::sin(w);
  const auto large = rg::explain(rg::sum(y), w, {.names = {{"<w>", w}, {"y", y}}}).html();
  CHECK(is_closed(large));
  CHECK(has(large, "picture of the whole matrix"));
  CHECK(has(large, "rows 1 to 12 of 30, columns 1 to 12 of 30"));
  CHECK(count(large, "&lt;w&gt;") > 0);
  CHECK_FALSE(has(large, "<w>"));
}

TEST_CASE("explain: the page's colours of what is infinite") {
  const Tensor w = rg::tensor({0.0, 4.0}, {.dtype = rg::float64, .requires_grad = true});
  const std::string page = rg::explain(rg::sum(rg::sqrt(w)), w).html();
  CHECK(has(page, "class=\"pos\" style=\"--s:100%\" data-v=\"inf\""));
  CHECK(has(page, "class=\"pos\" style=\"--s:100%\" data-v=\"0.25\""));
}

TEST_CASE("explain: the page shortens long lists of operators, not long names") {
  const Tensor w = rg::tensor({0.5}, {.dtype = rg::float64, .requires_grad = true});
  const Tensor y =
      rg::record({.op = "an_operator_with_a_name_of_many_letters",
                  .where = {},
                  .output = w.detach().clone(),
                  .inputs = {w},
                  .backward = [](const rg::Backward& b) -> rg::Gradients { return {b.grad}; }});
  CHECK(has(rg::explain(y, w).html(), ">an_operator_with_a_name_of_many_letters</span>"));
  const Tensor z = rg::square(rg::cos(rg::sin(y)));
  CHECK(has(rg::explain(z, w, {.names = {{"y", y}, {"L", z}, {"w", w}}}).html(),
            ">sin, cos, square</span>"));
  const Tensor loss = rg::square(rg::tanh(rg::square(rg::sigmoid(rg::sigmoid(y)))));
  CHECK(has(rg::explain(loss, w, {.names = {{"y", y}, {"L", loss}, {"w", w}}}).html(),
            ">sigmoid, …, square</span>"));
}

TEST_CASE("explain: graphs for Graphviz") {
  const test::ManyPaths net;
  const std::string stations = net.explain().dot();
  CHECK(stations.starts_with("digraph {\n"));
  CHECK(count(stations, " -> ") == 7);
  CHECK(has(stations, "  n0 [label=\"a\\n[2]\"];\n"));
  CHECK(has(stations, "de/da 2x2\\nidentity\"];\n"));

  const std::string tape = rg::to_dot(net.loss, {{"a\"b", net.a}});
  CHECK(has(tape, "  n0 [label=\"a\\\"b\\nfloat64 [2]\", style=rounded];\n"));
  CHECK(has(tape, "[label=\"sin\\nfloat64 [2]\\nexplain_nets.h:"));
  CHECK(count(tape, "  n0 -> ") == 4);  // sin, mul twice, add
  CHECK(rg::to_dot(rg::ones({1})).find("n0") == std::string::npos);
}
