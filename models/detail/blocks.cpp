#include <retrograd/models/detail/blocks.h>

#include <retrograd/nn/init.h>

namespace retrograd::models::detail {

void start_at_zero(const Tensor& bias) {
  if (bias.defined()) {
    nn::init::zeros_(bias);
  }
}

void start_convolutions(nn::Module& network) {
  for_each<nn::Conv2d>(network, [](nn::Conv2d& conv) {
    nn::init::kaiming_normal_(conv.weight, {.mode = nn::init::FanMode::fan_out,
                                            .nonlinearity = nn::init::Nonlinearity::relu});
    start_at_zero(conv.bias);
  });
}

void start_small(nn::Weighted& layer) {
  nn::init::normal_(layer.weight, 0, 0.01);
  start_at_zero(layer.bias);
}

nn::Linear like(const nn::Linear& head, std::int64_t num_classes) {
  nn::Linear made(head.weight.size(1), num_classes, {.dtype = head.weight.dtype()});
  made.train(head.is_training());
  return made;
}

nn::Conv2d like(const nn::Conv2d& head, std::int64_t num_classes) {
  nn::Conv2d made(head.weight.size(1), num_classes, 1, {.dtype = head.weight.dtype()});
  made.train(head.is_training());
  return made;
}

}  // namespace retrograd::models::detail
