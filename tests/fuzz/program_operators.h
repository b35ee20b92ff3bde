// The operators that random programs are made of.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/tensor/tensor.h>

namespace fuzz {

// int64 numbers from 0 to modulus - 1: start, start + step, ..., each modulo `modulus`.
retrograd::Tensor pattern(const retrograd::Shape& shape, std::int64_t start, std::int64_t step,
                          std::int64_t modulus);

// What an operator may use of an instruction: three tensors, and a number that says the rest.
struct Instruction {
  retrograd::Tensor a, b, c;
  std::uint8_t number;

  // Some of the number's values, evenly: 0 to count - 1.
  int choice(int count) const { return number % count; }
  // The same from the part of it that choice(before) leaves.
  int choice_after(int before, int count) const { return number / before % count; }
};

// From whole numbers these compute whole numbers, so that the order of a sum does not matter.
// Gradients are whole numbers, and halves where two elements are equally large.
using ProgramOperator = retrograd::Tensor (*)(const Instruction&);
const std::vector<ProgramOperator>& program_operators();

}  // namespace fuzz
