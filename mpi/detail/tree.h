// Sums in a balanced tree: neighbours, then sums of neighbours. Internal.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <retrograd/ops/operand.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::mpi::detail {

// An undefined term is -0, which leaves all numbers as they are.
inline Tensor added(Tensor a, Tensor b) {
  if (!a.defined() || !b.defined()) {
    return a.defined() ? a : b;
  }
  a.add_(b);
  return a;
}

// The sum of the rows, which is in the first afterwards.
Tensor tree_sum(const Tensor& rows);

// The sum of terms that come one after the other. Their number is a power of two.
class TreeSum {
 public:
  // Returns the sum up to this term, where that is complete: after the last term.
  Tensor add(std::size_t position, Tensor term) {
    std::size_t level = 0;
    for (; (position >> level & 1) != 0; ++level) {
      term = added(std::exchange(partial_[level], {}), std::move(term));
    }
    if (partial_.size() <= level) {
      partial_.resize(level + 1);
    }
    partial_[level] = term;
    return term;
  }
  void clear() noexcept { partial_.clear(); }

 private:
  std::vector<Tensor> partial_;  // by level: the sum of 2^level terms
};

}  // namespace retrograd::mpi::detail
