// Ordinary numbers raise no floating-point exceptions, so that programs may trap them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <map>
#include <string>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

constexpr int kWatched = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;

std::string names_of(int raised) {
  std::string names;
  names += (raised & FE_INVALID) != 0 ? " FE_INVALID" : "";
  names += (raised & FE_DIVBYZERO) != 0 ? " FE_DIVBYZERO" : "";
  names += (raised & FE_OVERFLOW) != 0 ? " FE_OVERFLOW" : "";
  return names;
}

bool is_finite(const Result& result) {
  const auto finite = [](const rg::Tensor& x) {
    if (!x.defined() || !rg::is_floating(x.dtype())) {
      return true;
    }
    for (const double value : x.to_vector<double>()) {
      if (!std::isfinite(value)) {
        return false;
      }
    }
    return true;
  };
  return finite(result.value) &&
         std::all_of(result.gradients.begin(), result.gradients.end(), finite);
}

}  // namespace

TEST_CASE("floating-point exceptions: finite results raise none, forward and backward") {
  std::feclearexcept(FE_ALL_EXCEPT);
  CHECK(rg::div(1.0, rg::zeros({1})).item<float>() == INFINITY);
  CHECK(std::fetestexcept(kWatched) == FE_DIVBYZERO);  // so they would be noticed
  REQUIRE(all_cases().size() > 1000);
  for (const OpCase& row : all_cases()) {
    for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
      std::feclearexcept(FE_ALL_EXCEPT);
      const Result result = run(row, dtype);
      const int raised = std::fetestexcept(kWatched);
      if (raised != 0 && is_finite(result)) {
        FAIL_CHECK(row.name(), " ", rg::name(dtype), names_of(raised));
      }
    }
  }
}

TEST_CASE("floating-point exceptions: none at 0, next to it, and far from it") {
  using Function = rg::Tensor (*)(const rg::Tensor&);
  const std::map<std::string, Function> functions{
      {"exp", [](const rg::Tensor& x) { return rg::exp(x); }},
      {"expm1", [](const rg::Tensor& x) { return rg::expm1(x); }},
      {"sin", [](const rg::Tensor& x) { return rg::sin(x); }},
      {"cos", [](const rg::Tensor& x) { return rg::cos(x); }},
      {"atan", [](const rg::Tensor& x) { return rg::atan(x); }},
      {"tanh", [](const rg::Tensor& x) { return rg::tanh(x); }},
      {"erf", [](const rg::Tensor& x) { return rg::erf(x); }},
      {"sigmoid", [](const rg::Tensor& x) { return rg::sigmoid(x); }},
      {"logsigmoid", [](const rg::Tensor& x) { return rg::logsigmoid(x); }},
      {"softplus", [](const rg::Tensor& x) { return rg::softplus(x); }},
      {"gelu", [](const rg::Tensor& x) { return rg::gelu(x); }},
      {"silu", [](const rg::Tensor& x) { return rg::silu(x); }},
      {"mish", [](const rg::Tensor& x) { return rg::mish(x); }},
      {"elu", [](const rg::Tensor& x) { return rg::elu(x); }},
      {"relu", [](const rg::Tensor& x) { return rg::relu(x); }},
      {"square", [](const rg::Tensor& x) { return rg::square(x); }},
      {"softmax", [](const rg::Tensor& x) { return rg::softmax(x, 0); }},
      {"log_softmax", [](const rg::Tensor& x) { return rg::log_softmax(x, 0); }}};
  for (const auto& [name, function] : functions) {
    for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
      for (const double value : {-10.0, -1.0, -1e-30, 0.0, 1e-30, 1e-3, 1.0, 10.0}) {
        const rg::Tensor x = rg::full({33}, value, {.dtype = dtype, .requires_grad = true});
        std::feclearexcept(FE_ALL_EXCEPT);
        function(x).backward(rg::ones({33}, {.dtype = dtype}));
        if (const int raised = std::fetestexcept(kWatched); raised != 0) {
          FAIL_CHECK(name, " ", rg::name(dtype), " ", value, names_of(raised));
        }
      }
    }
  }
}
