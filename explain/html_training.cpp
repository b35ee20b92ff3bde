// Steps of training on the page: numbers that the script puts where those of the first step are.
#include <algorithm>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

constexpr std::int64_t kMostInTable = 64;
constexpr std::int64_t kMostInMatrix = 400;

std::string list_of(const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const double value : values) {
    texts.push_back(formatted("\"{}\"", short_text(value)));
  }
  return formatted("[{}]", joined(texts, ","));
}

// Values and gradients of small tensors, and entries of small matrices other than zero.
std::string data_of(const Explanation& e) {
  std::vector<std::string> parts;
  const Page page(e);
  const std::vector<Page::Named>& tensors = page.tensors;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!page.shows(i)) {
      continue;
    }
    for (const auto& [kind, numbers] :
         {std::pair('v', tensors[i].value), std::pair('g', tensors[i].gradient)}) {
      if (numbers.defined() && numbers.numel() <= kMostInTable) {
        parts.push_back(formatted("\"{}{}\":{}", i, kind, list_of(numbers.to_vector<double>())));
      }
    }
  }
  for (std::size_t i = 0; i < page.arrows.size(); ++i) {
    const JacobianStep& step = *page.arrows[i].step;
    if (page.has_panel(i) && step.computed() && step.rows * step.columns <= kMostInMatrix) {
      std::vector<double> values(static_cast<std::size_t>(step.rows * step.columns));
      for (const JacobianEntry& entry : step.entries) {
        values[static_cast<std::size_t>(entry.row * step.columns + entry.column)] = entry.value;
      }
      parts.push_back(formatted("\"m{}\":{}", i, list_of(values)));
    }
  }
  return formatted("{{{}}}", joined(parts, ","));
}

void require_alike(const Frame& call, const Explanation& e,
                   const std::vector<Explanation>& training) {
  for (const Explanation& other : training) {
    bool alike = other.stations.size() == e.stations.size() && other.steps.size() == e.steps.size();
    for (std::size_t i = 0; alike && i < e.stations.size(); ++i) {
      alike = other.stations[i].shape == e.stations[i].shape &&
              other.stations[i].name == e.stations[i].name;
    }
    for (std::size_t i = 0; alike && i < e.steps.size(); ++i) {
      alike = other.steps[i].from == e.steps[i].from && other.steps[i].to == e.steps[i].to;
    }
    check::require<ValueError>(call, alike, {},
                               "an explanation of training has other stations [stations-differ]");
  }
}

}  // namespace

std::string html_training(const Frame& call, const Page& page,
                          const std::vector<Explanation>& training) {
  require_alike(call, page.e, training);
  if (training.empty()) {
    return "";
  }
  std::vector<std::string> steps;
  for (const Explanation& e : training) {
    steps.push_back(data_of(e));
  }
  return formatted(
      "<section id=\"training\" aria-label=\"Training\">\n<h2>Training, step by step</h2>\n"
      "<svg class=\"curve\" viewBox=\"0 0 300 100\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"The loss after each step\"></svg>\n<div class=\"bar\" hidden>"
      "<button id=\"train\">Play</button> <label>step <input type=\"range\" id=\"at\" min=\"0\" "
      "max=\"{}\" value=\"0\"></label></div>\n<p class=\"status\" id=\"trained\" role=\"status\">"
      "</p>\n<script type=\"application/json\" id=\"steps\">[{}]</script>\n</section>\n",
      training.size() - 1, joined(steps, ","));
}

}  // namespace retrograd::detail
