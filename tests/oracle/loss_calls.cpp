// Losses.
#include <retrograd/retrograd.h>

#include "calls.h"

namespace oracle {

namespace {

rg::Reduction reduction(const Call& call) {
  const std::string name = call.text("reduction", "mean");
  return name == "none"  ? rg::Reduction::none
         : name == "sum" ? rg::Reduction::sum
                         : rg::Reduction::mean;
}

}  // namespace

void add_losses(Operators& operators) {
  const auto add = [&](const char* name, auto f) {
    operators[name] = [f](const Call& call) -> Tensors { return {f(call)}; };
  };
  add("mse_loss",
      [](const Call& c) { return rg::mse_loss(c[0], c[1], {.reduction = reduction(c)}); });
  add("l1_loss",
      [](const Call& c) { return rg::l1_loss(c[0], c[1], {.reduction = reduction(c)}); });
  add("smooth_l1_loss", [](const Call& c) {
    return rg::smooth_l1_loss(c[0], c[1], {.reduction = reduction(c), .beta = c.get("beta", 1.0)});
  });
  add("huber_loss", [](const Call& c) {
    return rg::huber_loss(c[0], c[1], {.reduction = reduction(c), .delta = c.get("delta", 1.0)});
  });
  add("nll_loss", [](const Call& c) {
    return rg::nll_loss(c[0], c[1],
                        {.weight = c[2].defined() ? c[2].detach() : c[2],
                         .ignore_index = c.get<std::int64_t>("ignore_index", -100),
                         .reduction = reduction(c)});
  });
  add("cross_entropy", [](const Call& c) {
    return rg::cross_entropy(c[0], c[1],
                             {.weight = c[2].defined() ? c[2].detach() : c[2],
                              .ignore_index = c.get<std::int64_t>("ignore_index", -100),
                              .reduction = reduction(c),
                              .label_smoothing = c.get("label_smoothing", 0.0)});
  });
  add("binary_cross_entropy_with_logits", [](const Call& c) {
    return rg::binary_cross_entropy_with_logits(
        c[0], c[1],
        {.reduction = reduction(c), .pos_weight = c[3].defined() ? c[3].detach() : c[3]});
  });
}

}  // namespace oracle
