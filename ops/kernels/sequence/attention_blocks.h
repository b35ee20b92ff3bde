// What attention's forward and backward loops share: blocks of their operands, and blocks of
// scores. Internal.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/sequence/attention.h>
#include <retrograd/ops/kernels/sequence/attention_loops.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd::kernels::attending {

// A range of rows, or of columns.
struct Range {
  int64_t first;
  int64_t count;

  int64_t end() const { return first + count; }
};
inline Range block_at(int64_t i, int64_t length) {
  const int64_t first = i * kAttentionBlock;
  return {first, std::min(kAttentionBlock, length - first)};
}
inline int64_t blocks_of(int64_t length) {
  return detail::divided_up(length, kAttentionBlock);
}

struct Sizes {
  int64_t heads = 1;
  int64_t queries;
  int64_t keys;
  int64_t width;        // E
  int64_t value_width;  // Ev

  Sizes(const AttentionInputs& x, const Shape& lead)
      : queries(x.query.size(-2)),
        keys(x.key.size(-2)),
        width(x.query.size(-1)),
        value_width(x.value.size(-1)) {
    for (const int64_t size : lead) {
      heads *= size;
    }
  }
  bool empty() const { return heads == 0 || queries == 0 || keys == 0 || value_width == 0; }
  // From a row of scores to the next. Rows that are a power of two apart share few lines of the
  // cache.
  int64_t step() const {
    constexpr int64_t kLine = 16;
    const int64_t columns = detail::rounded_up(std::min(kAttentionBlock, keys), kLine);
    return columns > 4 * kLine ? columns + kLine : columns;
  }
  // Multiplications of one product over all queries and keys of a head.
  int64_t work() const { return queries * keys * std::max<int64_t>({width, value_width, 1}); }
};

// The matrices (..., rows, columns) of a tensor whose leading dimensions broadcast to `lead`; none
// of an undefined one.
class Heads {
 public:
  Heads(const Tensor& x, const Shape& lead) : tensor_(x), lead_(lead) {
    if (!x.defined()) {
      return;
    }
    const auto step = [&](std::size_t from_last) {
      const std::size_t rank = x.shape().size();
      return from_last > rank || x.shape()[rank - from_last] == 1 ? 0
                                                                  : x.strides()[rank - from_last];
    };
    column_step_ = step(1);
    row_step_ = step(2);
    for (std::size_t d = 0; d < lead.size(); ++d) {
      steps_.push_back(step(lead.size() + 2 - d));
    }
  }
  bool defined() const { return tensor_.defined(); }
  int64_t row_step() const { return row_step_; }
  int64_t column_step() const { return column_step_; }
  DType dtype() const { return tensor_.dtype(); }
  // Matrix `head` in row-major order.
  template <class T>
  T* at(int64_t head) const {
    int64_t offset = 0;
    for (std::size_t d = lead_.size(); d-- > 0;) {
      offset += head % lead_[d] * steps_[d];
      head /= lead_[d];
    }
    return tensor_.raw<T>() + offset;
  }

 private:
  Tensor tensor_;
  Shape lead_;
  Strides steps_;
  int64_t row_step_ = 0;
  int64_t column_step_ = 0;
};

// x itself where its matrices have neighbouring values in rows that do not overlap, else a copy.
inline Tensor with_rows(const Tensor& x) {
  const bool fits = (x.strides()[x.strides().size() - 1] == 1 || x.size(-1) == 1) &&
                    (x.strides()[x.strides().size() - 2] >= x.size(-1) || x.size(-2) == 1);
  return fits ? x : contiguous_copy(x);
}

// A fresh tensor whose last dimension is innermost and whose others lie as those of `model`, if
// that has as many.
inline Tensor empty_with_rows(const Shape& shape, const Tensor& model, DType dtype) {
  if (model.shape().size() != shape.size()) {
    return empty_tensor(shape, dtype);
  }
  const std::size_t others = shape.size() - 1;
  Dims order;
  for (std::size_t d = 0; d < others; ++d) {
    std::size_t at = order.size();
    while (at > 0 &&
           model.strides()[static_cast<std::size_t>(order[at - 1])] < model.strides()[d]) {
      --at;
    }
    order.insert(at, static_cast<int64_t>(d));
  }
  Strides strides = Strides::filled(shape.size(), 1);
  int64_t step = shape[others];
  for (std::size_t i = others; i-- > 0;) {
    const auto d = static_cast<std::size_t>(order[i]);
    strides[d] = step;
    step *= shape[d];
  }
  return detail::view_within(empty_tensor({step}, dtype), shape, strides, 0);
}

// (lead..., rows, columns)
inline Shape with_lead(Shape lead, int64_t rows, int64_t columns) {
  lead.push_back(rows);
  lead.push_back(columns);
  return lead;
}

// How many keys of a block of them query `query` sees.
inline int64_t seen(const AttentionRule& rule, int64_t query, Range keys) {
  return rule.is_causal ? std::clamp<int64_t>(query + 1 - keys.first, 0, keys.count) : keys.count;
}

// Adds the mask to a block of scores; -infinity hides.
template <class C>
class Masks {
 public:
  Masks(const Tensor& mask, const Shape& lead, const AttentionRule& rule)
      : mask_(mask, lead), rule_(rule) {}
  void apply(Scores<C> scores, int64_t head, Range queries, Range keys) const {
    if (mask_.defined()) {
      if (mask_.dtype() == boolean) {
        add<bool>(scores, head, queries, keys, [](C score, bool sees) {
          return sees ? score : -std::numeric_limits<C>::infinity();
        });
      } else {
        for_floating(mask_.dtype(), [&]<class T>() {
          add<T>(scores, head, queries, keys,
                 [](C score, T added) { return score + convert<C>(added); });
        });
      }
    }
    if (rule_.is_causal && keys.end() > queries.first + 1) {
      for (int64_t i = 0; i < queries.count; ++i) {
        const int64_t count = seen(rule_, queries.first + i, keys);
        std::fill_n(scores.row(i) + count, keys.count - count, -std::numeric_limits<C>::infinity());
      }
    }
  }

 private:
  template <class T, class F>
  void add(Scores<C> scores, int64_t head, Range queries, Range keys, F f) const {
    const int64_t row = mask_.row_step();
    const int64_t column = mask_.column_step();
    const T* const mask = mask_.at<T>(head) + queries.first * row + keys.first * column;
    detail::vectorised_wide([=] {
      for (int64_t i = 0; i < queries.count; ++i) {
        C* const s = scores.row(i);
        const T* const m = mask + i * row;
        if (column == 1) {
#pragma omp simd
          for (int64_t j = 0; j < keys.count; ++j) {
            s[j] = f(s[j], m[j]);
          }
        } else {
          for (int64_t j = 0; j < keys.count; ++j) {
            s[j] = f(s[j], m[j * column]);
          }
        }
      }
    });
  }

  Heads mask_;
  AttentionRule rule_;
};

// Which weights dropout keeps, by the numbers that random_mask draws.
template <class C>
class Drops {
 public:
  Drops(const Sizes& sizes, const AttentionRule& rule)
      : sizes_(sizes),
        rule_(rule),
        limit_(static_cast<std::uint64_t>(std::ldexp(1 - rule.dropout_p, 32))),
        factor_(rule.dropout_p == 1 ? C{0} : static_cast<C>(1 / (1 - rule.dropout_p))) {}
  bool any() const { return rule_.dropout_p > 0; }
  // 1 / (1 - p)
  C factor() const { return factor_; }
  // Makes 0 of those that are dropped.
  void apply(Scores<C> values, int64_t head, Range queries, Range keys) const {
    for (int64_t i = 0; i < queries.count; ++i) {
      const int64_t row = (head * sizes_.queries + queries.first + i) * sizes_.keys + keys.first;
      C* const v = values.row(i);
      std::uint64_t bits = 0;
      for (int64_t j = 0; j < keys.count; ++j) {
        const std::uint64_t at = rule_.numbers.first + static_cast<std::uint64_t>(row + j);
        if (j == 0 || at % 2 == 0) {
          bits = random_bits(rule_.numbers.start, at / 2);
        }
        const std::uint64_t own = at % 2 == 0 ? bits & 0xffffffffU : bits >> 32U;
        v[j] = own < limit_ ? v[j] : C{0};
      }
    }
  }

 private:
  Sizes sizes_;
  AttentionRule rule_;
  std::uint64_t limit_;
  C factor_;
};

}  // namespace retrograd::kernels::attending
