#include <retrograd/onnx/export/step.h>

#include <variant>

namespace retrograd::onnx::writing {

namespace {

Ints values_of(const Counts& counts) {
  if (!all_fixed(counts)) {
    throw Refused{"a size depends on the batch, where the operator of ONNX takes constants"};
  }
  Ints values;
  for (const Count& count : counts) {
    values.push_back(count.value);
  }
  return values;
}

std::int64_t from_0(std::int64_t dim, std::size_t rank) {
  return dim < 0 ? dim + static_cast<std::int64_t>(rank) : dim;
}

}  // namespace

ValueId Step::value(std::size_t i) const {
  const auto* const id = i < size() ? std::get_if<ValueId>(&call_.arguments[i]) : nullptr;
  return id == nullptr ? ValueId{} : *id;
}

bool Step::is_tensor(std::size_t i) const {
  return i < size() && std::holds_alternative<ValueId>(call_.arguments[i]);
}

bool Step::is_missing(std::size_t i) const {
  return i >= size() || std::holds_alternative<std::monostate>(call_.arguments[i]);
}

bool Step::is_number(std::size_t i) const {
  return i < size() && std::holds_alternative<Scalar>(call_.arguments[i]);
}

bool Step::is_list(std::size_t i) const {
  return i < size() && std::holds_alternative<Ints>(call_.arguments[i]);
}

Value Step::name_of(ValueId id) const {
  if (id.index < 0) {
    return {};
  }
  const Value& name = names_.at(static_cast<std::size_t>(id.index));
  if (name.empty()) {
    throw Refused{"an input is a constant that differs between batches"};
  }
  return name;
}

DType Step::dtype_of(ValueId id) const {
  return program_.first().values.at(static_cast<std::size_t>(id.index)).dtype;
}

Value Step::in(std::size_t i) const {
  return name_of(value(i));
}

std::vector<ValueId> Step::ids(std::size_t i) const {
  return std::get<std::vector<ValueId>>(call_.arguments.at(i));
}

Values Step::list(std::size_t i) const {
  Values names;
  for (const ValueId id : ids(i)) {
    names.push_back(name_of(id));
  }
  return names;
}

std::int64_t Step::length(std::size_t i, std::int64_t dim) const {
  const Counts all = shape(i);
  return values_of({all.at(static_cast<std::size_t>(from_0(dim, all.size())))})[0];
}

Ints Step::lengths(std::size_t i) const {
  return values_of(shape(i));
}

Ints Step::out_lengths(std::size_t i) const {
  return values_of(out_shape(i));
}

std::int64_t Step::dim(std::size_t i, std::size_t of) const {
  return from_0(integer(i), rank(of));
}

Ints Step::dims(std::size_t i) const {
  if (rank(0) == 0) {
    return {};
  }
  Ints found = ints(i);
  if (found.empty()) {
    for (std::size_t d = 0; d < rank(0); ++d) {
      found.push_back(static_cast<std::int64_t>(d));
    }
  }
  for (std::int64_t& d : found) {
    d = from_0(d, rank(0));
  }
  return found;
}

void Step::require_same(std::size_t i) const {
  if (!program_.is_same(index_, i)) {
    throw Refused{"a number depends on the size of the batch"};
  }
}

double Step::number(std::size_t i) const {
  return scalar(i).to<double>();
}

Scalar Step::scalar(std::size_t i) const {
  require_same(i);
  return std::get<Scalar>(call_.arguments.at(i));
}

std::int64_t Step::integer(std::size_t i) const {
  return values_of(counts(i))[0];
}

Ints Step::ints(std::size_t i) const {
  return values_of(counts(i));
}

std::vector<double> Step::numbers(std::size_t i) const {
  require_same(i);
  return std::get<std::vector<double>>(call_.arguments.at(i));
}

std::string Step::text(std::size_t i) const {
  return std::get<std::string>(call_.arguments.at(i));
}

}  // namespace retrograd::onnx::writing
