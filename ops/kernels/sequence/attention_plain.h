// The products of attention's blocks in float32 or float64. Internal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include <retrograd/ops/kernels/linalg/gemm.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/sequence/attention_blocks.h>

namespace retrograd::kernels::attending {

template <class T>
struct Plain {
  using C = compute_t<T>;

  static constexpr int64_t kStrip = kAttentionBlock;  // of queries whose scores are made together
  // From a row of scores, of sums for queries and of sums for values to the next.
  static int64_t score_step(const Sizes& sizes) { return sizes.step(); }
  static int64_t query_step(const Sizes& sizes) { return sizes.width; }
  static int64_t value_step(const Sizes& sizes) { return sizes.value_width; }
  // Rows of sums for all queries.
  static int64_t query_rows(const Sizes& sizes) { return sizes.queries; }

  struct InForce {};  // while products are computed

  class Forward;
  class Backward;

 private:
  static Matrix<C> transposed(Matrix<C> x) { return {x.data, x.row_stride, !x.transposed}; }
  static Target target(bool first) { return first ? Target::overwritten : Target::added_to; }
  // Rows of matrices of T, in `scratch` where they need a conversion.
  static Matrix<C> rows_of(const Heads& x, int64_t head, Range rows, int64_t columns, C* scratch) {
    const T* const from = x.at<T>(head) + rows.first * x.row_step();
    const int64_t step = std::max(x.row_step(), columns);  // 0 of a single row
    if constexpr (std::is_same_v<C, T>) {
      return {from, step};
    } else {
      load<C, T>(scratch, from, step, rows.count, columns, 1);
      return {scratch, columns};
    }
  }
};

template <class T>
class Plain<T>::Forward {
 public:
  static int64_t bytes(const Sizes& sizes) {
    return LaneParts::bytes(kAttentionBlock * (2 * sizes.width + sizes.value_width), 3, sizeof(C));
  }
  Forward(const Sizes& sizes, double scale, LaneParts& scratch)
      : width_(sizes.width),
        value_width_(sizes.value_width),
        scale_(static_cast<C>(scale)),
        scaled_(scratch.take<C>(kAttentionBlock * width_)),
        keys_(scratch.take<C>(kAttentionBlock * width_)),
        values_(scratch.take<C>(kAttentionBlock * value_width_)) {}

  void take_queries(const Heads& query, int64_t head, Range queries) {
    load<C, T>(scaled_, query.at<T>(head) + queries.first * query.row_step(), query.row_step(),
               queries.count, width_, scale_);
  }
  void take_keys(const Heads& key, const Heads& value, int64_t head, Range keys) {
    key_ = rows_of(key, head, keys, width_, keys_);
    value_ = rows_of(value, head, keys, value_width_, values_);
  }
  // Of `queries` in the block that was taken.
  void score(Range queries, int64_t keys, Scores<C> scores) const {
    gemm<C>(queries.count, keys, width_, {scaled_ + queries.first * width_, width_},
            transposed(key_), scores.first, scores.step);
  }
  void add(int64_t queries, int64_t keys, Scores<C> weights, const Running<C>& to,
           bool first) const {
    gemm<C>(queries, value_width_, keys, {weights.first, weights.step}, value_, to.sums, to.step,
            target(first));
  }

 private:
  int64_t width_;
  int64_t value_width_;
  C scale_;
  C* scaled_;
  C* keys_;
  C* values_;
  Matrix<C> key_{};
  Matrix<C> value_{};
};

template <class T>
class Plain<T>::Backward {
 public:
  static int64_t bytes(const Sizes& sizes) {
    return LaneParts::bytes(kAttentionBlock * 3 * (sizes.width + sizes.value_width), 6, sizeof(C));
  }
  Backward(const Sizes& sizes, double scale, LaneParts& scratch)
      : width_(sizes.width), value_width_(sizes.value_width), scale_(static_cast<C>(scale)) {
    for (C** const own : {&scaled_, &keys_, &key_sums_}) {
      *own = scratch.take<C>(kAttentionBlock * width_);
    }
    for (C** const own : {&grads_, &values_, &value_sums_}) {
      *own = scratch.take<C>(kAttentionBlock * value_width_);
    }
  }

  void take_keys(const Heads& key, const Heads& value, int64_t head, Range keys) {
    key_ = rows_of(key, head, keys, width_, keys_);
    value_ = rows_of(value, head, keys, value_width_, values_);
  }
  void take_queries(const Heads& query, const Heads& grad, int64_t head, Range queries) {
    load<C, T>(scaled_, query.at<T>(head) + queries.first * query.row_step(), query.row_step(),
               queries.count, width_, scale_);
    grad_ = rows_of(grad, head, queries, value_width_, grads_);
  }
  // Of `queries` in the block that was taken: scores, and G V^T.
  void score(Range queries, int64_t keys, Scores<C> scores) const {
    gemm<C>(queries.count, keys, width_, {scaled_ + queries.first * width_, width_},
            transposed(key_), scores.first, scores.step);
  }
  void slopes(Range queries, int64_t keys, Scores<C> slopes) const {
    gemm<C>(queries.count, keys, value_width_, grad_.from_row(queries.first), transposed(value_),
            slopes.first, slopes.step);
  }
  // A strip is all queries of the block, so its weights and slopes need not be kept.
  void keep_weights(Range /*queries*/, int64_t /*keys*/, Scores<C> weights) { weights_ = weights; }
  void keep_slopes(Range /*queries*/, int64_t /*keys*/, Scores<C> slopes) { slopes_ = slopes; }
  // dS K
  void add_queries(Range queries, int64_t keys, C* sums, bool first) const {
    gemm<C>(queries.count, width_, keys, {slopes_.first, slopes_.step}, key_, sums, width_,
            target(first));
  }
  // scale dS^T Q and (P D)^T G, where D is without its factor
  void add_keys(int64_t queries, int64_t keys, bool first) const {
    gemm<C>(keys, width_, queries, {slopes_.first, slopes_.step, true}, {scaled_, width_},
            key_sums_, width_, target(first));
  }
  void add_values(int64_t queries, int64_t keys, bool first) const {
    gemm<C>(keys, value_width_, queries, {weights_.first, weights_.step, true}, grad_, value_sums_,
            value_width_, target(first));
  }
  // Writes what was added for the keys, or zeros if there is none.
  void put_keys(const Heads& to, int64_t head, Range keys, bool none) const {
    put(to, head, keys, key_sums_, width_, 1, none);
  }
  void put_values(const Heads& to, int64_t head, Range keys, C factor, bool none) const {
    put(to, head, keys, value_sums_, value_width_, factor, none);
  }

 private:
  void put(const Heads& to, int64_t head, Range rows, C* sums, int64_t columns, C factor,
           bool none) const {
    if (none) {
      std::fill_n(sums, rows.count * columns, C{0});
    }
    store<T, C>(to.at<T>(head) + rows.first * to.row_step(), to.row_step(), sums, columns,
                rows.count, columns, factor);
  }

  int64_t width_;
  int64_t value_width_;
  C scale_;
  C* scaled_;
  C* keys_;
  C* key_sums_;
  C* grads_;
  C* values_;
  C* value_sums_;
  Matrix<C> key_{};
  Matrix<C> value_{};
  Matrix<C> grad_{};
  Scores<C> weights_{};
  Scores<C> slopes_{};
};

}  // namespace retrograd::kernels::attending
