// Weight gradients of bfloat16 as products of shifted inputs. Images lie one below another with
// zeros between rows and between images, so that every shift of the filter is one product over all
// places: what lies outside an image meets zeros.
#include <retrograd/ops/kernels/conv/conv.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/tiles.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::in_tiles {

#if RETROGRAD_INSTRUCTIONS

namespace {

using std::int64_t;
using tiles::kStep;

int64_t whole(int64_t size) {
  return detail::rounded_up(size, kStep);
}

// Rows of images, channels-last, that lie one below another with zeros between.
struct Rows {
  const BFloat16* images;
  int64_t batch, height, width, channels;
  int64_t down, across;  // places from a row or column to the next
  int64_t apart;         // from an image to the next, in rows of places

  // Copies what rows first to first + count - 1 of places hold, `step` of them each, beside zeros.
  void copy(int64_t first, int64_t count, int64_t step, BFloat16* to) const {
    const int64_t grain = detail::kGrain / (width * channels) + 1;
    detail::parallel_ranges(count, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        copy_row(first + i, to + i * step * channels);
      }
    });
  }

  [[gnu::noinline]] void copy_row(int64_t i, BFloat16* to) const {
    const int64_t row = i % apart;
    const bool holds = i >= 0 && i / apart < batch && row % down == 0 && row / down < height;
    const BFloat16* const from =
        holds ? images + (i / apart * height + row / down) * width * channels : nullptr;
    const int64_t together = across == 1 ? width : 1;
    for (int64_t j = 0; j < width; j += together) {
      BFloat16* const own = to + j * across * channels;
      if (from != nullptr) {
        std::copy_n(from + j * channels, together * channels, own);
      } else {
        std::fill_n(own, together * channels, BFloat16{});
      }
    }
  }
};

// Sizes of a layout in which every place of an input has a row and a column.
struct Places {
  int64_t step;   // from a row to the next
  int64_t apart;  // from an image to the next, in rows

  explicit Places(const ConvGeometry& g)
      : step(g.input[2] + std::max(g.pad_before[2], g.pad_after[2])),
        apart(g.input[1] + std::max(g.pad_before[1], g.pad_after[1])) {}

  // Whether the results of an image have places of their own too.
  bool hold(const ConvGeometry& g) const {
    return (g.output[2] - 1) * g.stride[2] < step && (g.output[1] - 1) * g.stride[1] < apart;
  }
};

class WeightGradient {
 public:
  WeightGradient(const Tensor& x, const Tensor& grad, const ConvGeometry& g)
      : g_(g),
        places_(g),
        images_{x.raw<BFloat16>(), g.batch, g.input[1], g.input[2],
                g.in_channels,     1,       1,          places_.apart},
        grads_{grad.raw<BFloat16>(), g.batch,     g.output[1], g.output[2],
               g.out_channels,       g.stride[1], g.stride[2], places_.apart},
        halo_((g.kernel[1] - 1) * g.dilation[1]),
        filters_(whole(g.out_channels)),
        panels_(whole(g.in_channels) / kStep) {
    rows_ = std::min(g.batch * places_.apart, kMostBytes / (step() * bytes_of_place()) + 1);
    const int64_t places = whole(rows_ * step());
    depth_ = whole(places + shift(g.kernel[1] - 1, g.kernel[2] - 1)) + kStep;
    // Rows of the left side that are multiples of some lines apart share a place in the cache.
    left_step_ = places % (4 * kStep) == 0 ? places + kStep : places;
    wide_ = zeros({(depth_ + 1) * g.in_channels}, bfloat16);
    wide_grad_ = zeros({places * g.out_channels}, bfloat16);
    left_ = empty_tensor({filters_ * left_step_}, bfloat16);
    for (Tensor& right : rights_) {
      right = empty_tensor({panels_ * depth_ * kStep}, bfloat16);
    }
    sums_ = empty_tensor({taps() * panels_ * filters_ * kStep}, float32);
  }

  Tensor run() {
    const int64_t all = g_.batch * places_.apart;
    for (int64_t first = 0; first < all; first += rows_) {
      const int64_t count = std::min(rows_, all - first);
      pack(first, count);
      multiply(whole(count * step()), first == 0 ? Target::overwritten : Target::added_to);
    }
    return result();
  }

 private:
  static constexpr int64_t kMostBytes = std::int64_t{1} << 20;  // of both sides: the second cache

  static Tensor zeros(const Shape& shape, DType dtype) {
    Tensor made = empty_tensor(shape, dtype);
    fill(made, 0.0);
    return made;
  }
  int64_t step() const { return places_.step; }
  int64_t taps() const { return g_.kernel[1] * g_.kernel[2]; }
  int64_t bytes_of_place() const {
    return (filters_ + 2 * panels_ * kStep) * static_cast<int64_t>(sizeof(BFloat16));
  }
  // How many places a weight reads behind the result's.
  int64_t shift(int64_t kh, int64_t kw) const {
    return kh * g_.dilation[1] * step() + kw * g_.dilation[2];
  }
  // The right side for shifts that are even, or odd.
  tiles::Right right(int64_t odd) const { return {rights_[odd].raw<BFloat16>(), depth_}; }

  // Lays out `count` rows from the first-th on.
  void pack(int64_t first, int64_t count) {
    const int64_t in = g_.in_channels;
    const int64_t out = g_.out_channels;
    BFloat16* const wide = wide_.raw<BFloat16>();
    BFloat16* const wide_grad = wide_grad_.raw<BFloat16>();
    images_.copy(first - g_.pad_before[1], count + halo_, step(), wide + g_.pad_before[2] * in);
    grads_.copy(first, rows_, step(), wide_grad);
    const int64_t places = whole(rows_ * step());
    detail::parallel_ranges(depth_ / kStep, 64, [&](int64_t begin, int64_t end) {
      const int64_t from = begin * kStep;
      const int64_t some = (end - begin) * kStep;
      for (const int64_t odd : {0, 1}) {
        tiles::copy_right(some, in, {wide + (from + odd) * in, in}, right(odd).from_row(from));
      }
      const int64_t last = std::min(places, from + some);
      if (from < last) {
        tiles::transpose_left(last - from, out, {wide_grad + from * out, out},
                              {left_.raw<BFloat16>() + from, left_step_});
      }
    });
  }

  // Adds the products of all shifts over `places` places.
  void multiply(int64_t places, Target target) const {
    constexpr int64_t kWork = int64_t{1} << 22;  // multiplications that are worth a thread
    const int64_t grain = kWork / (filters_ * kStep * places) + 1;
    detail::parallel_ranges(taps() * panels_, grain, [&](int64_t begin, int64_t end) {
      const tiles::Configured in_force;
      for (int64_t i = begin; i < end; ++i) {
        const int64_t tap = i / panels_;
        const int64_t behind = shift(tap / g_.kernel[2], tap % g_.kernel[2]);
        tiles::multiply(filters_, kStep, places, {left_.raw<BFloat16>(), left_step_},
                        right(behind % 2).from_row(behind / 2 * 2).panel(i % panels_),
                        {sums_.raw<float>() + i * filters_ * kStep, kStep}, target);
      }
    });
  }

  // The sums (taps, panels, filters, kStep) as the weights lie.
  Tensor result() const {
    Tensor found = empty_tensor(g_.weight_shape(), bfloat16);
    const int64_t in = g_.in_channels;
    const int64_t each = filters_ * kStep;
    detail::parallel_ranges(g_.out_channels, 16, [&](int64_t begin, int64_t end) {
      for (int64_t filter = begin; filter < end; ++filter) {
        BFloat16* to = found.raw<BFloat16>() + filter * in * taps();
        for (int64_t c = 0; c < in; ++c) {
          const float* from = sums_.raw<float>() + c / kStep * each + filter * kStep + c % kStep;
          for (int64_t tap = 0; tap < taps(); ++tap, from += panels_ * each) {
            *to++ = convert<BFloat16>(*from);
          }
        }
      }
    });
    return found;
  }

  const ConvGeometry& g_;
  Places places_;
  Rows images_;
  Rows grads_;
  int64_t halo_;     // rows that the filter reads beyond the result's
  int64_t filters_;  // a multiple of kStep
  int64_t panels_;
  int64_t rows_ = 0;  // that are multiplied at a time
  int64_t depth_ = 0;
  int64_t left_step_ = 0;
  Tensor wide_;
  Tensor wide_grad_;
  Tensor left_;
  Tensor rights_[2];
  Tensor sums_;
};

}  // namespace

// Measured against oneDNN 2.6, which multiplies only full blocks of 16 channels.
bool suits_weight_grad(const ConvGeometry& g) {
  constexpr int64_t kBlock = 16;
  constexpr int64_t kLeastWork = int64_t{1} << 18;  // multiplications for one shift
  constexpr int64_t kMostWaste = 2;                 // of what is multiplied, by what is wanted
  constexpr int64_t kMostWasteOfParts = 12;
  if (g.dtype != bfloat16 || g.groups != 1 || g.spatial_rank > 2 || !detail::fast_tiles()) {
    return false;
  }
  const Places places(g);
  const bool blocks = g.in_channels % kBlock == 0 && g.out_channels % kBlock == 0;
  const int64_t wanted = g.in_channels * g.out_channels * g.output[1] * g.output[2];
  const int64_t made = whole(g.in_channels) * whole(g.out_channels) * places.step * places.apart;
  return places.hold(g) && g.batch * wanted >= kLeastWork &&
         made <= (blocks ? kMostWaste : kMostWasteOfParts) * wanted;
}

Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  const Tensor images = as_channels_last(x);
  const Tensor grads = as_channels_last(grad);
  return WeightGradient(images, grads, geometry).run();
}

#else

bool suits_weight_grad(const ConvGeometry& /*geometry*/) {
  return false;
}
Tensor conv_weight_grad(const Tensor& /*x*/, const Tensor& /*grad*/,
                        const ConvGeometry& /*geometry*/) {
  return {};
}

#endif

}  // namespace retrograd::kernels::in_tiles
