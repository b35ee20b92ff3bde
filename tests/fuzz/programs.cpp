// Random programs of up to 30 operators, computed twice: as they are, and from row-major copies of
// every operand with the portable kernels. Values and gradients are whole numbers, kept small, and
// must be the same. The first byte leaves small convolutions to oneDNN; leaves and instructions
// follow.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "fuzz.h"
#include "program_operators.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

constexpr std::int64_t kMostElements = 256;  // of an operand
constexpr int kMostOperators = 30;
constexpr int kMostLeaves = 4;
constexpr int kBound = 4;

// Whether all elements are small whole numbers.
bool is_plain(const Tensor& x) {
  const std::vector<double> values = x.to_vector<double>();
  return std::all_of(values.begin(), values.end(), [](double value) {
    return std::abs(value) <= kBound && value == std::floor(value);
  });
}

// Makes the gradient of x small whole numbers.
void bound_gradient(const Tensor& x) {
  Tensor(x).register_hook([](const Tensor& grad) {
    return is_plain(grad) ? grad : rg::clamp(rg::round(grad), -kBound, kBound);
  });
}

Tensor numbers(const rg::Shape& shape, rg::DType dtype, std::int64_t start) {
  return (fuzz::pattern(shape, start, 7, 5) - 2).to(dtype);
}

// All that a program shows: a line for each instruction, and values.
struct Outcome {
  std::vector<std::string> lines;
  std::vector<std::vector<double>> values;

  void add(const Tensor& x) {
    lines.push_back(rg::describe(x));
    values.push_back(x.to_vector<double>());
  }
};

class Program {
 public:
  Program(fuzz::Bytes in, bool plain) : in_(in), plain_(plain) {}

  Outcome run() {
    make_leaves();
    for (int i = 0; i < kMostOperators && !in_.is_empty(); ++i) {
      step();
    }
    backward();
    return std::move(outcome_);
  }

 private:
  void make_leaves() {
    const int count = 1 + in_.next() % kMostLeaves;
    for (int i = 0; i < count; ++i) {
      const int kind = in_.next();
      rg::Shape shape;
      for (int rank = kind % 6; rank > 0; --rank) {
        shape.push_back(in_.next() % 5);
      }
      const rg::DType dtype = kind / 6 % 8 == 7 ? rg::float64 : rg::float32;
      if (shape.size() == 5) {
        shape[4] %= 3;
        shape[3] %= 3;
      }
      values_.push_back(numbers(shape, dtype, i).set_requires_grad());
      bound_gradient(values_.back());
    }
    leaves_ = values_;
  }

  Tensor operand() {
    const Tensor& x = values_[in_.next() % values_.size()];
    return plain_ ? x.contiguous() : x;
  }

  void step() {
    const auto& operators = fuzz::program_operators();
    const auto f = operators[in_.next() % operators.size()];
    fuzz::Instruction instruction;
    instruction.a = operand();
    instruction.b = operand();
    instruction.number = in_.next();
    instruction.c = values_[instruction.number % values_.size()];
    if (plain_) {
      instruction.c = instruction.c.contiguous();
    }
    try {
      Tensor result = f(instruction);
      if (result.numel() > kMostElements) {
        outcome_.lines.push_back("too large");
        return;
      }
      if (!is_plain(result)) {
        result = rg::clamp(result, -kBound, kBound);
      }
      bound_gradient(result);
      outcome_.add(result);
      values_.push_back(result);
    } catch (const rg::Error&) {
      outcome_.lines.push_back("refused");
    }
  }

  void backward() {
    std::vector<Tensor> seeds;
    for (const Tensor& x : values_) {
      seeds.push_back(numbers(x.shape(), x.dtype(), 1));
    }
    rg::backward(values_, seeds);
    for (const Tensor& leaf : leaves_) {
      outcome_.add(leaf.grad());
    }
  }

  fuzz::Bytes in_;
  bool plain_;
  std::vector<Tensor> leaves_;
  std::vector<Tensor> values_;
  Outcome outcome_;
};

void require_same(const Outcome& first, const Outcome& second) {
  for (std::size_t i = 0; i < std::min(first.lines.size(), second.lines.size()); ++i) {
    if (first.lines[i] != second.lines[i]) {
      fuzz::require(false, ("line " + std::to_string(i) + ": " + first.lines[i] + ", but " +
                            second.lines[i] + " with portable kernels")
                               .c_str());
    }
  }
  fuzz::require(first.values == second.values, "other values or gradients with portable kernels");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes in(data, size);
  const bool with_onednn = in.next() % 2 == 1;
  Outcome first;
  if (with_onednn) {
    const rg::NoDirectKernelsGuard guard;
    first = Program(in, false).run();
  } else {
    first = Program(in, false).run();
  }
  const rg::ReferenceKernelsGuard guard;
  require_same(first, Program(in, true).run());
  return 0;
}
