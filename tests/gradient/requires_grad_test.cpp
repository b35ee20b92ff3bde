// Every choice of which inputs require a gradient.
#include <doctest/doctest.h>

#include "run_case.h"

using namespace op_cases;

TEST_CASE("inputs that require no gradient get none and change no other's") {
  std::size_t subsets = 0;
  for (const OpCase& row : all_cases()) {
    const unsigned count = floating_inputs(row);
    if (count < 2 || count > 4) {
      continue;
    }
    const Result all = run(row, rg::float64);
    for (unsigned wanted = 1; wanted < (1U << count); ++wanted) {
      INFO(row.name() << ", inputs " << wanted);
      const Result some = run(row, rg::float64, wanted);
      CHECK(difference(some.value, all.value, {}) == "");
      unsigned floating = 0;
      for (std::size_t i = 0; i < row.inputs.size(); ++i) {
        const bool is_wanted = row.is_floating(i) && ((wanted >> floating++) & 1U) != 0;
        REQUIRE(some.gradients[i].defined() == is_wanted);
        if (is_wanted) {
          CHECK(difference(some.gradients[i], all.gradients[i], {}) == "");
        }
      }
      ++subsets;
    }
  }
  MESSAGE(subsets << " subsets");
}
