#include <retrograd/ops/kernels/loss/ctc.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/ops/kernels/loops/vector_math.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/elementwise.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels {

namespace {

template <class C>
constexpr C kNever = -std::numeric_limits<C>::infinity();  // log(0)

// log(exp(a) + exp(b)). What rounding would lose is not added: denormal numbers are slow. The
// smaller is compared with a finite number: -inf - -inf would raise FE_INVALID.
template <class C>
C log_sum(C a, C b) {
  constexpr C kLost = std::is_same_v<C, float> ? C{-27} : C{-60};
  constexpr C kLeast = std::numeric_limits<C>::lowest();
  const C high = a > b ? a : b;
  const C low = a > b ? b : a;
  const C gap = low - (high > kLeast ? high : kLeast);
  const C more = vec::log1p_below_1(vec::exp(gap < kLost ? kLost : gap));
  return high + (gap < kLost ? C{0} : more);
}

// exp(x), or 0 where that is denormal.
template <class C>
C exp_or_0(C x) {
  constexpr C kLeast = std::is_same_v<C, float> ? C{-87} : C{-708};
  const C e = vec::exp(x < kLeast ? kLeast : x);
  return x < kLeast ? C{0} : e;
}

// The log-probabilities of all paths along a sample's labels, by where they end: the forward
// variables, or for labels read from their end the backward variables. A factor is taken out at
// each time, so that float is precise for any length.
template <class C>
class Paths {
 public:
  // labels[0], labels[step], ...
  Paths(const std::int64_t* labels, std::int64_t count, std::int64_t step, std::int64_t blank)
      : labels_(labels),
        count_(count),
        step_(step),
        skips_(static_cast<std::size_t>(count)),
        before_(static_cast<std::size_t>(count + 2), kNever<C>),
        now_(before_) {
    now_[2] = 0;  // before the first time, all are on the first blank
    for (std::int64_t s = 0; s < count; ++s) {
      const bool skips =
          s >= 2 && labels[s * step] != blank && labels[s * step] != labels[(s - 2) * step];
      skips_[static_cast<std::size_t>(s)] = skips ? C{0} : kNever<C>;
    }
  }

  // By label; two before the first are log(0).
  const C* ends() const { return now_.data() + 2; }

  // Goes to the next time, without what is emitted then.
  void advance() {
    std::swap(before_, now_);
    const auto body = [n = count_, from = before_.data(), skips = skips_.data(),
                       to = now_.data() + 2] {
#pragma omp simd
      for (std::int64_t s = 0; s < n; ++s) {
        to[s] = log_sum(log_sum(from[s + 2], from[s + 1]), from[s] + skips[s]);
      }
    };
    if constexpr (std::is_same_v<C, float>) {
      retrograd::detail::vectorised_wide(body);
    } else {
      body();  // most of it the C library's exp, which has no vectors
    }
  }

  // Emits the labels, whose log-probabilities are x[label * stride]. Returns the logarithm of the
  // factor that is taken out.
  C emit(const C* x, std::int64_t stride) {
    C* const to = now_.data() + 2;
    C largest = kNever<C>;
    for (std::int64_t s = 0; s < count_; ++s) {
      to[s] += x[labels_[s * step_] * stride];
      largest = to[s] > largest ? to[s] : largest;
    }
    if (largest == kNever<C>) {
      return 0;
    }
    for (std::int64_t s = 0; s < count_; ++s) {
      to[s] -= largest;
    }
    return largest;
  }

 private:
  const std::int64_t* labels_;
  std::int64_t count_;
  std::int64_t step_;
  std::vector<C> skips_;  // what it costs to come from two labels before: nothing or log(0)
  std::vector<C> before_;
  std::vector<C> now_;
};

// One sample of a batch.
template <class C>
struct Sample {
  Sample(const Tensor& input, const CtcAlignment& alignment, std::int64_t n)
      : x(input.raw<C>() + (input.numel() == 0 ? 0 : n * input.strides()[1])),
        time(input.strides()[0]),
        step(input.strides()[2]),
        times(alignment.input_lengths.raw<std::int64_t>()[n]),
        labels(alignment.labels.raw<std::int64_t>() + n * alignment.labels.shape()[1]),
        count(2 * alignment.target_lengths.raw<std::int64_t>()[n] + 1),
        blank(alignment.blank) {}

  const C* x;
  std::int64_t time;  // strides of x
  std::int64_t step;
  std::int64_t times;
  const std::int64_t* labels;
  std::int64_t count;
  std::int64_t blank;
};

template <class C>
C loss_of(const Sample<C>& sample, C* alpha, std::int64_t pitch) {
  Paths<C> paths(sample.labels, sample.count, 1, sample.blank);
  double total = 0;
  for (std::int64_t t = 0; t < sample.times; ++t) {
    paths.advance();
    total += static_cast<double>(paths.emit(sample.x + t * sample.time, sample.step));
    std::copy_n(paths.ends(), sample.count, alpha + t * pitch);
  }
  const C* const last = paths.ends() + sample.count - 1;
  return static_cast<C>(0 - (total + static_cast<double>(log_sum(last[0], last[-1]))));
}

// Subtracts grad times the posterior probabilities from `out`, whose strides are given.
template <class C>
void add_gradient(const Sample<C>& sample, const C* alpha, std::int64_t pitch, C grad, C* out,
                  const Strides& strides) {
  Paths<C> paths(sample.labels + sample.count - 1, sample.count, -1, sample.blank);
  std::vector<C> shares(static_cast<std::size_t>(sample.count));
  for (std::int64_t t = sample.times - 1; t >= 0; --t) {
    paths.advance();
    const C* const ahead = alpha + t * pitch;
    const C* const back = paths.ends() + sample.count - 1;
    C* const share = shares.data();
    C largest = kNever<C>;
    for (std::int64_t s = 0; s < sample.count; ++s) {
      share[s] = ahead[s] + back[-s];
      largest = share[s] > largest ? share[s] : largest;
    }
    const C shift = largest == kNever<C> ? C{0} : largest;
    C total = 0;
    for (std::int64_t s = 0; s < sample.count; ++s) {
      share[s] = exp_or_0(share[s] - shift);
      total += share[s];
    }
    C* const row = out + t * strides[0];
    for (std::int64_t s = 0; s < sample.count && total != C{0}; ++s) {
      row[sample.labels[s] * strides[2]] -= grad * (share[s] / total);
    }
    paths.emit(sample.x + t * sample.time, sample.step);
  }
}

// Calls f(n) for all samples, in several threads.
template <class F>
void for_each_sample(const Tensor& x, const CtcAlignment& alignment, const F& f) {
  constexpr std::int64_t kWork = 16;  // of a path, in elements of other loops
  const std::int64_t each = kWork * x.shape()[0] * alignment.labels.shape()[1];
  retrograd::detail::parallel_ranges(
      x.shape()[1], retrograd::detail::kGrain / std::max<std::int64_t>(each, 1) + 1,
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t n = begin; n < end; ++n) {
          f(n);
        }
      });
}

}  // namespace

CtcLosses ctc_loss(const Tensor& x, const CtcAlignment& alignment) {
  const detail::KernelTimer timer("ctc_loss", x);
  const std::int64_t pitch = alignment.labels.shape()[1];
  const std::int64_t rows = x.shape()[0] * pitch;
  CtcLosses result{empty_tensor({x.shape()[1]}, x.dtype()),
                   empty_tensor({x.shape()[1], x.shape()[0], pitch}, x.dtype())};
  for_float_or_double(x.dtype(), [&]<class C>() {
    C* const losses = result.losses.raw<C>();
    C* const alpha = result.alpha.raw<C>();
    for_each_sample(x, alignment, [&](std::int64_t n) {
      losses[n] = loss_of(Sample<C>(x, alignment, n), alpha + n * rows, pitch);
    });
  });
  return result;
}

Tensor ctc_loss_grad(const Tensor& grad, const Tensor& x, const Tensor& alpha,
                     const CtcAlignment& alignment) {
  const detail::KernelTimer timer("ctc_loss_grad", x);
  const Tensor grads = as_contiguous(grad);
  const std::int64_t pitch = alignment.labels.shape()[1];
  const std::int64_t rows = x.shape()[0] * pitch;
  Tensor out = detail::empty_as(x, x.dtype());
  fill(out, 0.0);
  if (out.numel() == 0) {
    return out;
  }
  for_float_or_double(x.dtype(), [&]<class C>() {
    const C* const forward = alpha.raw<C>();
    const C* const g = grads.raw<C>();
    C* const to = out.raw<C>();
    for_each_sample(x, alignment, [&](std::int64_t n) {
      add_gradient(Sample<C>(x, alignment, n), forward + n * rows, pitch, g[n],
                   to + n * out.strides()[1], out.strides());
    });
  });
  return out;
}

}  // namespace retrograd::kernels
