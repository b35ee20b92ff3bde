// A LeNet of 16 x 16 images, small enough for files beside the tests; as in tests/golden/lenet.py.
#pragma once

#include <retrograd/retrograd.h>

namespace test {

struct SmallLeNet : retrograd::nn::Module {
  retrograd::nn::Conv2d conv1{1, 3, 5};
  retrograd::nn::Conv2d conv2{3, 4, 3, {.padding = 1}};
  retrograd::nn::Linear fc1{36, 12};
  retrograd::nn::Linear fc2{12, 8};
  retrograd::nn::Linear fc3{8, 10};

  retrograd::nn::Members members() override {
    return {{"conv1", conv1}, {"conv2", conv2}, {"fc1", fc1}, {"fc2", fc2}, {"fc3", fc3}};
  }

  retrograd::Tensor forward(const retrograd::Tensor& images) override {
    retrograd::Tensor x = retrograd::max_pool2d(retrograd::relu(conv1(images)), 2);
    x = retrograd::max_pool2d(retrograd::relu(conv2(x)), 2);
    x = retrograd::flatten(x, 1);
    x = retrograd::relu(fc1(x));
    x = retrograd::relu(fc2(x));
    return fc3(x);
  }
};

}  // namespace test
