// Marks an exercise: runs its checks in order, and stops at the first that fails with its hint.
#pragma once

#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

struct Check {
  const char* name;
  std::function<void()> run;
};

// Runs the checks; returns what main() returns.
inline int mark(std::initializer_list<Check> checks) {
  for (const Check& check : checks) {
    try {
      check.run();
      std::printf("right    %s\n", check.name);
    } catch (const std::exception& error) {
      std::printf("not yet  %s\n\n%s\n", check.name, error.what());
      return 1;
    }
  }
  std::printf("\nAll %zu checks are right.\n", checks.size());
  return 0;
}

// Fails with the hint unless `right`.
inline void expect(bool right, const std::string& hint) {
  if (!right) {
    throw std::runtime_error(hint);
  }
}

inline std::string without_head(const retrograd::Tensor& t) {
  const retrograd::PrintOptionsGuard guard({.suppress = true, .head = false});
  return to_string(t);
}

inline bool same(const retrograd::Tensor& a, const retrograd::Tensor& b) {
  return retrograd::max(retrograd::abs(a - b)).item<double>() == 0;
}

// Fails unless both are the same numbers in the same shape, to 1e-9 of the largest.
inline void expect_equal(const std::string& what, const retrograd::Tensor& yours,
                         const retrograd::Tensor& right, const std::string& hint) {
  namespace rg = retrograd;
  const rg::NoGradGuard unrecorded;
  expect(yours.defined(), what + " is an empty Tensor.\nHint: " + hint);
  expect(yours.shape() == right.shape(), what + " has shape " + to_string(yours.shape()) +
                                             " and needs " + to_string(right.shape()) +
                                             ".\nHint: " + hint);
  const double most = rg::max(rg::abs(right)).item<double>();
  const double error = rg::max(rg::abs(yours - right)).item<double>();
  expect(error <= 1e-9 * (1 + most), what + " is\n" + without_head(yours.detach()) +
                                         "\nand should be\n" + without_head(right.detach()) +
                                         "\nHint: " + hint);
}

using Function = std::function<retrograd::Tensor(const std::vector<retrograd::Tensor>&)>;

// Fails with gradcheck's message unless backward agrees with finite differences, twice over.
inline void expect_gradient(const Function& f, const std::vector<retrograd::Tensor>& inputs,
                            const std::string& hint, retrograd::Where where = {}) {
  const retrograd::GradcheckResult first = retrograd::gradcheck(f, inputs, {}, where);
  expect(first.passed, first.message + "\nHint: " + hint);
  const retrograd::GradcheckResult second = retrograd::gradgradcheck(f, inputs, {}, {}, where);
  expect(second.passed, second.message +
                            "\nHint: the backward has to be written with operators on b.saved(i), "
                            "so that it has a gradient too.");
}
