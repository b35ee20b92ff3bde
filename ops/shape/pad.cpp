#include <retrograd/ops/pad.h>

#include <algorithm>

#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/shape/rearrange.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd {

namespace {

using kernels::Edge;
using kernels::Margins;

// Adding and cutting off are each other's backward.
Tensor pad_constant(const Call& call, const Tensor& x, const Margins& margins, Scalar value) {
  return with_rule(call, x, kernels::pad_constant(x, margins, value), [margins](const Tensor& g) {
    Margins back = margins;
    for (std::size_t d = 0; d < back.before.size(); ++d) {
      back.before[d] = -back.before[d];
      back.after[d] = -back.after[d];
    }
    return pad_constant(Call("pad", {}), g, back, 0);
  });
}

Tensor pad_edge(const Call& call, const Tensor& x, const Margins& margins, Edge edge);

Tensor fold_back(const Tensor& x, const Margins& margins, Edge edge) {
  const Call call("pad_fold", {});
  return with_rule(call, x, kernels::fold_edge(x, margins, edge), [margins, edge](const Tensor& g) {
    return pad_edge(Call("pad", {}), g, margins, edge);
  });
}

Tensor pad_edge(const Call& call, const Tensor& x, const Margins& margins, Edge edge) {
  return with_rule(call, x, kernels::pad_edge(x, margins, edge),
                   [margins, edge](const Tensor& g) { return fold_back(g, margins, edge); });
}

std::string shown(const std::vector<std::int64_t>& padding) {
  return detail::formatted("[{}]", detail::joined(padding, ", "));
}

Margins margins_of(const Call& call, const Tensor& x, const std::vector<std::int64_t>& padding) {
  const std::size_t rank = x.shape().size();
  if (padding.size() % 2 != 0 || padding.size() / 2 > rank) {
    check::refuse<ShapeError>(
        call, {{"input", x}},
        "padding {} needs two numbers for each of at most all dimensions [count-mismatch]",
        shown(padding));
  }
  constexpr std::int64_t most = std::int64_t{1} << 60;  // sums with lengths stay in range
  Margins margins{Dims::filled(rank, 0), Dims::filled(rank, 0)};
  for (std::size_t i = 0; i < padding.size(); ++i) {
    if (padding[i] < -most || padding[i] > most) {
      check::refuse<ShapeError>(call, {{"input", x}},
                                "padding {} is more than memory can hold [too-many-elements]",
                                shown(padding));
    }
    (i % 2 == 0 ? margins.before : margins.after)[rank - 1 - i / 2] = padding[i];
  }
  const Shape shape = margins.around(x.shape());
  for (std::size_t d = 0; d < rank; ++d) {
    const std::int64_t cut = std::max<std::int64_t>(-margins.before[d], 0) +
                             std::max<std::int64_t>(-margins.after[d], 0);
    if (shape[d] < 0 || cut > x.shape()[d]) {
      check::refuse<ShapeError>(
          call, {{"input", x}},
          "padding {} cuts off more of dimension {} than its length [padding-too-large]",
          shown(padding), d);
    }
  }
  check::numel(call, shape, x.dtype());
  return margins;
}

// What the modes other than constant ask of x; `margins` are not negative.
void check_edges(const Call& call, const Tensor& x, const Margins& margins, std::size_t padded,
                 PaddingMode mode) {
  const std::size_t rank = x.shape().size();
  for (std::size_t d = rank - padded; d < rank; ++d) {
    const std::int64_t size = x.shape()[d];
    const std::int64_t longest = std::max(margins.before[d], margins.after[d]);
    const std::int64_t most = mode == PaddingMode::reflect ? size - 1 : size;
    const bool any_length = mode == PaddingMode::replicate && size > 0;
    const char* const why = mode == PaddingMode::reflect    ? "reflection needs less than that"
                            : mode == PaddingMode::circular ? "it can wrap around only once"
                                                            : "there is nothing to replicate";
    check::require<ShapeError>(
        call, longest == 0 || any_length || longest <= most, {{"input", x}},
        "padding of {} for dimension {} of length {}; {} [padding-too-large]", longest, d, size,
        why);
  }
}

}  // namespace

Tensor pad(const Tensor& x, const std::vector<std::int64_t>& padding, const PadOptions& options,
           Where where) {
  const Call call("pad", where, x, padding, options);
  check::defined(call, "input", x);
  const Margins margins = margins_of(call, x, padding);
  if (options.mode == PaddingMode::constant) {
    check::value(call, x, options.value);
    return pad_constant(call, x, margins, options.value);
  }
  check::floating(call, x);
  const std::size_t padded = padding.size() / 2;
  const std::size_t rank = x.shape().size();
  if (padded < 1 || padded > 3 || rank < padded + 1 || rank > padded + 2) {
    check::refuse<ShapeError>(call, {{"input", x}},
                              "padding {} in this mode needs an input of one or two dimensions "
                              "more than it pads, which are at most three [rank-unexpected]",
                              shown(padding));
  }
  Margins cut = margins;
  Margins added = margins;
  for (std::size_t d = 0; d < rank; ++d) {
    for (const auto side : {&Margins::before, &Margins::after}) {
      (cut.*side)[d] = std::min<std::int64_t>((margins.*side)[d], 0);
      (added.*side)[d] = std::max<std::int64_t>((margins.*side)[d], 0);
    }
  }
  const Shape left = cut.around(x.shape());
  const bool cuts = left != x.shape();
  const Tensor shown = cuts ? detail::view_within(x, left, x.strides(), x.impl().offset) : x;
  check_edges(call, shown, added, padded, options.mode);
  const Edge edge = options.mode == PaddingMode::reflect     ? Edge::reflect
                    : options.mode == PaddingMode::replicate ? Edge::replicate
                                                             : Edge::circular;
  return pad_edge(call, cuts ? pad_constant(call, x, cut, 0) : x, added, edge);
}

}  // namespace retrograd
