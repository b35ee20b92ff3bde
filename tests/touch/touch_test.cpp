// Pages of recorded programs: the program on the page, and the engine that runs it there.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <retrograd/retrograd.h>

#include "touch/program.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
using nlohmann::json;
using rg::touch::Program;

namespace {

// The program on a page, as a page's script reads it.
json program_on(const rg::Explanation& e) {
  const test::TempFolder folder;
  const std::string path = folder.file("bare.html");
  std::ofstream(path) << "<!--retrograd:title-->\n/*retrograd:program*/";
  const std::string page = e.play({.title = "a < b", .page = path});
  const std::size_t line = page.find('\n');
  CHECK(page.substr(0, line) == "a &lt; b");
  return json::parse(page.substr(line));
}

double number(const json& value) {
  return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
}

rg::Argument argument(const json& a) {
  if (a.is_null()) {
    return {};
  }
  if (a.is_boolean()) {
    return rg::Scalar(a.get<bool>());
  }
  if (a.is_string()) {
    return a.get<std::string>();
  }
  const std::string kind = a.begin().key();
  const json& value = a.begin().value();
  if (kind == "i") {
    return rg::Scalar(value.get<std::int64_t>());
  }
  if (kind == "d") {
    return rg::Scalar(number(value));
  }
  if (kind == "is") {
    return value.get<std::vector<std::int64_t>>();
  }
  if (kind == "ds") {
    return value.get<std::vector<double>>();
  }
  if (kind == "v") {
    return rg::ValueId{value.get<std::int64_t>()};
  }
  std::vector<rg::ValueId> ids;
  for (const json& id : value) {
    ids.push_back({id.get<std::int64_t>()});
  }
  return ids;
}

Program built(const json& data) {
  Program program;
  const json& values = data["values"];
  for (std::size_t id = 0; id < values.size(); ++id) {
    rg::Shape shape;
    for (const json& length : values[id]["s"]) {
      shape.push_back(length.get<std::int64_t>());
    }
    program.add_value(static_cast<rg::DType>(values[id]["d"].get<int>()), shape);
    for (const json& leaf : data["leaves"]) {
      if (leaf["id"].get<std::size_t>() == id) {
        std::vector<double> numbers;
        for (const json& each : leaf["v"]) {
          numbers.push_back(number(each));
        }
        program.make_leaf(numbers.data(), leaf["trained"].get<bool>());
      }
    }
  }
  for (const json& step : data["steps"]) {
    program.begin_step(step["op"].get<std::string>());
    for (const json& a : step["a"]) {
      program.add_argument(argument(a));
    }
    for (const json& id : step["o"]) {
      program.add_made({id.get<std::int64_t>()});
    }
  }
  for (const json& name : data["names"]) {
    program.add_name(name[0].get<std::string>(), {name[1].get<std::int64_t>()});
  }
  program.end({data["output"].get<std::int64_t>()});
  program.update();
  return program;
}

// The lectures' regression.
struct Slide {
  rg::Trace trace;
  rg::Tensor x = rg::tensor({1.0, 2.0, -1.0, 3.0, 0.5});
  rg::Tensor W1 = rg::tensor({0.5, -0.5, 0.75}, {.requires_grad = true});
  rg::Tensor W2 = rg::tensor({0.5, -0.25, 0.5, 0.125, -0.5});
  rg::Tensor Z1 =
      rg::conv1d(rg::reshape(x, {1, 1, 5}), rg::reshape(W1, {1, 1, 3}), {}, {.padding = 1});
  rg::Tensor A1 = rg::relu(Z1);
  rg::Tensor A2 = rg::sum(rg::reshape(A1, {5}) * W2);
  rg::Tensor loss = rg::square(A2 - 1.5);

  rg::Explanation explained() const {
    return rg::explain(
        loss, W1,
        {.names = {{"W1", W1}, {"W2", W2}, {"x", x}, {"Z1", Z1}, {"A2", A2}}, .trace = &trace});
  }
};

}  // namespace

TEST_CASE("play: the page's program has the values and gradients of the recorded one") {
  const Slide slide;
  const json data = program_on(slide.explained());
  CHECK(data["leaves"].size() == 3);
  CHECK(data["loss"].get<double>() == slide.loss.item<double>());
  const Program program = built(data);
  const rg::ValueId w1{data["input"].get<std::int64_t>()};
  CHECK(program.value({data["output"].get<std::int64_t>()}).item<float>() ==
        slide.loss.item<float>());
  const auto expected = rg::grad({slide.loss}, {slide.W1}, {.retain_graph = true})[0];
  CHECK(program.gradient(w1).to_vector<float>() == expected.to_vector<float>());
  CHECK(program.explanation(w1).formula() == slide.explained().formula());
}

TEST_CASE("play: a changed number changes what follows from it") {
  const Slide slide;
  const json data = program_on(slide.explained());
  Program program = built(data);
  const rg::ValueId w1{data["input"].get<std::int64_t>()};
  const rg::ValueId loss{data["output"].get<std::int64_t>()};
  CHECK(program.element(w1, 1) == -0.5);
  program.element(w1, 1) = 0.25;
  CHECK(program.loss() != doctest::Approx(slide.loss.item<double>()));
  const double expected = program.loss();
  program.update();
  CHECK(program.value(loss).item<double>() == expected);
  CHECK_THROWS_AS(program.element(loss, 0), rg::ValueError);
}

TEST_CASE("play: the curvature is the second derivative") {
  const rg::Trace trace;
  const rg::Tensor w = rg::tensor({2.0, 3.0}, {.requires_grad = true});
  const rg::Tensor loss = rg::sum(w * w * w);
  const json data = program_on(rg::explain(loss, w, {.trace = &trace}));
  Program program = built(data);
  const rg::ValueId id{data["input"].get<std::int64_t>()};
  CHECK(program.curvature(id, 0) == 12);
  CHECK(program.curvature(id, 1) == 18);
}

TEST_CASE("play: descent changes the trained leaves alone, and lowers the loss") {
  const Slide slide;
  const json data = program_on(slide.explained());
  Program program = built(data);
  const rg::ValueId w1{data["input"].get<std::int64_t>()};
  const double slope = program.gradient(w1).to_vector<double>()[0];
  program.descend(0.01);
  CHECK(program.element(w1, 0) == doctest::Approx(0.5 - 0.01 * slope));
  CHECK(program.loss() < slide.loss.item<double>());
  for (const json& leaf : data["leaves"]) {
    if (!leaf["trained"].get<bool>()) {
      const rg::ValueId id{leaf["id"].get<std::int64_t>()};
      CHECK(program.element(id, 0) == number(leaf["v"][0]));
    }
  }
}

TEST_CASE("play: gradients are checked in float64") {
  const Slide slide;
  const json data = program_on(slide.explained());
  CHECK(built(data).check_gradients(64) < 1e-6);
}

TEST_CASE("play: tensors made while the trace is alive are leaves, as those made before are") {
  const rg::Tensor before = rg::tensor({1.0, 2.0}, {.requires_grad = true});
  const rg::Trace trace;
  const rg::Tensor during = rg::rand({2});
  const rg::Tensor loss = rg::sum(before * during);
  const json data = program_on(rg::explain(loss, before, {.trace = &trace}));
  CHECK(data["leaves"].size() == 2);
  CHECK(data["steps"].size() == 2);
  CHECK(built(data).loss() == doctest::Approx(loss.item<double>()));
}

TEST_CASE("play: the page has the numbers that explain() saw, whatever was written later") {
  const Slide slide;
  const rg::Explanation e = slide.explained();
  slide.W1.detach().fill_(9.0);
  const json data = program_on(e);
  CHECK(built(data).loss() == doctest::Approx(data["loss"].get<double>()));
}

TEST_CASE("play: explanations of models have the program with the model's names") {
  rg::manual_seed(1);
  rg::nn::Sequential model(rg::nn::Linear(3, 4), rg::nn::Tanh(), rg::nn::Linear(4, 2));
  const rg::Tensor x = rg::tensor({{0.5, -1.0, 2.0}});
  const rg::Tensor target = rg::tensor({{1.0, 0.0}});
  const rg::Explanation e = rg::explain(
      model, {x}, [&](const rg::Tensor& y) { return rg::mse_loss(y, target); }, {.by = "2.weight"});
  const json data = program_on(e);
  std::vector<std::string> names;
  for (const json& name : data["names"]) {
    names.push_back(name[0].get<std::string>());
  }
  for (const char* name : {"0.weight", "0.bias", "2.weight", "2.bias", "input"}) {
    CHECK(std::count(names.begin(), names.end(), name) == 1);
  }
  const Program program = built(data);
  const rg::ValueId by{data["input"].get<std::int64_t>()};
  CHECK(program.loss() == doctest::Approx(data["loss"].get<double>()));
  CHECK(program.gradient(by).to_vector<float>() == e.stations[0].gradient.to_vector<float>());
}

TEST_CASE("play: a trace of a part of the program explains, and play() refuses it") {
  const rg::Tensor w = rg::tensor({1.0, 2.0}, {.requires_grad = true});
  const rg::Tensor before = w * w;
  const rg::Trace trace;
  const rg::Explanation e = rg::explain(rg::sum(before), w, {.trace = &trace});
  CHECK(e.formula() == "dloss/dw = dmul/dw . dloss/dmul");
  CHECK_THROWS_WITH_AS(e.play(), doctest::Contains("was computed before the trace began"),
                       rg::GraphError);
}

TEST_CASE("play: it says what is missing") {
  const Slide slide;
  CHECK_THROWS_WITH_AS(rg::explain(slide.loss, slide.W1).play(),
                       doctest::Contains("explain() was given no trace"), rg::GraphError);
  const rg::Explanation e = slide.explained();
  CHECK_THROWS_WITH_AS(e.play({.page = "/nowhere/play.html"}),
                       doctest::Contains("the page '/nowhere/play.html' was not found"),
                       rg::IoError);
  const test::TempFolder folder;
  const std::string path = folder.file("bare.html");
  std::ofstream(path) << "<html></html>";
  CHECK_THROWS_WITH_AS(e.play({.page = path}), doctest::Contains("lacks the mark"), rg::IoError);
}
