// Padding: the inner part is copied once, the margins are filled or copied from the result itself,
// a dimension at a time.
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/shape/rearrange.h>

namespace retrograd::kernels {

namespace {

// The part of x between the margins, in dimensions `from` on.
Tensor inside(Tensor x, const Margins& margins, std::size_t from = 0) {
  for (std::size_t d = from; d < margins.before.size(); ++d) {
    const std::int64_t before = margins.before[d];
    x = along(x, d, before, x.shape()[d] - before - margins.after[d]);
  }
  return x;
}

Margins limited(const Margins& margins, bool negative) {
  Margins result = margins;
  for (Dims* side : {&result.before, &result.after}) {
    for (std::int64_t& size : *side) {
      size = negative ? std::max<std::int64_t>(-size, 0) : std::max<std::int64_t>(size, 0);
    }
  }
  return result;
}

// A margin and where its elements are from.
struct Copied {
  Tensor margin;
  Tensor source;
};

std::array<Copied, 2> margins_along(const Tensor& x, const Margins& margins, std::size_t d,
                                    Edge edge) {
  const std::int64_t before = margins.before[d];
  const std::int64_t after = margins.after[d];
  const std::int64_t end = x.shape()[d] - after;
  const Tensor front = along(x, d, 0, before);
  const Tensor back = along(x, d, end, after);
  switch (edge) {
    case Edge::reflect:
      return {
          {{front, along(x, d, 2 * before, before, -1)}, {back, along(x, d, end - 2, after, -1)}}};
    case Edge::circular:
      return {{{front, along(x, d, end - before, before)}, {back, along(x, d, before, after)}}};
    case Edge::replicate: break;
  }
  return {{{front, along(x, d, before, 1)}, {back, along(x, d, end - 1, 1)}}};
}

// x of length 1 along d, shown `count` times.
Tensor shown_again(const Tensor& x, std::size_t d, std::int64_t count) {
  return along(x, d, 0, count, 0);
}

}  // namespace

Shape Margins::around(const Shape& inner) const {
  Shape shape = inner;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    shape[d] += before[d] + after[d];
  }
  return shape;
}

Tensor pad_constant(const Tensor& x, const Margins& margins, Scalar value) {
  const Margins added = limited(margins, false);
  Tensor out = empty_ordered_as(x, margins.around(x.shape()));
  const Tensor kept = inside(x, limited(margins, true));
  Tensor rest = out;
  for (std::size_t d = 0; d < added.before.size(); ++d) {
    const std::int64_t size = rest.shape()[d];
    const std::int64_t inner = size - added.before[d] - added.after[d];
    fill(along(rest, d, 0, added.before[d]), value);
    fill(along(rest, d, size - added.after[d], added.after[d]), value);
    rest = along(rest, d, added.before[d], inner);
  }
  copy(rest, kept);
  return out;
}

Tensor pad_edge(const Tensor& x, const Margins& margins, Edge edge) {
  Tensor out = empty_ordered_as(x, margins.around(x.shape()));
  copy(inside(out, margins), x);
  for (std::size_t d = 0; d < margins.before.size(); ++d) {
    if (margins.before[d] + margins.after[d] == 0) {
      continue;
    }
    for (const Copied& part : margins_along(inside(out, margins, d + 1), margins, d, edge)) {
      copy(part.margin, edge == Edge::replicate
                            ? shown_again(part.source, d, part.margin.shape()[d])
                            : part.source);
    }
  }
  return out;
}

Tensor fold_edge(const Tensor& x, const Margins& margins, Edge edge) {
  const Tensor all = empty_ordered_as(x, x.shape());
  copy(all, x);
  for (std::size_t d = margins.before.size(); d-- > 0;) {
    if (margins.before[d] + margins.after[d] == 0) {
      continue;
    }
    DimMask summed{};
    summed[d] = true;
    for (const Copied& part : margins_along(inside(all, margins, d + 1), margins, d, edge)) {
      if (part.margin.numel() > 0) {
        binary_in_place(Binary::add, part.source,
                        edge == Edge::replicate ? sum(part.margin, summed) : part.margin);
      }
    }
  }
  const Tensor kept = inside(all, margins);
  Tensor out = empty_ordered_as(x, kept.shape());
  copy(out, kept);
  return out;
}

}  // namespace retrograd::kernels
