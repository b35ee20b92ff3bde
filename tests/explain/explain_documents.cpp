// Writes explanations as pages and LaTeX documents into a folder, for the checks that open them,
// and the numbers that the pages must show.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include <retrograd/retrograd.h>

#include "graphs.h"
#include "unit/explain_nets.h"
#include "unit/nn_small_lenet.h"

namespace rg = retrograd;

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) {
    throw rg::IoError(path.string() + " cannot be written");
  }
}

void write_both(const std::filesystem::path& folder, const char* name, const rg::Explanation& e) {
  write(folder / (std::string(name) + ".html"), e.html());
  write(folder / (std::string(name) + ".tex"), e.latex());
}

void put(std::ostream& out, const rg::Tensor& values) {
  const char* between = "[";
  for (const double value : values.to_vector<double>()) {
    out << between << value;
    between = ",";
  }
  out << (*between == '[' ? "[]" : "]");
}

void put_entries(std::ostream& out, const rg::JacobianStep& step, std::size_t number) {
  for (const rg::JacobianEntry& entry : step.entries) {
    if (entry.column < step.entries.front().column + 20) {
      out << ",[" << number << ',' << entry.row << ',' << entry.column << ',' << entry.value << ']';
    }
  }
}

// Values and gradients by number, and entries near the first one: [step, row, column, value]. The
// numbers are those of the page: stations, inputs, and operators in stations.
std::string numbers(const rg::Explanation& e) {
  std::vector<const rg::ExplainedStation*> tensors;
  std::vector<const rg::JacobianStep*> steps;
  const auto add = [](auto& to, const auto& list) {
    for (const auto& one : list) {
      to.push_back(&one);
    }
  };
  add(tensors, e.stations);
  add(tensors, e.inputs);
  add(steps, e.steps);
  add(steps, e.feeds);
  for (const rg::ExplainedInside& inside : e.insides) {
    add(steps, inside.steps);
    for (std::size_t i = 0; i + 1 < inside.stations.size(); ++i) {
      for (const rg::JacobianStep& step : inside.steps) {
        if (step.to == i) {
          tensors.push_back(&inside.stations[i]);
          break;
        }
      }
    }
  }
  std::ostringstream out;
  out.precision(17);
  out << "{\"values\":{\"none\":[]";
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    for (const auto& [kind, values] :
         {std::pair('v', tensors[i]->value), std::pair('g', tensors[i]->gradient)}) {
      if (values.defined()) {
        out << ",\"" << i << kind << "\":";
        put(out, values);
      }
    }
  }
  out << "},\"entries\":[[-1,0,0,0]";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    put_entries(out, *steps[i], i);
  }
  out << "]}";
  return out.str();
}

rg::Explanation lenet() {
  rg::manual_seed(1);
  test::SmallLeNet model;
  const rg::Tensor image = rg::randn({1, 1, 16, 16});
  const rg::Tensor loss = rg::cross_entropy(model(image), rg::tensor({3}));
  const rg::Tensor weight = model.conv1.weight;
  return rg::explain(loss, weight,
                     {.names = {{"conv1.weight", weight}, {"image", image}},
                      .slices = {{"conv1.weight", {0, 10}}, {"conv2d", {0, 12}}}});
}

// Names and numbers that need care in HTML and LaTeX.
rg::Explanation odd_names() {
  const rg::Tensor w = rg::tensor({1e-9, -2e20}, {.dtype = rg::float64, .requires_grad = true});
  const rg::Tensor z = w * w;
  const rg::Tensor loss = rg::sum(z * 1e-30);
  return rg::explain(loss, w, {.names = {{"<w_1> & \"%\"", w}, {"z^{~}\\#$", z}, {"L", loss}}});
}

// 10,000 operators.
rg::Explanation long_rnn() {
  rg::manual_seed(1);
  rg::Tensor U = rg::rand({2, 2});
  U.set_requires_grad(true);
  rg::Tensor h = rg::randn({1, 2});
  for (int t = 0; t < 5000; ++t) {
    h = rg::tanh(rg::matmul(h, U));
  }
  return rg::explain(rg::sum(h), U, {.names = {{"U", U}}});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: explain_documents FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  write_both(folder, "slide", test::SlideNet().explain());
  write_both(folder, "paths", test::ManyPaths().explain());
  write_both(folder, "lenet", lenet());
  write_both(folder, "odd_names", odd_names());
  write(folder / "long.html", long_rnn().html());
  for (const auto& [name, e] : test::explained_graphs()) {
    write(folder / (name + ".html"), e.html());
    write(folder / (name + ".json"), numbers(e));
  }
  const std::vector<rg::Explanation> training = test::trained_slide(40);
  write(folder / "trained.html", training.front().html(training));
  write(folder / "trained.json", numbers(training.back()));
}
