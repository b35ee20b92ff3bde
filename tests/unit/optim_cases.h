// Every optimiser, for tests that are the same for all.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace test {

struct OptimizerCase {
  std::string name;
  std::function<std::unique_ptr<retrograd::optim::Optimizer>(std::vector<retrograd::Tensor>)> make;
};

template <class O>
OptimizerCase optimizer_case(std::string name, decltype(O::Group::options) options) {
  return {std::move(name), [options](std::vector<retrograd::Tensor> parameters) {
            return std::make_unique<O>(std::move(parameters), options);
          }};
}

// With options that use all of the state.
inline std::vector<OptimizerCase> optimizer_cases() {
  namespace optim = retrograd::optim;
  return {
      optimizer_case<optim::SGD>("SGD", {.lr = 0.05}),
      optimizer_case<optim::SGD>("SGD momentum",
                                 {.lr = 0.05, .momentum = 0.9, .weight_decay = 0.01}),
      optimizer_case<optim::SGD>("SGD Nesterov", {.lr = 0.05, .momentum = 0.9, .nesterov = true}),
      optimizer_case<optim::Adam>("Adam", {.lr = 0.05}),
      optimizer_case<optim::Adam>("Adam amsgrad", {.lr = 0.05, .amsgrad = true}),
      optimizer_case<optim::AdamW>("AdamW", {.lr = 0.05}),
      optimizer_case<optim::Adamax>("Adamax", {.lr = 0.05}),
      optimizer_case<optim::NAdam>("NAdam", {.lr = 0.05}),
      optimizer_case<optim::RAdam>("RAdam", {.lr = 0.05}),
      optimizer_case<optim::Adagrad>("Adagrad", {.lr = 0.05, .lr_decay = 0.1}),
      optimizer_case<optim::Adadelta>("Adadelta", {}),
      optimizer_case<optim::RMSprop>("RMSprop", {.lr = 0.05}),
      optimizer_case<optim::RMSprop>("RMSprop centered",
                                     {.lr = 0.01, .momentum = 0.9, .centered = true}),
      optimizer_case<optim::LBFGS>("LBFGS", {.lr = 0.5, .max_iter = 2, .history_size = 4}),
      optimizer_case<optim::LBFGS>("LBFGS strong Wolfe", {.max_iter = 2, .strong_wolfe = true}),
  };
}

}  // namespace test
