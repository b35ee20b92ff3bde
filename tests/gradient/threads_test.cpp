// Every row has the same bits for any number of threads: values, gradients and second derivatives.
#include <doctest/doctest.h>

#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/tensor/loops/pieces.h>
#include <retrograd/tensor/threads.h>

#include "gradient/run_case.h"
#include "same_bits.h"

namespace {

using namespace op_cases;

// Loops are cut as small as they can be, for the tensors of the table are small.
class SmallPieces {
 public:
  explicit SmallPieces(bool deterministic) {
    rg::detail::piece_shift = 40;
    rg::set_deterministic(deterministic);
  }
  ~SmallPieces() {
    rg::detail::piece_shift = 0;
    rg::set_deterministic(deterministic_before_);
    rg::set_num_threads(before_);
  }
  SmallPieces(const SmallPieces&) = delete;
  SmallPieces& operator=(const SmallPieces&) = delete;

 private:
  int before_ = rg::get_num_threads();
  bool deterministic_before_ = rg::is_deterministic();
};

rg::Tensor seed_for(const rg::Tensor& y) {
  rg::Generator generator(7);
  return rg::rand(y.shape(), {.dtype = rg::float64}, generator).to(y.dtype());
}

// The value, the gradients, and the gradients of those.
Tensors results_of(const OpCase& row, rg::DType dtype) {
  const Tensors inputs = inputs_of(row, dtype);
  const Tensors leaves = leaves_of(inputs);
  const rg::Tensor y = row.function(inputs);
  Tensors results{y};
  if (leaves.empty() || !y.requires_grad()) {
    return results;
  }
  const Tensors first = rg::grad(
      {y}, leaves, {.grad_outputs = {seed_for(y)}, .create_graph = true, .allow_unused = true});
  Tensors outputs;
  Tensors seeds;
  for (const rg::Tensor& gradient : first) {
    results.push_back(gradient);
    if (gradient.defined() && gradient.requires_grad()) {
      outputs.push_back(gradient);
      seeds.push_back(seed_for(gradient));
    }
  }
  if (!outputs.empty()) {
    for (const rg::Tensor& gradient :
         rg::grad(outputs, leaves, {.grad_outputs = seeds, .allow_unused = true})) {
      results.push_back(gradient);
    }
  }
  return results;
}

void check_all(rg::DType dtype, bool deterministic) {
  const SmallPieces small(deterministic);
  const std::uint32_t before = rg::detail::shared_loops();
  int compared = 0;
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    rg::set_num_threads(1);
    const Tensors expected = results_of(row, dtype);
    for (const int threads : {2, 3, 4, 7}) {
      CAPTURE(threads);
      rg::set_num_threads(threads);
      const Tensors actual = results_of(row, dtype);
      REQUIRE(actual.size() == expected.size());
      for (std::size_t i = 0; i < actual.size(); ++i) {
        CAPTURE(i);
        REQUIRE(actual[i].defined() == expected[i].defined());
        if (actual[i].defined()) {
          CHECK(test::same_bits(actual[i], expected[i]));
          ++compared;
        }
      }
    }
  }
  const std::uint32_t shared = rg::detail::shared_loops() - before;
  CHECK(shared > 10 * all_cases().size());
  MESSAGE(all_cases().size() << " rows, " << compared << " tensors compared, " << shared
                             << " loops shared between threads");
}

}  // namespace

TEST_CASE("rows have the same bits for any number of threads: float64") {
  check_all(rg::float64, false);
  check_all(rg::float64, true);
}

TEST_CASE("rows have the same bits for any number of threads: float32") {
  check_all(rg::float32, false);
  check_all(rg::float32, true);
}

TEST_CASE("rows have the same bits for any number of threads: bfloat16") {
  check_all(rg::bfloat16, false);
}
