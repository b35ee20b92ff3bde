// Operators by name, with options read from JSON: what lets another program call the library.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/tensor.h>

namespace oracle {

namespace rg = retrograd;
using Tensors = std::vector<rg::Tensor>;

// One call that was asked for.
struct Call {
  nlohmann::json options;
  Tensors inputs;

  // Input i; undefined when it was not given.
  rg::Tensor operator[](std::size_t i) const {
    return i < inputs.size() ? inputs[i] : rg::Tensor();
  }
  template <class T>
  T get(const char* name, T otherwise) const {
    return options.contains(name) ? options[name].get<T>() : otherwise;
  }
  std::string text(const char* name, const char* otherwise) const {
    return get<std::string>(name, otherwise);
  }
  rg::Dims dims(const char* name) const {
    rg::Dims result;
    for (const auto& value : options.value(name, nlohmann::json::array())) {
      result.push_back(value.get<std::int64_t>());
    }
    return result;
  }
  // A list of N numbers, or one for all.
  template <std::size_t N>
  rg::Size<N> size(const char* name, std::int64_t otherwise) const {
    if (!options.contains(name)) {
      return otherwise;
    }
    const auto& value = options[name];
    if (value.is_number()) {
      return value.get<std::int64_t>();
    }
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      if constexpr (N == 1) {
        return rg::Size<1>(value.at(0).get<std::int64_t>());
      } else {
        return rg::Size<N>(value.at(I).get<std::int64_t>()...);
      }
    }
    (std::make_index_sequence<N>());
  }
};

using Operators = std::map<std::string, std::function<Tensors(const Call&)>>;

// Each file adds the operators of some topics.
void add_basic(Operators& operators);
void add_cnn(Operators& operators);
void add_losses(Operators& operators);

}  // namespace oracle
