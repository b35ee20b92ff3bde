// What a network from a file consists of. Internal.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/graph/runner.h>
#include <retrograd/onnx/detail/translation.h>
#include <retrograd/onnx/load.h>

namespace retrograd::onnx {

namespace detail {

// A parameter or a buffer.
struct StoredTensor {
  std::string name;
  Tensor tensor;
  DataType type;  // in the file
};

// The bytes of a model with other values in some constants; other bytes stay. Names that are no
// constants of the main graph are left in `values`.
std::string with_values(const std::string& bytes, const std::string& path,
                        std::map<std::string, StoredTensor>& values);

}  // namespace detail

struct Network::State {
  // The steps for inputs of certain shapes.
  struct Cached {
    std::vector<std::pair<Shape, DType>> inputs;
    detail::TranslationOptions options;
    std::vector<Tensor> tensors;  // of the parameters and buffers
    std::optional<GraphRunner> runner;
    std::vector<Tensor> constants;  // outputs that depend on no input, or undefined
  };

  std::string path;
  std::string bytes;  // of the file
  detail::Program program;
  std::deque<detail::NodeName> node_names;
  std::vector<std::vector<std::string>> last_use;
  std::vector<detail::StoredTensor> parameters;
  std::vector<detail::StoredTensor> buffers;
  bool norms_frozen = false;

  std::unique_ptr<nn::Module> head;
  std::size_t head_output = 0;

  std::mutex mutex;  // of the cache
  std::vector<std::shared_ptr<const Cached>> cache;

  // Computes the outputs of the program.
  Tensors run(const Tensors& inputs, bool training);
  // After the steps or outputs changed.
  void prepare();

 private:
  detail::TranslationOptions options(const Tensors& inputs, bool training) const;
  std::vector<detail::Value> translate(const Tensors& inputs, detail::Translation& translation);
  std::shared_ptr<const Cached> find(const Tensors& inputs,
                                     const detail::TranslationOptions& options);
  bool is_stored(const Tensor& tensor) const;
  void check(const Tensors& inputs) const;
};

}  // namespace retrograd::onnx
