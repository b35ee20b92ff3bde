#ifdef RETROGRAD_WITH_ONEDNN
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/tree.h>
#include <retrograd/ops/kernels/onednn/conv_pieces.h>
#include <retrograd/ops/kernels/prepared_weights.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/openmp.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels::onednn {

namespace {

// The address of element `at`.
void* memory_of(const Tensor& x, std::int64_t at = 0) {
  return x.raw_bytes() + static_cast<std::size_t>(at) * item_size(x.dtype());
}

// Memory for `count` weights or gradients of one in the plan's own layout.
Tensor empty_weights(const ConvPlan& plan, std::int64_t count) {
  return empty_tensor({count * static_cast<std::int64_t>(plan.weight.get_size())}, uint8);
}

// The weight in the layouts of the pieces' plans.
class Filters {
 public:
  Filters(const ConvPieces& pieces, const Tensor& weight) {
    const Tensor plain = as_contiguous(weight);
    const auto& kinds = pieces.kinds();
    for (std::size_t i = 0; i < kinds.size() && kinds[i].plan; ++i) {
      const ConvPlan& plan = *kinds[i].plan;
      if (i > 0 && plan.weight == kinds[0].plan->weight) {
        of_kind_[i] = of_kind_[0];
      } else if (!plan.reorder) {
        of_kind_[i] = plain;
      } else {
        of_kind_[i] = PreparedWeights::laid_out(plain, plan.weight, [&] {
          const Tensor laid_out = empty_weights(plan, 1);
          plan.reorder.run({{DNNL_ARG_FROM, &plan.plain_weight, memory_of(plain)},
                            {DNNL_ARG_TO, &plan.weight, memory_of(laid_out)}});
          return laid_out;
        });
      }
    }
  }
  void* operator[](std::size_t kind) const { return memory_of(of_kind_[kind]); }

 private:
  std::array<Tensor, 3> of_kind_;
};

// Calls f(plan, piece, i, scratch) for each piece.
template <class F>
void for_each_of(const ConvPieces& pieces, const F& f) {
  const int lanes = detail::lanes_for(pieces.count());
  const LaneScratch scratch(pieces.scratch_bytes(), lanes);
  detail::for_each_piece_of(pieces.count(), lanes, [&](std::int64_t i, int lane) {
    const ConvPieces::Piece piece = pieces[i];
    f(*pieces.kinds()[piece.kind].plan, piece, i, scratch.of_lane<void>(lane));
  });
}

// Of a piece's output, which is still in the cache. oneDNN's own would make 0 of NaN.
void take_relu(const Tensor& out, std::int64_t first, const ConvGeometry& piece) {
  const std::int64_t count =
      piece.batch * piece.output[0] * piece.output[1] * piece.output[2] * piece.out_channels;
  for_floating(out.dtype(), [&]<class T>() {
    T* const values = out.raw<T>() + first;
    detail::vectorised([=] {
#pragma omp simd
      for (std::int64_t i = 0; i < count; ++i) {
        values[i] = kRelu(values[i]);
      }
    });
  });
}

}  // namespace

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu) {
  const detail::OneOpenMpThread one;
  const ConvPieces pieces(Pass::forward, geometry, bias.defined());
  if (!pieces) {
    return {};
  }
  const Tensor source = as_channels_last(x);
  const Filters filters(pieces, weight);
  const Tensor b = bias.defined() ? as_contiguous(bias) : Tensor();
  Tensor out = empty_channels_last(geometry.output_shape(), geometry.dtype);
  for_each_of(pieces, [&](const ConvPlan& plan, const ConvPieces::Piece& piece, std::int64_t,
                          void* scratch) {
    const Runnable::Argument from{DNNL_ARG_SRC, &plan.source, memory_of(source, piece.input)};
    const Runnable::Argument by{DNNL_ARG_WEIGHTS, &plan.weight, filters[piece.kind]};
    const Runnable::Argument to{DNNL_ARG_DST, &plan.destination, memory_of(out, piece.output)};
    if (b.defined()) {
      plan.conv.run({from, by, {DNNL_ARG_BIAS, &plan.bias, memory_of(b)}, to}, scratch);
    } else {
      plan.conv.run({from, by, to}, scratch);
    }
    if (relu) {
      take_relu(out, piece.output, pieces.kinds()[piece.kind].geometry);
    }
  });
  return out;
}

Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry,
                       DType result) {
  const detail::OneOpenMpThread one;
  const ConvPieces pieces(result == geometry.dtype ? Pass::input_grad : Pass::wide_input_grad,
                          geometry, false);
  if (!pieces) {
    return {};
  }
  const Tensor out_grad = as_channels_last(grad);
  const Filters filters(pieces, weight);
  Tensor x_grad = empty_channels_last(geometry.input_shape(), result);
  for_each_of(pieces, [&](const ConvPlan& plan, const ConvPieces::Piece& piece, std::int64_t,
                          void* scratch) {
    plan.conv.run({{DNNL_ARG_DIFF_DST, &plan.destination, memory_of(out_grad, piece.output)},
                   {DNNL_ARG_WEIGHTS, &plan.weight, filters[piece.kind]},
                   {DNNL_ARG_DIFF_SRC, &plan.source, memory_of(x_grad, piece.input)}},
                  scratch);
  });
  return x_grad;
}

Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  const detail::OneOpenMpThread one;
  const ConvPieces pieces(Pass::weight_grad, geometry, false);
  if (!pieces) {
    return {};
  }
  const ConvPlan& first = *pieces.kinds()[0].plan;
  const Tensor source = as_channels_last(x);
  const Tensor out_grad = as_channels_last(grad);
  Tensor weight_grad = empty_tensor(geometry.weight_shape(), geometry.dtype);
  const Tensor sums =
      pieces.count() == 1 && !first.reorder ? weight_grad : empty_weights(first, pieces.count());
  const auto size = static_cast<std::int64_t>(first.weight.get_size());
  float* const totals = reinterpret_cast<float*>(sums.raw_bytes());
  for_each_of(pieces, [&](const ConvPlan& plan, const ConvPieces::Piece& piece, std::int64_t i,
                          void* scratch) {
    plan.conv.run({{DNNL_ARG_SRC, &plan.source, memory_of(source, piece.input)},
                   {DNNL_ARG_DIFF_DST, &plan.destination, memory_of(out_grad, piece.output)},
                   {DNNL_ARG_DIFF_WEIGHTS, &plan.weight, memory_of(sums, i * size)}},
                  scratch);
  });
  if (pieces.count() > 1) {
    add_in_tree(totals, pieces.count(), size / std::int64_t{sizeof(float)});
  }
  if (first.reorder) {
    first.reorder.run({{DNNL_ARG_FROM, &first.weight, memory_of(sums)},
                       {DNNL_ARG_TO, &first.plain_weight, memory_of(weight_grad)}});
  } else if (pieces.count() > 1) {
    std::copy_n(totals, weight_grad.numel(), weight_grad.raw<float>());
  }
  return weight_grad;
}

}  // namespace retrograd::kernels::onednn
#endif
