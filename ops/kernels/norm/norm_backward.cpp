// With h = (x - mean) r, r = inverse_deviation, and t = grad * weight, over the n elements of a
// group: d/dx = r (t - sum(t) / n - h sum(t h) / n); d/dweight = sum(grad h); d/dbias = sum(grad).
// Ioffe and Szegedy, "Batch normalization", 2015.
#include <retrograd/ops/kernels/norm/norm_loops.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

using namespace norm;

// What a thread needs: totals of a sample's columns, sums over its samples, factors of columns.
template <class C>
struct Scratch {
  std::vector<double> totals;      // (2, channels): sum(grad), sum(grad (x - mean))
  std::vector<double> parameters;  // (2, channels): of bias and weight
  std::vector<C> mean;
  std::vector<C> of_grad;  // weight * inverse_deviation
  std::vector<C> of_x;
  std::vector<C> constant;
  std::vector<C> recent;  // (2, channels): sums of a few rows, see take_row

  explicit Scratch(std::int64_t channels)
      : totals(static_cast<std::size_t>(2 * channels)),
        parameters(static_cast<std::size_t>(2 * channels)),
        mean(static_cast<std::size_t>(channels)),
        of_grad(mean),
        of_x(mean),
        constant(mean),
        recent(totals.size()) {}
};

template <class T>
class Backwards {
  using C = compute_t<T>;

 public:
  Backwards(const Tensor& grad, const Tensor& x, const NormStatistics& statistics,
            const NormAffine& affine, const NormGeometry& geometry, bool fixed)
      : grad_(grad.raw<T>()),
        x_(x.raw<T>()),
        mean_(statistics.mean.raw<double>()),
        inverse_(statistics.inverse_deviation.raw<double>()),
        weights_(channel_values<C>(affine.weight, geometry.channels, 1)),
        biases_(channel_values<C>(affine.bias, geometry.channels, 0)),
        limit_(lower_limit<C>(affine.relu)),
        shape_(geometry),
        fixed_(fixed),
        width_(geometry.channels / geometry.groups),
        scratches_(static_cast<std::size_t>(sample_parts(geometry)),
                   Scratch<C>(geometry.channels)) {}

  // Writes the input's gradient to `out` unless it is null.
  void run(T* out, bool parameters) {
    for_each_sample_part(shape_, [&](std::int64_t begin, std::int64_t end, std::int64_t part) {
      Scratch<C>& scratch = scratches_[static_cast<std::size_t>(part)];
      if (shape_.positions == 1 && !fixed_) {
        run_loop<C>([&] {
          for (std::int64_t sample = begin; sample < end; ++sample) {
            take_row(sample, scratch, out, parameters);
            if ((sample - begin) % 32 == 31 || sample + 1 == end) {
              add_recent(scratch);
            }
          }
        });
        return;
      }
      for (std::int64_t sample = begin; sample < end; ++sample) {
        prepare(sample, scratch);
        if (parameters || !fixed_) {
          total(sample, scratch);
        }
        if (parameters) {
          add_parameters(sample, scratch);
        }
        if (out != nullptr) {
          find_factors(sample, scratch);
          write(sample, scratch, out);
        }
      }
    });
  }
  // 0: the bias; 1: the weight.
  Tensor parameter_gradient(std::int64_t which, DType dtype) const {
    Tensor result = empty_tensor({shape_.channels}, dtype);
    for (std::int64_t c = 0; c < shape_.channels; ++c) {
      double sum = 0;
      for (const Scratch<C>& scratch : scratches_) {
        sum += scratch.parameters[static_cast<std::size_t>(which * shape_.channels + c)];
      }
      for_floating(dtype, [&]<class P>() { result.raw<P>()[c] = convert<P>(sum); });
    }
    return result;
  }

 private:
  // An sample of one place: its groups are runs in memory, with numbers for mean and factors.
  void take_row(std::int64_t sample, Scratch<C>& scratch, T* out, bool parameters) const {
    for (std::int64_t group = 0; group < shape_.groups; ++group) {
      const std::int64_t c = group * width_;
      const T* const g = grad_ + start(sample) + c;
      const T* const x = x_ + start(sample) + c;
      const C* const w = weights_.data() + c;
      const double r = inverse_[sample * shape_.groups + group];
      const auto mean = static_cast<C>(mean_[sample * shape_.groups + group]);
      const auto scale = static_cast<C>(r);
      if (parameters) {
        C* const of_bias = scratch.recent.data() + c;
        C* const of_weight = of_bias + shape_.channels;
#pragma omp simd
        for (std::int64_t i = 0; i < width_; ++i) {
          const C value = g[i];
          of_bias[i] += value;
          of_weight[i] += value * ((static_cast<C>(x[i]) - mean) * scale);
        }
      }
      if (out == nullptr) {
        continue;
      }
      const auto [sum, product] = total_run<C>(width_, [=](const auto& read) RETROGRAD_INLINE {
        const auto t = read(g).value * read(w).value;
        return std::array{t, t * (read(x).value - mean)};
      });
      const auto n = static_cast<double>(width_);
      const auto of_x = static_cast<C>(-r * r * r * product / n);
      const auto constant = static_cast<C>(-r * sum / n);
      T* const to = out + start(sample) + c;
#pragma omp simd
      for (std::int64_t i = 0; i < width_; ++i) {
        to[i] = convert<T>(static_cast<C>(g[i]) * w[i] * scale +
                           (static_cast<C>(x[i]) - mean) * of_x + constant);
      }
    }
  }
  static void add_recent(Scratch<C>& scratch) {
    for (std::size_t i = 0; i < scratch.recent.size(); ++i) {
      scratch.parameters[i] += static_cast<double>(scratch.recent[i]);
      scratch.recent[i] = 0;
    }
  }

  std::int64_t start(std::int64_t sample) const {
    return sample * shape_.positions * shape_.channels;
  }

  // Calls f(column, group's position in the statistics).
  template <class F>
  void for_each_channel(std::int64_t sample, F&& f) const {
    for (std::int64_t g = 0; g < shape_.groups; ++g) {
      for (std::int64_t c = g * width_; c < (g + 1) * width_; ++c) {
        f(static_cast<std::size_t>(c), sample * shape_.groups + g);
      }
    }
  }
  void prepare(std::int64_t sample, Scratch<C>& scratch) const {
    for_each_channel(sample, [&](std::size_t c, std::int64_t at) {
      scratch.mean[c] = static_cast<C>(mean_[at]);
      scratch.of_grad[c] = static_cast<C>(static_cast<double>(weights_[c]) * inverse_[at]);
    });
  }
  // The gradient of the value that ReLU was taken of, which is centred * factor + bias.
  static C before_relu(T grad, C centred, C factor, C bias, C limit) {
    return centred * factor + bias < limit ? C{0} : static_cast<C>(grad);
  }
  void total(std::int64_t sample, Scratch<C>& scratch) const {
    const T* const g = grad_ + start(sample);
    const T* const x = x_ + start(sample);
    const C* const mean = scratch.mean.data();
    const C* const factor = scratch.of_grad.data();
    const C* const bias = biases_.data();
    const C limit = limit_;
    total_columns<C>(shape_, scratch.totals.data(), [=](std::int64_t i, std::int64_t c) {
      const C centred = static_cast<C>(x[i]) - mean[c];
      const C value = before_relu(g[i], centred, factor[c], bias[c], limit);
      return std::array<C, 2>{value, value * centred};
    });
  }
  void add_parameters(std::int64_t sample, Scratch<C>& scratch) const {
    const auto channels = static_cast<std::size_t>(shape_.channels);
    for_each_channel(sample, [&](std::size_t c, std::int64_t at) {
      scratch.parameters[c] += scratch.totals[c];
      scratch.parameters[channels + c] += scratch.totals[channels + c] * inverse_[at];
    });
  }
  // The input's gradient is grad * of_grad + (x - mean) * of_x + constant.
  void find_factors(std::int64_t sample, Scratch<C>& scratch) const {
    const auto channels = static_cast<std::size_t>(shape_.channels);
    const auto n = static_cast<double>(shape_.count());
    for (std::int64_t g = 0; g < shape_.groups && !fixed_; ++g) {
      const auto begin = static_cast<std::size_t>(g * width_);
      const auto end = static_cast<std::size_t>((g + 1) * width_);
      double sum = 0;
      double product = 0;
      for (std::size_t c = begin; c < end; ++c) {
        sum += static_cast<double>(weights_[c]) * scratch.totals[c];
        product += static_cast<double>(weights_[c]) * scratch.totals[channels + c];
      }
      const double r = inverse_[sample * shape_.groups + g];
      for (std::size_t c = begin; c < end; ++c) {
        scratch.of_x[c] = static_cast<C>(-r * r * r * product / n);
        scratch.constant[c] = static_cast<C>(-r * sum / n);
      }
    }
  }
  void write(std::int64_t sample, const Scratch<C>& scratch, T* out) const {
    const T* const grad = grad_ + start(sample);
    const T* const x = x_ + start(sample);
    T* const to = out + start(sample);
    const std::array<const C*, 5> factors{scratch.mean.data(), scratch.of_grad.data(),
                                          scratch.of_x.data(), scratch.constant.data(),
                                          biases_.data()};
    const C limit = limit_;
    const bool fixed = fixed_;
    for_rows(shape_, [&](std::int64_t begin, std::int64_t end) {
      run_loop<C>([&] {
        for_each_element(begin, end, shape_.channels, factors,
                         [=](std::int64_t i, const std::array<C, 5>& of) {
                           const C centred = static_cast<C>(x[i]) - of[0];
                           const C value = before_relu(grad[i], centred, of[1], of[4], limit);
                           const C moved = centred * of[2] + of[3];
                           to[i] = convert<T>(value * of[1] + (fixed ? C{0} : moved));
                         });
      });
    });
  }

  const T* grad_;
  const T* x_;
  const double* mean_;
  const double* inverse_;
  std::vector<C> weights_;
  std::vector<C> biases_;
  C limit_;
  const NormGeometry& shape_;
  bool fixed_;
  std::int64_t width_;
  std::vector<Scratch<C>> scratches_;
};

}  // namespace

NormGradients standardise_backward(const Tensor& grad, const Tensor& x,
                                   const NormStatistics& statistics, const NormAffine& affine,
                                   const NormGeometry& geometry, bool fixed,
                                   std::array<bool, 3> wanted, DType parameter_dtype,
                                   bool over_grad) {
  const detail::KernelTimer timer("norm_backward", x);
  const Tensor rows = laid_out(x, geometry);
  const Tensor grad_rows = laid_out(grad, geometry);
  NormGradients result;
  if (wanted[0]) {
    const bool is_copy = grad_rows.raw_bytes() != grad.raw_bytes();
    result.input = over_grad || is_copy ? grad_rows : empty_result(rows, geometry);
  }
  if (rows.numel() == 0) {
    for (Tensor* const parameter : {&result.weight, &result.bias}) {
      *parameter = empty_tensor({geometry.channels}, parameter_dtype);
      fill(*parameter, 0.0);
    }
    return result;
  }
  if (const auto reference = reference_of(&ReferenceTable::standardise_backward)) {
    return reference(grad, x, statistics, affine, geometry, fixed, wanted, parameter_dtype,
                     over_grad);
  }
  for_floating(rows.dtype(), [&]<class T>() {
    Backwards<T> backwards(grad_rows, rows, statistics, affine, geometry, fixed);
    backwards.run(wanted[0] ? result.input.raw<T>() : nullptr, wanted[1] || wanted[2]);
    result.weight = wanted[1] ? backwards.parameter_gradient(1, parameter_dtype) : Tensor();
    result.bias = wanted[2] ? backwards.parameter_gradient(0, parameter_dtype) : Tensor();
  });
  return result;
}

}  // namespace retrograd::kernels
