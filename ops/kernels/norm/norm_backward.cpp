// With h = (x - mean) r, r = inverse_deviation, and t = grad * weight, over the n elements of a
// group: d/dx = r (t - sum(t) / n - h sum(t h) / n); d/dweight = sum(grad h); d/dbias = sum(grad).
// Ioffe and Szegedy, "Batch normalization", 2015.
#include <retrograd/ops/kernels/norm/norm_loops.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

using namespace norm;

// What a thread needs: totals of an image's columns, sums over its images, factors of columns.
template <class C>
struct Room {
  std::vector<double> totals;      // (2, channels): sum(grad), sum(grad (x - mean))
  std::vector<double> parameters;  // (2, channels): of bias and weight
  std::vector<C> mean;
  std::vector<C> of_grad;  // weight * inverse_deviation
  std::vector<C> of_x;
  std::vector<C> constant;
  std::vector<C> recent;  // (2, channels): sums of a few rows, see take_row

  explicit Room(std::int64_t channels)
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
            const NormAffine& affine, const NormShape& shape, bool fixed)
      : grad_(grad.raw<T>()),
        x_(x.raw<T>()),
        mean_(statistics.mean.raw<double>()),
        inverse_(statistics.inverse_deviation.raw<double>()),
        weights_(channel_values<C>(affine.weight, shape.channels, 1)),
        biases_(channel_values<C>(affine.bias, shape.channels, 0)),
        limit_(lower_limit<C>(affine.relu)),
        shape_(shape),
        fixed_(fixed),
        width_(shape.channels / shape.groups),
        rooms_(static_cast<std::size_t>(image_parts(shape)), Room<C>(shape.channels)) {}

  // Writes the input's gradient to `out` unless it is null.
  void run(T* out, bool parameters) {
    for_each_image_part(shape_, [&](std::int64_t begin, std::int64_t end, std::int64_t part) {
      Room<C>& room = rooms_[static_cast<std::size_t>(part)];
      if (shape_.places == 1 && !fixed_) {
        for (std::int64_t image = begin; image < end; ++image) {
          take_row(image, room, out, parameters);
          if ((image - begin) % 32 == 31 || image + 1 == end) {
            add_recent(room);
          }
        }
        return;
      }
      for (std::int64_t image = begin; image < end; ++image) {
        prepare(image, room);
        if (parameters || !fixed_) {
          total(image, room);
        }
        if (parameters) {
          add_parameters(image, room);
        }
        if (out != nullptr) {
          find_factors(image, room);
          write(image, room, out);
        }
      }
    });
  }
  // 0: the bias; 1: the weight.
  Tensor parameter_gradient(std::int64_t which, DType dtype) const {
    Tensor result = empty_tensor({shape_.channels}, dtype);
    for (std::int64_t c = 0; c < shape_.channels; ++c) {
      double sum = 0;
      for (const Room<C>& room : rooms_) {
        sum += room.parameters[static_cast<std::size_t>(which * shape_.channels + c)];
      }
      for_floating(dtype, [&]<class P>() { result.raw<P>()[c] = convert<P>(sum); });
    }
    return result;
  }

 private:
  // An image of one place: its groups are runs in memory, with numbers for mean and factors.
  void take_row(std::int64_t image, Room<C>& room, T* out, bool parameters) const {
    for (std::int64_t group = 0; group < shape_.groups; ++group) {
      const std::int64_t c = group * width_;
      const T* const g = grad_ + start(image) + c;
      const T* const x = x_ + start(image) + c;
      const C* const w = weights_.data() + c;
      const double r = inverse_[image * shape_.groups + group];
      const auto mean = static_cast<C>(mean_[image * shape_.groups + group]);
      const auto scale = static_cast<C>(r);
      if (parameters) {
        C* const of_bias = room.recent.data() + c;
        C* const of_weight = of_bias + shape_.channels;
        for (std::int64_t i = 0; i < width_; ++i) {
          const C value = g[i];
          of_bias[i] += value;
          of_weight[i] += value * ((static_cast<C>(x[i]) - mean) * scale);
        }
      }
      if (out == nullptr) {
        continue;
      }
      const auto [sum, product] = total_run<C>(width_, [=](std::int64_t i) {
        const C t = static_cast<C>(g[i]) * w[i];
        return std::array<C, 2>{t, t * (static_cast<C>(x[i]) - mean)};
      });
      const auto n = static_cast<double>(width_);
      const auto of_x = static_cast<C>(-r * r * r * product / n);
      const auto constant = static_cast<C>(-r * sum / n);
      T* const to = out + start(image) + c;
      for (std::int64_t i = 0; i < width_; ++i) {
        to[i] = convert<T>(static_cast<C>(g[i]) * w[i] * scale +
                           (static_cast<C>(x[i]) - mean) * of_x + constant);
      }
    }
  }
  static void add_recent(Room<C>& room) {
    for (std::size_t i = 0; i < room.recent.size(); ++i) {
      room.parameters[i] += static_cast<double>(room.recent[i]);
      room.recent[i] = 0;
    }
  }

  std::int64_t start(std::int64_t image) const { return image * shape_.places * shape_.channels; }

  // Calls f(column, group's place in the statistics).
  template <class F>
  void for_each_channel(std::int64_t image, F&& f) const {
    for (std::int64_t g = 0; g < shape_.groups; ++g) {
      for (std::int64_t c = g * width_; c < (g + 1) * width_; ++c) {
        f(static_cast<std::size_t>(c), image * shape_.groups + g);
      }
    }
  }
  void prepare(std::int64_t image, Room<C>& room) const {
    for_each_channel(image, [&](std::size_t c, std::int64_t at) {
      room.mean[c] = static_cast<C>(mean_[at]);
      room.of_grad[c] = static_cast<C>(static_cast<double>(weights_[c]) * inverse_[at]);
    });
  }
  // The gradient of the value that ReLU was taken of, which is centred * factor + bias.
  static C before_relu(T grad, C centred, C factor, C bias, C limit) {
    return centred * factor + bias < limit ? C{0} : static_cast<C>(grad);
  }
  void total(std::int64_t image, Room<C>& room) const {
    const T* const g = grad_ + start(image);
    const T* const x = x_ + start(image);
    const C* const mean = room.mean.data();
    const C* const factor = room.of_grad.data();
    const C* const bias = biases_.data();
    const C limit = limit_;
    total_columns<C>(shape_, room.totals.data(), [=](std::int64_t i, std::int64_t c) {
      const C centred = static_cast<C>(x[i]) - mean[c];
      const C value = before_relu(g[i], centred, factor[c], bias[c], limit);
      return std::array<C, 2>{value, value * centred};
    });
  }
  void add_parameters(std::int64_t image, Room<C>& room) const {
    const auto channels = static_cast<std::size_t>(shape_.channels);
    for_each_channel(image, [&](std::size_t c, std::int64_t at) {
      room.parameters[c] += room.totals[c];
      room.parameters[channels + c] += room.totals[channels + c] * inverse_[at];
    });
  }
  // The input's gradient is grad * of_grad + (x - mean) * of_x + constant.
  void find_factors(std::int64_t image, Room<C>& room) const {
    const auto channels = static_cast<std::size_t>(shape_.channels);
    const auto n = static_cast<double>(shape_.count());
    for (std::int64_t g = 0; g < shape_.groups && !fixed_; ++g) {
      const auto begin = static_cast<std::size_t>(g * width_);
      const auto end = static_cast<std::size_t>((g + 1) * width_);
      double sum = 0;
      double product = 0;
      for (std::size_t c = begin; c < end; ++c) {
        sum += static_cast<double>(weights_[c]) * room.totals[c];
        product += static_cast<double>(weights_[c]) * room.totals[channels + c];
      }
      const double r = inverse_[image * shape_.groups + g];
      for (std::size_t c = begin; c < end; ++c) {
        room.of_x[c] = static_cast<C>(-r * r * r * product / n);
        room.constant[c] = static_cast<C>(-r * sum / n);
      }
    }
  }
  void write(std::int64_t image, const Room<C>& room, T* out) const {
    const T* const grad = grad_ + start(image);
    const T* const x = x_ + start(image);
    T* const to = out + start(image);
    const std::array<const C*, 5> factors{room.mean.data(), room.of_grad.data(), room.of_x.data(),
                                          room.constant.data(), biases_.data()};
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
  const NormShape& shape_;
  bool fixed_;
  std::int64_t width_;
  std::vector<Room<C>> rooms_;
};

}  // namespace

NormGradients normalise_backward(const Tensor& grad, const Tensor& x,
                                 const NormStatistics& statistics, const NormAffine& affine,
                                 const NormShape& shape, bool fixed, std::array<bool, 3> wanted,
                                 DType parameter_dtype) {
  const detail::KernelTimer timer("normalise_backward", x);
  const Tensor rows = laid_out(x, shape);
  const Tensor grad_rows = laid_out(grad, shape);
  NormGradients result;
  if (wanted[0]) {
    result.input = empty_result(rows, shape);
  }
  if (rows.numel() == 0) {
    for (Tensor* const parameter : {&result.weight, &result.bias}) {
      *parameter = empty_tensor({shape.channels}, parameter_dtype);
      fill(*parameter, 0.0);
    }
    return result;
  }
  for_floating(rows.dtype(), [&]<class T>() {
    Backwards<T> backwards(grad_rows, rows, statistics, affine, shape, fixed);
    backwards.run(wanted[0] ? result.input.raw<T>() : nullptr, wanted[1] || wanted[2]);
    result.weight = wanted[1] ? backwards.parameter_gradient(1, parameter_dtype) : Tensor();
    result.bias = wanted[2] ? backwards.parameter_gradient(0, parameter_dtype) : Tensor();
  });
  return result;
}

}  // namespace retrograd::kernels
