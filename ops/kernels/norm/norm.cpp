#include <retrograd/ops/kernels/norm/norm.h>

#include <cmath>

#include <retrograd/ops/kernels/norm/norm_loops.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

using namespace norm;

// What a thread needs for one sample: totals of columns, then factors of columns.
template <class C>
struct Scratch {
  std::vector<double> totals;  // (2, channels)
  std::vector<C> mean;
  std::vector<C> scale;

  explicit Scratch(std::int64_t channels)
      : totals(static_cast<std::size_t>(2 * channels)),
        mean(static_cast<std::size_t>(channels)),
        scale(static_cast<std::size_t>(channels)) {}
};

struct GroupMoments {
  double mean;
  double variance;
};

// The moments of n neighbouring values. Differences are from the first: sums of squares lose
// nothing to a mean far from 0.
template <class T>
GroupMoments moments_of_run(const T* x, std::int64_t n) {
  using C = compute_t<T>;
  const auto first = static_cast<C>(x[0]);
  const auto [sum, squares] = total_run<C>(n, [=](const auto& read) RETROGRAD_INLINE {
    const auto off = read(x).value - first;
    return std::array{off, off * off};
  });
  const double off = sum / static_cast<double>(n);
  const double variance = squares / static_cast<double>(n) - off * off;
  return {static_cast<double>(first) + off, variance < 0 ? 0.0 : variance};
}

// The moments of each group of a sample of several places, at x.
template <class T>
void find_moments(const T* x, const NormGeometry& geometry, double* totals, GroupMoments* moments) {
  using C = compute_t<T>;
  const std::int64_t width = geometry.channels / geometry.groups;
  total_columns<C>(geometry, totals, [=](std::int64_t i, std::int64_t c) {
    const C off = static_cast<C>(x[i]) - static_cast<C>(x[c]);
    return std::array<C, 2>{off, off * off};
  });
  const auto rows = static_cast<double>(geometry.positions);
  const double* const squares = totals + geometry.channels;
  const auto mean = [&](std::int64_t c) { return convert<double>(x[c]) + totals[c] / rows; };
  for (std::int64_t g = 0; g < geometry.groups; ++g) {
    double centre = 0;
    for (std::int64_t c = g * width; c < (g + 1) * width; ++c) {
      centre += mean(c) / static_cast<double>(width);
    }
    // Within each column, and of the columns' means.
    double spread = 0;
    for (std::int64_t c = g * width; c < (g + 1) * width; ++c) {
      const double inner = squares[c] - totals[c] * totals[c] / rows;
      const double off = mean(c) - centre;
      spread += (inner < 0 ? 0.0 : inner) + rows * (off * off);
    }
    moments[g] = {centre, spread / (static_cast<double>(width) * rows)};
  }
}

// y = (x - mean) * scale * weight + bias, with numbers for mean and scale.
template <class T, class C>
void apply_run(const T* x, T* y, std::int64_t n, C mean, C scale, const C* weight, const C* bias) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    y[i] = convert<T>((static_cast<C>(x[i]) - mean) * scale * weight[i] + bias[i]);
  }
}

// y = (x - mean) * scale + bias by column, and ReLU of it.
template <class T, class C>
void apply(const T* x, T* y, const NormGeometry& geometry, const C* mean, const C* scale,
           const C* bias, bool relu) {
  const std::array<const C*, 3> factors{mean, scale, bias};
  const C limit = lower_limit<C>(relu);
  for_rows(geometry, [&](std::int64_t begin, std::int64_t end) {
    run_loop<C>([&] {
      for_each_element(begin, end, geometry.channels, factors,
                       [=](std::int64_t i, const std::array<C, 3>& of) {
                         const C value = (static_cast<C>(x[i]) - of[0]) * of[1] + of[2];
                         y[i] = convert<T>(value < limit ? C{0} : value);
                       });
    });
  });
}

// Where the statistics come from: those that were given.
struct Given {
  void operator()(std::int64_t, const void*, double*) const {}
  void of_row(std::int64_t, const void*) const {}
};

// Found in each sample.
template <class T>
struct Found {
  double* mean;
  double* variance;
  double* inverse_deviation;
  const NormGeometry& geometry;
  double eps;
  GroupMoments* moments;

  void operator()(std::int64_t sample, const T* x, double* totals) const {
    const std::int64_t first = sample * geometry.groups;
    find_moments(x, geometry, totals, moments + first);
    for (std::int64_t g = first; g < first + geometry.groups; ++g) {
      store(g, moments[g]);
    }
  }
  // Of a sample of one place.
  void of_row(std::int64_t sample, const T* x) const {
    const std::int64_t width = geometry.channels / geometry.groups;
    for (std::int64_t g = 0; g < geometry.groups; ++g) {
      store(sample * geometry.groups + g, moments_of_run(x + g * width, width));
    }
  }
  void store(std::int64_t at, const GroupMoments& found) const {
    mean[at] = found.mean;
    variance[at] = found.variance;
    inverse_deviation[at] = 1 / std::sqrt(found.variance + eps);
  }
};

// A sample of one place: its groups are runs in memory.
template <class T, class C>
void standardise_row(const T* in, T* to, const double* means, const double* factors,
                     const NormGeometry& geometry, const C* weights, const C* biases) {
  const std::int64_t width = geometry.channels / geometry.groups;
  for (std::int64_t g = 0; g < geometry.groups; ++g) {
    const std::int64_t c = g * width;
    apply_run(in + c, to + c, width, static_cast<C>(means[g]), static_cast<C>(factors[g]),
              weights + c, biases + c);
  }
}

// Runs over the samples; `prepare` comes before the statistics of a sample are used.
template <class T, class Prepare>
void standardise_samples(const Tensor& x, const Tensor& out, const NormStatistics& statistics,
                         const NormAffine& affine, const NormGeometry& geometry,
                         const Prepare& prepare) {
  using C = compute_t<T>;
  const std::int64_t channels = geometry.channels;
  const std::int64_t width = channels / geometry.groups;
  const std::vector<C> weights = channel_values<C>(affine.weight, channels, 1);
  const std::vector<C> biases = channel_values<C>(affine.bias, channels, 0);
  std::vector<Scratch<C>> scratches(static_cast<std::size_t>(sample_parts(geometry)),
                                    Scratch<C>(channels));
  for_each_sample_part(geometry, [&](std::int64_t begin, std::int64_t end, std::int64_t part) {
    Scratch<C>& scratch = scratches[static_cast<std::size_t>(part)];
    const std::int64_t size = geometry.positions * channels;
    const std::int64_t groups = geometry.groups;
    const auto in = [size, first = x.raw<T>()](std::int64_t sample) {
      return first + sample * size;
    };
    const auto to = [size, first = out.raw<T>()](std::int64_t sample) {
      return first + sample * size;
    };
    const auto means = [groups, first = statistics.mean.raw<double>()](std::int64_t sample) {
      return first + sample * groups;
    };
    const auto factors = [groups, first = statistics.inverse_deviation.raw<double>()](
                             std::int64_t sample) { return first + sample * groups; };
    if (geometry.positions == 1 && !affine.relu) {
      run_loop<C>([&] {
        for (std::int64_t sample = begin; sample < end; ++sample) {
          prepare.of_row(sample, in(sample));
          standardise_row(in(sample), to(sample), means(sample), factors(sample), geometry,
                          weights.data(), biases.data());
        }
      });
      return;
    }
    for (std::int64_t sample = begin; sample < end; ++sample) {
      if (geometry.positions == 1) {
        prepare.of_row(sample, in(sample));
      } else {
        prepare(sample, in(sample), scratch.totals.data());
      }
      for (std::int64_t g = 0; g < geometry.groups; ++g) {
        for (std::int64_t c = g * width; c < (g + 1) * width; ++c) {
          const auto at = static_cast<std::size_t>(c);
          scratch.mean[at] = static_cast<C>(means(sample)[g]);
          scratch.scale[at] = static_cast<C>(factors(sample)[g] * static_cast<double>(weights[at]));
        }
      }
      apply(in(sample), to(sample), geometry, scratch.mean.data(), scratch.scale.data(),
            biases.data(), affine.relu);
    }
  });
}

}  // namespace

Standardised standardise(const Tensor& x, const NormAffine& affine, const NormGeometry& geometry,
                         double eps) {
  const detail::KernelTimer timer("norm", x);
  const Tensor rows = laid_out(x, geometry);
  const Shape sizes{geometry.samples * geometry.groups};
  Standardised result{
      empty_result(rows, geometry),
      {empty_tensor(sizes, float64), empty_tensor(sizes, float64), empty_tensor(sizes, float64)}};
  if (rows.numel() == 0) {
    fill(result.statistics.mean, 0.0);
    fill(result.statistics.variance, 0.0);
    fill(result.statistics.inverse_deviation, 0.0);
    return result;
  }
  if (const auto reference = reference_of(&ReferenceTable::standardise)) {
    return reference(x, affine, geometry, eps);
  }
  std::vector<GroupMoments> moments(
      static_cast<std::size_t>(geometry.positions == 1 ? 0 : sizes[0]));
  for_floating(rows.dtype(), [&]<class T>() {
    standardise_samples<T>(
        rows, result.values, result.statistics, affine, geometry,
        Found<T>{result.statistics.mean.raw<double>(), result.statistics.variance.raw<double>(),
                 result.statistics.inverse_deviation.raw<double>(), geometry, eps, moments.data()});
  });
  return result;
}

Tensor standardise_by(const Tensor& x, const NormStatistics& statistics, const NormAffine& affine,
                      const NormGeometry& geometry) {
  const detail::KernelTimer timer("norm", x);
  const Tensor rows = laid_out(x, geometry);
  Tensor out = empty_result(rows, geometry);
  if (rows.numel() == 0) {
    return out;
  }
  if (const auto reference = reference_of(&ReferenceTable::standardise_by)) {
    return reference(x, statistics, affine, geometry);
  }
  for_floating(rows.dtype(), [&]<class T>() {
    standardise_samples<T>(rows, out, statistics, affine, geometry, Given());
  });
  return out;
}

Tensor moved_running(const Tensor& running, const Tensor& fresh, double momentum, double factor) {
  if (const auto reference = reference_of(&ReferenceTable::moved_running)) {
    return reference(running, fresh, momentum, factor);
  }
  const std::int64_t channels = running.numel();
  const std::int64_t samples = channels == 0 ? 0 : fresh.numel() / channels;
  Tensor result = empty_tensor({channels}, float64);
  copy(result, running);
  auto* const moved = result.raw<double>();
  const auto* const values = fresh.raw<double>();
  for (std::int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (std::int64_t i = 0; i < samples; ++i) {
      sum += values[i * channels + c];
    }
    moved[c] = (1 - momentum) * moved[c] + momentum * (sum / static_cast<double>(samples) * factor);
  }
  return result;
}

}  // namespace retrograd::kernels
