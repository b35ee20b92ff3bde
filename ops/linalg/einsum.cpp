#include <retrograd/ops/einsum.h>

#include <algorithm>
#include <set>

#include <retrograd/ops/detail/einsum_equation.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/matmul.h>

namespace retrograd {

namespace {

using namespace detail;

// A tensor and the names of its dimensions, each once.
struct Term {
  Tensor value;
  Labels labels;

  std::int64_t position(std::size_t label) const {
    return std::find(labels.begin(), labels.end(), label) - labels.begin();
  }
  std::int64_t length(std::size_t label) const {
    return value.shape()[static_cast<std::size_t>(position(label))];
  }
};

template <class... More>
Labels joined(Labels all, const More&... more) {
  (all.insert(all.end(), more.begin(), more.end()), ...);
  return all;
}

Term permuted(const Term& term, const Labels& order) {
  Dims dims;
  for (const std::size_t label : order) {
    dims.push_back(term.position(label));
  }
  return {permute(term.value, dims), order};
}

// The diagonal of dimensions a < b, as the last: every n + 1st of the n x n elements.
Term diagonal_of(const Term& term, std::size_t a, std::size_t b) {
  Labels labels;
  Dims order;
  Shape shape;
  for (std::size_t d = 0; d < term.labels.size(); ++d) {
    if (d != a && d != b) {
      labels.push_back(term.labels[d]);
      order.push_back(static_cast<std::int64_t>(d));
      shape.push_back(term.value.shape()[d]);
    }
  }
  labels.push_back(term.labels[a]);
  order.push_back(static_cast<std::int64_t>(a));
  order.push_back(static_cast<std::int64_t>(b));
  const std::int64_t n = term.value.shape()[a];
  shape.push_back(n * n);
  const Tensor flat = reshape(permute(term.value, order), shape);
  return {slice(flat, -1, {}, {}, n + 1), labels};
}

Term without_repeats(Term term) {
  for (std::size_t b = 1; b < term.labels.size(); ++b) {
    const auto a = static_cast<std::size_t>(term.position(term.labels[b]));
    if (a < b) {
      term = diagonal_of(term, a, b);
      b = 0;
    }
  }
  return term;
}

// Sums over the indices for which drop(label) holds.
template <class Drop>
Term summed(const Term& term, Drop&& drop) {
  Dims dims;
  Labels kept;
  for (std::size_t d = 0; d < term.labels.size(); ++d) {
    if (drop(term.labels[d])) {
      dims.push_back(static_cast<std::int64_t>(d));
    } else {
      kept.push_back(term.labels[d]);
    }
  }
  return dims.empty() ? term : Term{sum(term.value, dims), kept};
}

// Shared dimensions of length 1 repeated to the other's length.
Tensor repeated(const Term& term, const Term& other) {
  Shape shape = term.value.shape();
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (contains(other.labels, term.labels[d]) && shape[d] == 1) {
      shape[d] = other.length(term.labels[d]);
    }
  }
  return shape == term.value.shape() ? term.value : expand(term.value, shape);
}

std::int64_t product_of_lengths(const Term& term, const Labels& labels) {
  std::int64_t product = 1;
  for (const std::size_t label : labels) {
    product *= term.length(label);
  }
  return product;
}

// Nothing is summed over: dimensions of length 1 for the indices that one of the two lacks.
Term multiplied(const Term& a, const Term& b, const Labels& shared, const Labels& only_a,
                const Labels& only_b) {
  Tensor left = permuted(a, joined(shared, only_a)).value;
  Tensor right = permuted(b, joined(shared, only_b)).value;
  for (std::size_t i = 0; i < only_b.size(); ++i) {
    left = unsqueeze(left, -1);
  }
  for (std::size_t i = 0; i < only_a.size(); ++i) {
    right = unsqueeze(right, static_cast<std::int64_t>(shared.size()));
  }
  return {left * right, joined(shared, only_a, only_b)};
}

// The product of two terms, summed over the indices that keep(label) does not hold for.
template <class Keep>
Term contracted(Term a, Term b, Keep&& keep) {
  a = summed(a, [&](std::size_t label) { return !keep(label) && !contains(b.labels, label); });
  b = summed(b, [&](std::size_t label) { return !keep(label) && !contains(a.labels, label); });
  a.value = repeated(a, b);
  b.value = repeated(b, a);
  Labels shared;
  Labels summed_over;
  Labels only_a;
  for (const std::size_t label : a.labels) {
    (contains(b.labels, label) ? keep(label) ? shared : summed_over : only_a).push_back(label);
  }
  Labels only_b = b.labels;
  std::erase_if(only_b, [&](std::size_t label) { return contains(a.labels, label); });
  if (summed_over.empty()) {
    return multiplied(a, b, shared, only_a, only_b);
  }
  const Tensor left = permuted(a, joined(shared, only_a, summed_over)).value;
  const Tensor right = permuted(b, joined(shared, summed_over, only_b)).value;
  const std::int64_t batch = product_of_lengths(a, shared);
  const std::int64_t rows = product_of_lengths(a, only_a);
  const std::int64_t depth = product_of_lengths(a, summed_over);
  const std::int64_t columns = product_of_lengths(b, only_b);
  const Tensor product =
      shared.empty()
          ? matmul(reshape(left, {rows, depth}), reshape(right, {depth, columns}))
          : matmul(reshape(left, {batch, rows, depth}), reshape(right, {batch, depth, columns}));
  Shape shape = left.shape();
  shape.resize(shape.size() - summed_over.size());
  for (const std::size_t label : only_b) {
    shape.push_back(b.length(label));
  }
  return {reshape(product, shape), joined(shared, only_a, only_b)};
}

// Whether the result or an operand after `last` has the index.
bool is_needed_after(const EinsumEquation& equation, std::size_t last, std::size_t label) {
  return contains(equation.output, label) ||
         std::any_of(equation.inputs.begin() + static_cast<std::ptrdiff_t>(last) + 1,
                     equation.inputs.end(),
                     [&](const Labels& labels) { return contains(labels, label); });
}

void check_ranks(const Frame& call, const EinsumEquation& equation) {
  std::set<std::size_t> open;
  for (std::size_t i = 0; i < equation.inputs.size(); ++i) {
    open.insert(equation.inputs[i].begin(), equation.inputs[i].end());
    std::erase_if(open, [&](std::size_t label) { return !is_needed_after(equation, i, label); });
    check::require<ShapeError>(call, open.size() <= Dims::capacity, {},
                               "the product of the first {} operands has {} dimensions; at most 8 "
                               "are possible [too-many-dims]",
                               i + 1, open.size());
  }
}

}  // namespace

Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands, Where where) {
  const Call call("einsum", where, Cast::downcast, equation, operands);
  const std::vector<Tensor> given = call.inputs(operands);
  check::require<ValueError>(call, !given.empty(), {},
                             "needs at least one operand [count-mismatch]");
  for (const Tensor& x : given) {
    check::defined(call, "an operand", x);
    check::same_dtype(call, "the first operand", given[0], "another", x);
    check::require<DTypeError>(call, x.dtype() != boolean, {{"operand", x}},
                               "booleans have no product [dtype-unexpected]");
  }
  const EinsumEquation indices = read_einsum(call, equation, given);
  check_ranks(call, indices);
  // bfloat16 is rounded once, at the end.
  const bool widened = given[0].dtype() == bfloat16 && given.size() > 1;
  const auto term = [&](std::size_t i) {
    return without_repeats({widened ? given[i].to(float32) : given[i], indices.inputs[i]});
  };
  Term result = term(0);
  for (std::size_t i = 1; i < given.size(); ++i) {
    result = contracted(result, term(i),
                        [&](std::size_t label) { return is_needed_after(indices, i, label); });
  }
  result = summed(result, [&](std::size_t label) { return !contains(indices.output, label); });
  const Tensor y = permuted(result, indices.output).value;
  return call.result(widened ? y.to(bfloat16) : y);
}

}  // namespace retrograd
