// A graph of ONNX that is being made. Internal.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <retrograd/onnx/detail/proto.h>
#include <retrograd/onnx/export/program.h>
#include <retrograd/tensor/scalar.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::onnx::writing {

using detail::Attribute;
using detail::DataType;
using detail::GraphProto;
using detail::ModelProto;
using detail::Node;
using detail::TensorProto;
using detail::ValueInfo;

// A tensor by its name in the graph; an empty one is absent.
using Value = std::string;
using Values = std::vector<Value>;
using Ints = std::vector<std::int64_t>;
using Attributes = std::vector<Attribute>;

Attribute with(const char* name, std::int64_t value);
Attribute with(const char* name, double value);
Attribute with(const char* name, const char* value);
Attribute with(const char* name, const Ints& value);
Attribute with(const char* name, const std::vector<std::string>& value);
inline Attribute with(const char* name, int value) {
  return with(name, std::int64_t{value});
}

// The sizes twice: paddings that are the same at both ends.
Ints twice(Ints sizes);

DataType data_type(DType dtype);
TensorProto proto_of(const Tensor& tensor, const std::string& name);

class Builder {
 public:
  // The dimension of this input is the batch.
  void set_batch(const Value& input, std::int64_t dim) {
    batch_input_ = input;
    batch_dim_ = dim;
  }
  // Nodes from here on belong to this module.
  void enter(std::string path) { path_ = std::move(path); }
  // No value gets this name.
  void reserve(const std::string& name) { names_.insert(name); }

  // Adds a node of one output.
  Value node(const std::string& op, Values inputs, Attributes attributes = {});
  // Adds a node of several outputs.
  Values nodes(const std::string& op, Values inputs, std::size_t outputs,
               Attributes attributes = {});

  // A constant; its initialiser has the wanted name if no other has.
  Value constant(const Tensor& tensor, const std::string& wanted = {});
  Value ints(const Ints& values);
  Value number(Scalar value, DType dtype);  // of no dimension
  // One dimension of integers.
  Value counts(const Counts& counts);
  Value count(Count count) { return counts({count}); }
  Value cast(const Value& value, DType from, DType to);

  // Notes that all elements of a value are 0.
  void note_zeros(const Value& value) { zeros_.insert(value); }
  bool is_zero(const Value& value) const;

  // The tensor of a constant; undefined for others.
  Tensor constant_of(const Value& value) const;
  // These are computed here if the operands are constants, whose names they keep.
  Value reshaped(const Value& value, const Counts& shape);
  Value permuted(const Value& value, const Ints& order);
  Value joined(const Values& values, std::int64_t dim);
  Value rows(const Value& value, const Ints& indices);  // of dimension 0

  // Ends the graph, whose outputs get these names, in order.
  GraphProto finish(const Values& outputs, const std::vector<std::string>& names);

 private:
  struct Constant {
    Tensor tensor;
    std::string wanted;
  };

  const Constant* find(const Value& value) const;
  std::string fresh(const std::string& wanted);
  Value batch();
  void drop_unused(const Values& outputs);
  void name_constants(GraphProto& graph);

  std::string path_;
  std::vector<Node> nodes_;
  std::vector<Constant> constants_;
  std::map<const void*, Value> known_;  // constants by their tensor
  std::map<Ints, Value> ints_;
  std::map<std::pair<DType, std::string>, Value> numbers_;
  std::set<std::string> names_;
  std::set<Value> zeros_;
  Value batch_input_;
  std::int64_t batch_dim_ = 0;
  Value batch_;
};

}  // namespace retrograd::onnx::writing
