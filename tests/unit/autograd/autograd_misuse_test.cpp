#include <doctest/doctest.h>

#include <string>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

Tensor leaf() {
  return rg::tensor({1.0, 2.0, 3.0}, {.requires_grad = true});
}

// The message of the error that f throws, which must be an E that names the line f was written on.
template <class E, class F>
std::string message(unsigned line, F&& f) {
  try {
    f();
  } catch (const E& error) {
    const std::string text = error.what();
    CHECK_MESSAGE(
        text.find("autograd_misuse_test.cpp:" + std::to_string(line)) != std::string::npos, text);
    CHECK(error.where().line == line);
    return text;
  }
  FAIL("nothing was thrown");
  return {};
}

template <class F>
std::string code_of(F&& f) {
  try {
    f();
  } catch (const rg::Error& error) {
    return std::string(error.code());
  }
  return "nothing was thrown";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("misuse: a non-scalar output without a seed") {
  const Tensor y = leaf() * 2;
  const auto text = message<rg::GraphError>(__LINE__, [&] { y.backward(); });
  CHECK(has(text, "only an output of one element has an implicit seed"));
  CHECK(has(text, "[3]"));
}

TEST_CASE("misuse: a seed of the wrong shape or dtype") {
  const Tensor y = leaf() * 2;
  const auto shape = message<rg::ShapeError>(__LINE__, [&] { y.backward(rg::ones({2})); });
  CHECK(has(shape, "the seed must have the shape of the output"));
  CHECK(has(shape, "seed    float32 [2]"));
  const Tensor seed = rg::ones({3}, {.dtype = rg::float64});
  const auto dtype = message<rg::DTypeError>(__LINE__, [&] { y.backward(seed); });
  CHECK(has(dtype, "the seed must have the dtype of the output"));
}

TEST_CASE("misuse: a tensor without a gradient") {
  const Tensor y = rg::ones({1});
  const auto text = message<rg::GraphError>(__LINE__, [&] { y.backward(); });
  CHECK(has(text, "does not require a gradient"));
  CHECK_THROWS_AS(Tensor().backward(), rg::GraphError);
}

TEST_CASE("misuse: an integer leaf") {
  Tensor x = rg::tensor({1, 2});
  const auto text = message<rg::DTypeError>(__LINE__, [&] { x.set_requires_grad(); });
  CHECK(has(text, "only floating tensors can have gradients"));
  CHECK(has(text, "int64 [2]"));
  message<rg::DTypeError>(__LINE__, [&] { rg::tensor({true}, {.requires_grad = true}); });
}

TEST_CASE("misuse: an input the output does not depend on") {
  const Tensor x = leaf();
  const Tensor other = leaf();
  const Tensor y = rg::sum(x);
  const auto text = message<rg::GraphError>(__LINE__, [&] { rg::grad({y}, {x, other}); });
  CHECK(has(text, "the outputs do not depend on input 1"));
  const auto found = rg::grad({y}, {x, other}, {.allow_unused = true});
  CHECK(found[0].defined());
  CHECK_FALSE(found[1].defined());
  const Tensor constant = rg::ones({1});
  message<rg::GraphError>(__LINE__, [&] { rg::grad({rg::sum(x)}, {constant}); });
}

TEST_CASE("misuse: a second backward through a freed graph") {
  const Tensor x = leaf();
  const Tensor y = rg::sum(x * x);
  const unsigned line = __LINE__ - 1;  // the error names the operator's own line
  y.backward();
  const auto text = message<rg::GraphError>(line, [&] { y.backward(); });
  CHECK(has(text, "mul: its saved tensors were freed by an earlier backward"));
  CHECK(has(text, "retain_graph"));
}

TEST_CASE("misuse: a result cannot stop requiring a gradient") {
  Tensor y = leaf() * 2;
  const auto text = message<rg::GraphError>(__LINE__, [&] { y.set_requires_grad(false); });
  CHECK(has(text, "detach()"));
}

TEST_CASE("misuse: seeds and outputs that do not pair up") {
  const Tensor y = rg::sum(leaf());
  message<rg::GraphError>(__LINE__, [&] { rg::backward({y}, {rg::ones({}), rg::ones({})}); });
  CHECK(true);
}

TEST_CASE("misuse of gradients has codes") {
  Tensor x = leaf();
  const Tensor y = x * x;
  CHECK(code_of([&] { rg::backward({Tensor()}); }) == "undefined-tensor");
  CHECK(code_of([&] { rg::ones({1}).backward(); }) == "no-gradient");
  CHECK(code_of([&] { y.backward(); }) == "not-one-element");
  CHECK(code_of([&] { y.backward(rg::ones({2})); }) == "gradient-mismatch");
  CHECK(code_of([&] { y.backward(rg::ones({3}, {.dtype = rg::float64})); }) == "gradient-mismatch");
  CHECK(code_of([&] { rg::backward({y, y}, {rg::ones({3})}); }) == "count-mismatch");
  CHECK(code_of([&] { rg::grad({rg::sum(y)}, {rg::ones({1})}); }) == "no-gradient");
  CHECK(code_of([&] { rg::grad({rg::sum(y)}, {leaf()}); }) == "input-unused");
  CHECK(code_of([&] { x.register_hook(nullptr); }) == "function-empty");
  CHECK(code_of([&] { rg::ones({1}).retain_grad(); }) == "no-gradient");
  CHECK(code_of([&] { Tensor(y).register_post_accumulate_grad_hook([](const Tensor&) {}); }) ==
        "not-a-leaf");
  CHECK(code_of([] { const rg::Autocast casting(rg::float64); }) == "dtype-unexpected");
  rg::sum(y).backward();
  CHECK(code_of([&] { rg::sum(y).backward(); }) == "graph-freed");
  Tensor e = rg::exp(x);
  e.mul_(2.0);
  CHECK(code_of([&] { rg::sum(e).backward(); }) == "overwritten-in-place");
  const rg::DetectAnomalyGuard guard;
  CHECK(code_of([&] { rg::log(x * 0.0); }) == "not-finite");
}

TEST_CASE("misuse of record() and of gradcheck has codes") {
  const Tensor x = leaf();
  const auto recorded = [&](const Tensor& output, std::size_t gradients) {
    return rg::record({.op = "wrong",
                       .where = {},
                       .output = output,
                       .inputs = {x},
                       .backward = [gradients](const rg::Backward&) {
                         return rg::Gradients(std::vector<Tensor>(gradients));
                       }});
  };
  CHECK(code_of([&] { recorded(x * 2.0, 1); }) == "output-not-fresh");
  CHECK(code_of([&] { rg::sum(recorded(rg::ones({3}), 2)).backward(); }) == "result-mismatch");
  const auto same = [](const std::vector<Tensor>& in) { return in; };
  CHECK(code_of([&] { rg::gradcheck(same, {x}); }) == "dtype-unexpected");
  CHECK(code_of([&] { rg::gradcheck(same, {rg::ones({1})}); }) == "no-gradient");
}

TEST_CASE("shape errors name the operator, both shapes and the caller's line") {
  const Tensor a = rg::ones({2, 3});
  const Tensor b = rg::ones({4});
  const auto sum = message<rg::ShapeError>(__LINE__, [&] { (void)(a + b); });
  CHECK(has(sum, "add: shapes [2, 3] and [4] do not broadcast"));
  const Tensor image = rg::ones({8, 3, 32, 32});
  const Tensor weight = rg::ones({32, 16, 3, 3});
  const auto conv = message<rg::ShapeError>(__LINE__, [&] { rg::conv2d(image, weight); });
  CHECK(
      has(conv,
          "conv2d: input has 3 channels but weight expects 16 (weight.size(1) x groups = 16 x 1)"));
  CHECK(has(conv, "\n  input   float32 [8, 3, 32, 32]\n  weight  float32 [32, 16, 3, 3]"));
}

TEST_CASE("backward changes nothing before it has checked everything") {
  const Tensor x = leaf();
  const Tensor good = rg::sum(x * x);
  CHECK_THROWS_AS(rg::backward({good, rg::ones({1})}), rg::GraphError);
  CHECK_FALSE(x.grad().defined());
  good.backward();
  CHECK(x.grad().defined());
}
