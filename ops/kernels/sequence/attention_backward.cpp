// The gradients of attention, with P the weights before dropout, D its factors, and G the gradient
// of the output:
//   dV = (P D)^T G,   dS = P (D (G V^T) - r),   dQ = scale dS K,   dK = scale dS^T Q
// where r, the sum over keys of P D (G V^T), is that of G times the output. P is computed again
// from the logarithms of the totals.
#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/sequence/attention.h>
#include <retrograd/ops/kernels/sequence/attention_products.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

using namespace attending;

// Of few heads, the keys are cut into parts too, each with sums of its own for dQ.
int64_t parts_of(const Sizes& sizes) {
  constexpr int64_t kEnough = 8;
  return std::clamp<int64_t>(kEnough / sizes.heads, 1, blocks_of(sizes.keys));
}

// Products are Plain<T> or Tiled.
template <class T, class Products>
class Backwards {
  using C = compute_t<T>;

 public:
  Backwards(const Tensor& grad, const AttentionInputs& x, const Attention& result,
            const Shape& lead, const AttentionRule& rule, const AttentionGrads& grads)
      : sizes_(x, lead),
        parts_(parts_of(sizes_)),
        rule_(rule),
        query_(with_rows(x.query), lead),
        key_(with_rows(x.key), lead),
        value_(with_rows(x.value), lead),
        grad_(with_rows(grad), lead),
        output_(with_rows(result.output), lead),
        log_total_(result.log_total.raw<C>()),
        masks_(x.mask, lead, rule),
        drops_(sizes_, rule),
        query_grad_(grads.query, lead),
        key_grad_(grads.key, lead),
        value_grad_(grads.value, lead) {
    if (query_grad_.defined()) {
      query_sums_ = empty_tensor({sizes_.heads, parts_, sums_of_part()}, dtype_of<C>());
    }
  }

  void run() {
    const int64_t count = sizes_.heads * parts_;
    const int64_t grain = 4 * kGrain / (5 * sizes_.work() / parts_ + 1) + 1;
    const int64_t pieces = detail::pieces_of(count, grain);
    const int lanes = pieces <= 1 ? 1 : detail::lanes_for(pieces);
    const int64_t values = 2 * kStrip * Products::score_step(sizes_) + sizes_.queries;
    const LaneScratch memory(
        LaneParts::bytes(values, 3, sizeof(C)) + Products::Backward::bytes(sizes_), lanes);
    detail::for_pieces(count, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
      [[maybe_unused]] const typename Products::InForce in_force;
      for (int64_t i = begin; i < end; ++i) {
        part(i / parts_, i % parts_, Scratch(LaneParts(memory.of_lane<std::byte>(lane)), *this));
      }
    });
    if (query_grad_.defined()) {
      detail::parallel_ranges(sizes_.heads, kGrain / (sizes_.queries * sizes_.width + 1) + 1,
                              [&](int64_t begin, int64_t end) {
                                for (int64_t head = begin; head < end; ++head) {
                                  add_parts(head);
                                }
                              });
    }
  }

 private:
  static constexpr int64_t kStrip = Products::kStrip;

  // What a piece works with.
  struct Scratch {
    Scratch(LaneParts from, const Backwards& own)
        : products(own.sizes_, own.rule_.scale, from), step(Products::score_step(own.sizes_)) {
      weights = {from.template take<C>(kStrip * step), step};
      slopes = {from.template take<C>(kStrip * step), step};
      means = from.template take<C>(own.sizes_.queries);
    }

    typename Products::Backward products;
    int64_t step;
    Scores<C> weights;  // of a strip of queries
    Scores<C> slopes;
    C* means;  // r of each query of the head
  };

  // Elements of the sums for all queries of a head.
  int64_t sums_of_part() const {
    return Products::query_rows(sizes_) * Products::query_step(sizes_);
  }

  void part(int64_t head, int64_t part, Scratch s) const {
    const int64_t blocks = blocks_of(sizes_.keys);
    const int64_t first = blocks * part / parts_;
    const int64_t end = blocks * (part + 1) / parts_;
    C* const sums = query_grad_.defined()
                        ? query_sums_.raw<C>() + (head * parts_ + part) * sums_of_part()
                        : nullptr;
    find_means(head, s.means);
    for (int64_t j = first; j < end; ++j) {
      keys_of(head, block_at(j, sizes_.keys), j == first, sums, s);
    }
  }

  void find_means(int64_t head, C* means) const {
    const T* const grad = grad_.at<T>(head);
    const T* const output = output_.at<T>(head);
    detail::vectorised_wide([this, grad, output, means] {
      for (int64_t i = 0; i < sizes_.queries; ++i) {
        const T* const g = grad + i * grad_.row_step();
        const T* const y = output + i * output_.row_step();
        means[i] = folded(
            C{0}, sizes_.value_width,
            [=](int64_t j) { return convert<C>(g[j]) * convert<C>(y[j]); },
            [](C a, C b) { return a + b; });
      }
    });
  }

  // A block of keys and all queries that see it.
  void keys_of(int64_t head, Range keys, bool first, C* query_sums, Scratch& s) const {
    s.products.take_keys(key_, value_, head, keys);
    bool fresh = true;
    for (int64_t i = 0; i < blocks_of(sizes_.queries); ++i) {
      const Range queries = block_at(i, sizes_.queries);
      const int64_t step = Products::query_step(sizes_);
      C* const own = query_sums == nullptr ? nullptr : query_sums + queries.first * step;
      if (rule_.is_causal && queries.end() <= keys.first) {
        if (first && own != nullptr) {
          std::fill_n(own, queries.count * step, C{0});
        }
        continue;
      }
      pair(head, queries, keys, own, first, fresh, s);
      fresh = false;
    }
    if (key_grad_.defined()) {
      s.products.put_keys(key_grad_, head, keys, fresh);
    }
    if (value_grad_.defined()) {
      s.products.put_values(value_grad_, head, keys, drops_.factor(), fresh);
    }
  }

  void pair(int64_t head, Range queries, Range keys, C* query_sums, bool first, bool fresh,
            Scratch& s) const {
    s.products.take_queries(query_, grad_, head, queries);
    for (int64_t i = 0; i < queries.count; i += kStrip) {
      const Range strip{i, std::min(kStrip, queries.count - i)};
      strip_of(head, queries, strip, keys, query_sums, first, s);
    }
    if (key_grad_.defined()) {
      s.products.add_keys(queries.count, keys.count, fresh);
    }
    if (value_grad_.defined()) {
      s.products.add_values(queries.count, keys.count, fresh);
    }
  }

  // Some queries of a block; `strip` counts from its first one.
  void strip_of(int64_t head, Range queries, Range strip, Range keys, C* query_sums, bool first,
                Scratch& s) const {
    const Range own{queries.first + strip.first, strip.count};
    s.products.score(strip, keys.count, s.weights);
    masks_.apply(s.weights, head, own, keys);
    weigh(s.weights, own.count, keys.count, log_total_ + head * sizes_.queries + own.first);
    if (query_grad_.defined() || key_grad_.defined()) {
      s.products.slopes(strip, keys.count, s.slopes);
      if (drops_.any()) {
        drops_.apply(s.slopes, head, own, keys);
      }
      slope(s.slopes, s.weights, own.count, keys.count, s.means + own.first, drops_.factor());
      s.products.keep_slopes(strip, keys.count, s.slopes);
    }
    if (query_grad_.defined()) {
      s.products.add_queries(strip, keys.count,
                             query_sums + strip.first * Products::query_step(sizes_), first);
    }
    if (value_grad_.defined()) {
      if (drops_.any()) {
        drops_.apply(s.weights, head, own, keys);
      }
      s.products.keep_weights(strip, keys.count, s.weights);
    }
  }

  // dQ of a head: the parts in order.
  void add_parts(int64_t head) const {
    const int64_t each = sums_of_part();
    C* const sums = query_sums_.raw<C>() + head * parts_ * each;
    for (int64_t p = 1; p < parts_; ++p) {
      const C* const other = sums + p * each;
      detail::vectorised([=] {
#pragma omp simd
        for (int64_t i = 0; i < each; ++i) {
          sums[i] += other[i];
        }
      });
    }
    store<T, C>(query_grad_.at<T>(head), query_grad_.row_step(), sums, Products::query_step(sizes_),
                sizes_.queries, sizes_.width, static_cast<C>(rule_.scale));
  }

  Sizes sizes_;
  int64_t parts_;
  AttentionRule rule_;
  Heads query_;
  Heads key_;
  Heads value_;
  Heads grad_;
  Heads output_;
  const C* log_total_;
  Masks<C> masks_;
  Drops<C> drops_;
  Heads query_grad_;
  Heads key_grad_;
  Heads value_grad_;
  Tensor query_sums_;
};

}  // namespace

AttentionGrads attention_backward(const Tensor& grad, const AttentionInputs& x,
                                  const Attention& result, const Shape& lead,
                                  const AttentionRule& rule, const AttentionNeeds& needs) {
  const detail::KernelTimer timer("attention_backward", x.query, x.key);
  const Sizes sizes(x, lead);
  const auto fresh = [&](bool needed, int64_t rows, int64_t columns, const Tensor& model) {
    return needed ? empty_with_rows(with_lead(lead, rows, columns), model, model.dtype())
                  : Tensor();
  };
  const AttentionGrads grads{fresh(needs.query, sizes.queries, sizes.width, x.query),
                             fresh(needs.key, sizes.keys, sizes.width, x.key),
                             fresh(needs.value, sizes.keys, sizes.value_width, x.value)};
  if (sizes.empty()) {
    for (const Tensor* const one : {&grads.query, &grads.key, &grads.value}) {
      if (one->defined()) {
        fill(*one, 0);
      }
    }
    return grads;
  }
  for_products(x.query.dtype(), sizes, [&]<class T, class Products>() {
    Backwards<T, Products>(grad, x, result, lead, rule, grads).run();
  });
  return grads;
}

}  // namespace retrograd::kernels
