#include "gradient/op_cases.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace op_cases {

std::int64_t numel(const rg::Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= size;
  }
  return count;
}

namespace {

// FNV-1a, which unlike std::hash is the same everywhere.
std::uint64_t hash(const std::string& text) {
  std::uint64_t value = 14695981039346656037ULL;
  for (const char c : text) {
    value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return value;
}

bool is_distinct(const Input& input) {
  return !input.constant.defined() && input.values == Values::distinct;
}

// Odd sixteenths around 0 in random order: never two the same, never a multiple of an eighth.
rg::Tensor distinct_values(std::int64_t count, rg::Generator& generator) {
  const rg::Tensor order = rg::randperm(count, generator).to(rg::float64);
  return (order - static_cast<double>(count / 2)) * 0.125 + 0.0625;
}

rg::Tensor draw(const Input& input, rg::Generator& generator) {
  const rg::Tensor unit = rg::rand(input.shape, {.dtype = rg::float64}, generator);
  rg::Tensor values;
  switch (input.values) {
    case Values::any: values = 4.0 * unit - 2.0; break;
    case Values::positive: values = 0.5 + 1.5 * unit; break;
    case Values::fraction: values = 0.1 + 0.8 * unit; break;
    case Values::away_from_zero: {
      const rg::Tensor centred = 3.0 * unit - 1.5;
      values = centred + rg::where(centred < 0.0, -0.5, 0.5).to(rg::float64);
      break;
    }
    case Values::distinct: break;
  }
  return values.to(rg::bfloat16).to(rg::float64);
}

}  // namespace

Tensors values_of(const OpCase& row) {
  rg::Generator generator(hash(row.name()));
  std::int64_t distinct_count = 0;
  for (const Input& input : row.inputs) {
    distinct_count += is_distinct(input) ? numel(input.shape) : 0;
  }
  const rg::Tensor pool = distinct_values(distinct_count, generator);
  std::int64_t taken = 0;
  Tensors values;
  for (const Input& input : row.inputs) {
    if (input.constant.defined()) {
      values.push_back(input.constant);
    } else if (is_distinct(input)) {
      const std::int64_t count = numel(input.shape);
      values.push_back(rg::slice(pool, 0, taken, taken + count).clone());
      values.back() = rg::reshape(values.back(), input.shape);
      taken += count;
    } else {
      values.push_back(draw(input, generator));
    }
  }
  return values;
}

rg::Tensor indices(const rg::Shape& shape, std::int64_t size) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < numel(shape); ++i) {
    values.push_back((5 * i + i / 3) % size);
  }
  return rg::reshape(rg::tensor(values), shape);
}

namespace {

std::vector<Topic>& topics() {
  static std::vector<Topic> all;
  return all;
}

}  // namespace

Registered::Registered(Topic topic) {
  topics().push_back(std::move(topic));
}

const std::vector<Topic>& all_topics() {
  return topics();
}

const Table& all_cases() {
  static const Table table = [] {
    Table all;
    for (const Topic& topic : all_topics()) {
      topic.add(all);
    }
    // Files register themselves in any order.
    std::stable_sort(all.begin(), all.end(),
                     [](const OpCase& a, const OpCase& b) { return a.op < b.op; });
    return all;
  }();
  return table;
}

}  // namespace op_cases
