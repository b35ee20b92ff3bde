// The loss of connectionist temporal classification: Graves et al., 2006. Internal.
#pragma once

#include <cstdint>

#include <retrograd/ops/kernels/kernels.h>

namespace retrograd::kernels {

// What N samples are aligned with. All tensors are int64 and row-major.
struct CtcAlignment {
  Tensor labels;          // (N, L): blank, label, blank, ..., label, blank, and blanks up to L
  Tensor input_lengths;   // (N), in [0, T]
  Tensor target_lengths;  // (N), in [0, (L - 1) / 2]
  std::int64_t blank;
};

struct CtcLosses {
  Tensor losses;  // (N); inf where no alignment fits
  Tensor alpha;   // (N, T, L): the forward variables' logarithms, the largest of each time 0
};

// x (T, N, C) holds log-probabilities, float32 or float64.
CtcLosses ctc_loss(const Tensor& x, const CtcAlignment& alignment);
// The gradient of x from that of the losses: minus the posterior probabilities that a class is
// emitted at a time; 0 where no alignment fits.
Tensor ctc_loss_grad(const Tensor& grad, const Tensor& x, const Tensor& alpha,
                     const CtcAlignment& alignment);

}  // namespace retrograd::kernels
