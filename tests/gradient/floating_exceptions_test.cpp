// Ordinary numbers raise no floating-point exceptions, so that programs may trap them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <string>

#include "run_case.h"

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
