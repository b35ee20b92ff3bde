// Updates of optimisers as the papers have them, on arrays, with the options of retrograd::optim.
#pragma once

#include <retrograd/ops/kernels/reference/array.h>
#include <retrograd/optim/optim.h>

namespace kernel_tests {

using retrograd::kernels::reference::Array;

// A parameter and what its optimiser knows of it, before the first update.
struct Updated {
  explicit Updated(Array start)
      : p(std::move(start)), m(xt::zeros_like(p)), v(m), moved(m), largest(m) {}

  Array p;
  Array m;  // mean of gradients, or velocity
  Array v;  // mean, sum or largest of squares
  Array moved;
  Array largest;
  double t = 0;
  double product = 1;
};

// Each makes one update by the gradient.
void update(const retrograd::optim::SGDOptions& o, Updated& s, const Array& grad);
void update(const retrograd::optim::AdamOptions& o, Updated& s, const Array& grad);
void update(const retrograd::optim::AdamWOptions& o, Updated& s, const Array& grad);
void update(const retrograd::optim::AdamaxOptions& o, Updated& s, const Array& grad);
void update(const retrograd::optim::NAdamOptions& o, Updated& s, const Array& grad);
void update(const retrograd::optim::RAdamOptions& o, Updated& s, const Array& grad);
void update(const retrograd::optim::AdagradOptions& o, Updated& s, const Array& grad);
void update(const retrograd::optim::AdadeltaOptions& o, Updated& s, const Array& grad);
void update(const retrograd::optim::RMSpropOptions& o, Updated& s, const Array& grad);

}  // namespace kernel_tests
