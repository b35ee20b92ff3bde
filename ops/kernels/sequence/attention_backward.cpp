// The gradients of attention, with P the weights before dropout, D its factors, and G the gradient
// of the output:
//   dV = (P D)^T G,   dS = P (D (G V^T) - r),   dQ = scale dS K,   dK = scale dS^T Q
// where r, the sum over keys of P D (G V^T), is that of G times the output. P is computed again
// from the logarithms of the totals.
#include <utility>

#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/sequence/attention.h>
#include <retrograd/ops/kernels/sequence/attention_blocks.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

using namespace attending;

// Of few heads, the keys are cut into parts too, each with sums of its own for dQ.
int64_t parts_of(const Sizes& sizes) {
  constexpr int64_t kEnough = 8;
  return std::clamp<int64_t>(kEnough / sizes.heads, 1, blocks_of(sizes.keys));
}

// The blocks of one piece's scratch.
template <class C>
struct Scratch {
  Scratch(C* from, const Sizes& sizes) : next_(from) {
    weights = {take(sizes.step()), sizes.step()};
    slopes = {take(sizes.step()), sizes.step()};
    query = take(sizes.width);
    key = take(sizes.width);
    key_sums = take(sizes.width);
    value = take(sizes.value_width);
    grad = take(sizes.value_width);
    value_sums = take(sizes.value_width);
    means = next_;
  }
  static int64_t bytes(const Sizes& sizes) {
    const int64_t columns = 2 * sizes.step() + 3 * sizes.width + 3 * sizes.value_width;
    return (kAttentionBlock * columns + sizes.queries) * static_cast<int64_t>(sizeof(C));
  }

  Scores<C> weights;
  Scores<C> slopes;
  C* query;  // times the scale
  C* key;
  C* key_sums;
  C* value;
  C* grad;
  C* value_sums;
  C* means;  // r of each query of the head

 private:
  C* take(int64_t columns) { return std::exchange(next_, next_ + kAttentionBlock * columns); }

  C* next_;
};

template <class T>
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
      query_sums_ =
          empty_tensor({sizes_.heads, parts_, sizes_.queries, sizes_.width}, dtype_of<C>());
    }
  }

  void run() {
    const int64_t count = sizes_.heads * parts_;
    const int64_t grain = 4 * kGrain / (5 * sizes_.work() / parts_ + 1) + 1;
    const int64_t pieces = detail::pieces_of(count, grain);
    const int lanes = pieces <= 1 ? 1 : detail::lanes_for(pieces);
    const LaneScratch memory(Scratch<C>::bytes(sizes_), lanes);
    detail::for_pieces(count, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
      for (int64_t i = begin; i < end; ++i) {
        part(i / parts_, i % parts_, Scratch<C>(memory.of_lane<C>(lane), sizes_));
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
  void part(int64_t head, int64_t part, const Scratch<C>& s) const {
    const int64_t blocks = blocks_of(sizes_.keys);
    const int64_t first = blocks * part / parts_;
    const int64_t end = blocks * (part + 1) / parts_;
    C* const sums = query_grad_.defined() ? query_sums_.raw<C>() + (head * parts_ + part) *
                                                                       sizes_.queries * sizes_.width
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
  void keys_of(int64_t head, Range keys, bool first, C* query_sums, const Scratch<C>& s) const {
    const Matrix<C> key = rows_of<C, T>(key_, head, keys, sizes_.width, s.key);
    const Matrix<C> value = rows_of<C, T>(value_, head, keys, sizes_.value_width, s.value);
    bool fresh = true;
    for (int64_t i = 0; i < blocks_of(sizes_.queries); ++i) {
      const Range queries = block_at(i, sizes_.queries);
      C* const own = query_sums == nullptr ? nullptr : query_sums + queries.first * sizes_.width;
      if (rule_.is_causal && queries.end() <= keys.first) {
        if (first && own != nullptr) {
          std::fill_n(own, queries.count * sizes_.width, C{0});
        }
        continue;
      }
      pair(head, queries, keys, key, value, own, first, fresh, s);
      fresh = false;
    }
    if (fresh) {
      std::fill_n(s.key_sums, keys.count * sizes_.width, C{0});
      std::fill_n(s.value_sums, keys.count * sizes_.value_width, C{0});
    }
    put(key_grad_, head, keys, s.key_sums, sizes_.width, 1);
    put(value_grad_, head, keys, s.value_sums, sizes_.value_width, drops_.factor());
  }

  void pair(int64_t head, Range queries, Range keys, Matrix<C> key, Matrix<C> value, C* query_sums,
            bool first, bool fresh, const Scratch<C>& s) const {
    const Matrix<C> grad = rows_of<C, T>(grad_, head, queries, sizes_.value_width, s.grad);
    load<C, T>(s.query, query_.at<T>(head) + queries.first * query_.row_step(), query_.row_step(),
               queries.count, sizes_.width, static_cast<C>(rule_.scale));
    product<C>(queries.count, keys.count, sizes_.width, {s.query, sizes_.width}, transposed(key),
               s.weights.first, s.weights.step, Target::overwritten);
    masks_.apply(s.weights, head, queries, keys);
    weigh(s.weights, queries.count, keys.count, log_total_ + head * sizes_.queries + queries.first);
    const Target sums = fresh ? Target::overwritten : Target::added_to;
    if (query_grad_.defined() || key_grad_.defined()) {
      product<C>(queries.count, keys.count, sizes_.value_width, grad, transposed(value),
                 s.slopes.first, s.slopes.step, Target::overwritten);
      if (drops_.any()) {
        drops_.apply(s.slopes, head, queries, keys);
      }
      slope(s.slopes, s.weights, queries.count, keys.count, s.means + queries.first,
            drops_.factor());
      product<C>(keys.count, sizes_.width, queries.count, {s.slopes.first, s.slopes.step, true},
                 {s.query, sizes_.width}, s.key_sums, sizes_.width, sums);
    }
    if (query_grad_.defined()) {
      product<C>(queries.count, sizes_.width, keys.count, {s.slopes.first, s.slopes.step}, key,
                 query_sums, sizes_.width, first ? Target::overwritten : Target::added_to);
    }
    if (value_grad_.defined()) {
      if (drops_.any()) {
        drops_.apply(s.weights, head, queries, keys);
      }
      product<C>(keys.count, sizes_.value_width, queries.count,
                 {s.weights.first, s.weights.step, true}, grad, s.value_sums, sizes_.value_width,
                 sums);
    }
  }

  void put(const Heads& to, int64_t head, Range rows, const C* sums, int64_t columns,
           C factor) const {
    if (to.defined()) {
      store<T, C>(to.at<T>(head) + rows.first * to.row_step(), to.row_step(), sums, columns,
                  rows.count, columns, factor);
    }
  }

  // dQ of a head: the parts in order.
  void add_parts(int64_t head) const {
    const int64_t each = sizes_.queries * sizes_.width;
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
    store<T, C>(query_grad_.at<T>(head), query_grad_.row_step(), sums, sizes_.width, sizes_.queries,
                sizes_.width, static_cast<C>(rule_.scale));
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
  for_floating(x.query.dtype(),
               [&]<class T>() { Backwards<T>(grad, x, result, lead, rule, grads).run(); });
  return grads;
}

}  // namespace retrograd::kernels
