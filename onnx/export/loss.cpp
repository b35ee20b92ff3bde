// Losses whose inside ONNX cannot express; others are written as what they call.
#include <algorithm>

#include <retrograd/onnx/export/math.h>
#include <retrograd/onnx/export/table.h>
#include <retrograd/ops/loss.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::writing {

namespace {

// The losses of the elements, reduced as argument `at` says.
Value reduced(Builder& b, const Step& s, const Value& losses, std::size_t at) {
  switch (static_cast<Reduction>(s.integer(at))) {
    case Reduction::mean: return b.node("ReduceMean", {losses}, {with("keepdims", 0)});
    case Reduction::sum: return b.node("ReduceSum", {losses}, {with("keepdims", 0)});
    default: return losses;
  }
}

// input, target; reduction.
Values soft_margin_loss(Builder& b, const Step& s, const Row& /*row*/) {
  const Value x = b.node("Mul", {b.node("Neg", {operand(b, s, 1, s.out_dtype())}), s.in(0)});
  return {reduced(b, s, b.node("Softplus", {x}), 2)};
}

// input, target; weight, reduction, pos_weight. (1 - t) x + (1 + (p - 1) t) log(1 + exp(-x)).
Values binary_with_logits(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.out_dtype();
  const Value one = b.number(1, dtype);
  const Value x = s.in(0);
  const Value target = operand(b, s, 1, dtype);
  Value soft = b.node("Softplus", {b.node("Neg", {x})});
  if (s.has(4)) {
    const Value more = b.node("Sub", {operand(b, s, 4, dtype), one});
    soft = b.node("Mul", {b.node("Add", {b.node("Mul", {more, target}), one}), soft});
  }
  Value losses = b.node("Add", {b.node("Mul", {b.node("Sub", {one, target}), x}), soft});
  if (s.has(2)) {
    losses = b.node("Mul", {losses, operand(b, s, 2, dtype)});
  }
  return {reduced(b, s, losses, 3)};
}

// input, target; weight, ignore_index, reduction, label_smoothing.
class CrossEntropy {
 public:
  CrossEntropy(Builder& b, const Step& s)
      : b_(b), s_(s), dtype_(s.out_dtype()), dim_(s.rank(0) == 1 ? 0 : 1) {}

  Value run() const {
    if (is_floating(s_.dtype(1))) {
      return of_probabilities();
    }
    const Counts shape = s_.shape(0);
    const bool is_empty = std::find(shape.begin(), shape.end(), Count{0}) != shape.end();
    return s_.number(5) == 0 && !is_empty ? plain() : smoothed();
  }

 private:
  std::int64_t classes() const { return s_.length(0, dim_); }
  Value number(double value) const { return b_.number(value, dtype_); }
  Value mul(const Value& x, const Value& y) const { return b_.node("Mul", {x, y}); }
  Value sum_of_classes(const Value& x) const {
    return b_.node("ReduceSum", {x, b_.ints({dim_})}, {with("keepdims", 0)});
  }
  Value log_shares() const { return b_.node("LogSoftmax", {s_.in(0)}, {with("axis", dim_)}); }
  // The weights of classes as factors of the input.
  Value weighted(const Value& x) const {
    if (!s_.has(2)) {
      return x;
    }
    Counts shape(s_.rank(0), Count{1});
    shape[static_cast<std::size_t>(dim_)] = Count{classes()};
    return mul(x, b_.reshaped(operand(b_, s_, 2, dtype_), shape));
  }

  Value plain() const {
    const auto batched = [&](std::size_t i) {
      return dim_ == 1 ? s_.in(i) : b_.node("Unsqueeze", {s_.in(i), b_.ints({0})});
    };
    const auto reduction = static_cast<Reduction>(s_.integer(4));
    const Value loss =
        b_.node("SoftmaxCrossEntropyLoss", {batched(0), batched(1), operand(b_, s_, 2, dtype_)},
                {with("ignore_index", s_.integer(3)),
                 with("reduction", reduction == Reduction::none  ? "none"
                                   : reduction == Reduction::sum ? "sum"
                                                                 : "mean")});
    return dim_ == 1 || reduction != Reduction::none ? loss : b_.reshaped(loss, s_.out_shape());
  }

  Value of_probabilities() const {
    Value wanted = operand(b_, s_, 1, dtype_);
    if (const double smoothing = s_.number(5); smoothing > 0) {
      wanted = b_.node("Add", {mul(wanted, number(1 - smoothing)),
                               number(smoothing / static_cast<double>(classes()))});
    }
    const Value terms = weighted(mul(wanted, log_shares()));
    return reduced(b_, s_, b_.node("Neg", {sum_of_classes(terms)}), 4);
  }

  Value smoothed() const {
    const double smoothing = s_.number(5);
    const Value is_ignored = b_.node("Equal", {s_.in(1), b_.number(s_.scalar(3), int64)});
    const Value target = b_.node("Where", {is_ignored, b_.number(0, int64), s_.in(1)});
    Counts along(s_.rank(0), Count{1});
    along[static_cast<std::size_t>(dim_)] = Count{classes()};
    const Value numbers = b_.reshaped(b_.constant(arange(classes())), along);
    const Value is_target =
        b_.node("Equal", {b_.node("Unsqueeze", {target, b_.ints({dim_})}), numbers});
    const Value hard = b_.cast(is_target, boolean, dtype_);
    const Value wanted = b_.node("Add", {mul(hard, number(1 - smoothing)),
                                         number(smoothing / static_cast<double>(classes()))});
    const auto kept = [&](const Value& x) { return b_.node("Where", {is_ignored, number(0), x}); };
    const Value losses =
        kept(b_.node("Neg", {sum_of_classes(weighted(mul(wanted, log_shares())))}));
    if (static_cast<Reduction>(s_.integer(4)) != Reduction::mean) {
      return reduced(b_, s_, losses, 4);
    }
    const auto all = [&](const Value& x) {
      return b_.node("ReduceSum", {x}, {with("keepdims", 0)});
    };
    return b_.node("Div", {all(losses), all(kept(sum_of_classes(weighted(hard))))});
  }

  Builder& b_;
  const Step& s_;
  DType dtype_;
  std::int64_t dim_;
};

Values cross_entropy(Builder& b, const Step& s, const Row& /*row*/) {
  return {CrossEntropy(b, s).run()};
}

constexpr Row kRows[] = {
    {"binary_cross_entropy_with_logits", binary_with_logits},
    {"cross_entropy", cross_entropy},
    {"soft_margin_loss", soft_margin_loss},
};

}  // namespace

std::span<const Row> loss_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
