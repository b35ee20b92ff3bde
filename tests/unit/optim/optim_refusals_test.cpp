// Hyper-parameters out of range: refused by name and value before anything is changed.
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

namespace rg = retrograd;
using namespace rg::optim;
using namespace rg::optim::lr_scheduler;
using rg::Tensor;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

struct Refusal {
  std::string owner;
  std::string message;
  std::function<void()> call;
  rg::Where where;
};

// An optimiser with these options, refused with "OWNER: message".
template <class O>
Refusal refusal(decltype(O::Group::options) options, std::string message, rg::Where where = {}) {
  const Tensor p = rg::ones({2}, {.requires_grad = true});
  return {decltype(options)::optimizer, std::move(message), [=] { O({p}, options, where); }, where};
}

// A scheduler of an SGD with momentum 0.9.
template <class S, class Options>
Refusal scheduler_refusal(const char* name, Options options, std::string message,
                          rg::Where where = {}) {
  const Tensor p = rg::ones({2}, {.requires_grad = true});
  const auto optimizer = std::make_shared<SGD>(std::vector{p}, SGDOptions{.momentum = 0.9});
  return {name, std::move(message), [=] { S(*optimizer, options, where); }, where};
}

void check_all(const std::vector<Refusal>& refusals) {
  for (const Refusal& refusal : refusals) {
    CAPTURE(refusal.message);
    check_refused(typeid(rg::ValueError), refusal.call, {refusal.owner, refusal.message},
                  refusal.where);
  }
}

const std::vector<Refusal> kOptimizers{
    refusal<SGD>({.lr = -0.1}, "lr must be at least 0, not -0.1"),
    refusal<SGD>({.lr = kNan}, "lr must be at least 0, not nan"),
    refusal<SGD>({.lr = kInf}, "lr must be at least 0, not inf"),
    refusal<SGD>({.momentum = -0.5}, "momentum must be at least 0, not -0.5"),
    refusal<SGD>({.momentum = kNan}, "momentum must be at least 0, not nan"),
    refusal<SGD>({.dampening = kInf}, "dampening must be finite, not inf"),
    refusal<SGD>({.weight_decay = -1}, "weight_decay must be at least 0, not -1"),
    refusal<SGD>({.nesterov = true}, "nesterov needs a momentum above 0, not 0"),
    refusal<Adam>({.lr = -1}, "lr must be at least 0, not -1"),
    refusal<Adam>({.lr = kNan}, "lr must be at least 0, not nan"),
    refusal<Adam>({.betas = {-0.1, 0.9}}, "betas.0 must be in [0, 1), not -0.1"),
    refusal<Adam>({.betas = {1, 0.9}}, "betas.0 must be in [0, 1), not 1"),
    refusal<Adam>({.betas = {0.9, 1}}, "betas.1 must be in [0, 1), not 1"),
    refusal<Adam>({.betas = {0.9, kNan}}, "betas.1 must be in [0, 1), not nan"),
    refusal<Adam>({.eps = -1e-8}, "eps must be at least 0, not -1e-08"),
    refusal<Adam>({.weight_decay = kNan}, "weight_decay must be at least 0, not nan"),
    refusal<AdamW>({.lr = kInf}, "lr must be at least 0, not inf"),
    refusal<AdamW>({.betas = {0.9, 1.5}}, "betas.1 must be in [0, 1), not 1.5"),
    refusal<AdamW>({.eps = kNan}, "eps must be at least 0, not nan"),
    refusal<AdamW>({.weight_decay = -0.01}, "weight_decay must be at least 0, not -0.01"),
    refusal<Adamax>({.lr = -2}, "lr must be at least 0, not -2"),
    refusal<Adamax>({.betas = {kNan, 0.9}}, "betas.0 must be in [0, 1), not nan"),
    refusal<Adamax>({.eps = -1}, "eps must be at least 0, not -1"),
    refusal<Adamax>({.weight_decay = -1}, "weight_decay must be at least 0, not -1"),
    refusal<NAdam>({.lr = kNan}, "lr must be at least 0, not nan"),
    refusal<NAdam>({.betas = {2, 0.9}}, "betas.0 must be in [0, 1), not 2"),
    refusal<NAdam>({.momentum_decay = -4e-3}, "momentum_decay must be at least 0, not -0.004"),
    refusal<NAdam>({.eps = kInf}, "eps must be at least 0, not inf"),
    refusal<RAdam>({.lr = -1e-3}, "lr must be at least 0, not -0.001"),
    refusal<RAdam>({.betas = {0.9, -1}}, "betas.1 must be in [0, 1), not -1"),
    refusal<RAdam>({.weight_decay = -0.5}, "weight_decay must be at least 0, not -0.5"),
    refusal<Adagrad>({.lr = -1}, "lr must be at least 0, not -1"),
    refusal<Adagrad>({.lr_decay = -0.1}, "lr_decay must be at least 0, not -0.1"),
    refusal<Adagrad>({.weight_decay = kNan}, "weight_decay must be at least 0, not nan"),
    refusal<Adagrad>({.initial_accumulator_value = -1},
                     "initial_accumulator_value must be at least 0, not -1"),
    refusal<Adagrad>({.eps = -1e-10}, "eps must be at least 0, not -1e-10"),
    refusal<Adadelta>({.lr = kNan}, "lr must be at least 0, not nan"),
    refusal<Adadelta>({.rho = 1.1}, "rho must be in [0, 1], not 1.1"),
    refusal<Adadelta>({.rho = -0.1}, "rho must be in [0, 1], not -0.1"),
    refusal<Adadelta>({.eps = -1}, "eps must be at least 0, not -1"),
    refusal<Adadelta>({.weight_decay = -1}, "weight_decay must be at least 0, not -1"),
    refusal<RMSprop>({.lr = -1}, "lr must be at least 0, not -1"),
    refusal<RMSprop>({.alpha = -0.5}, "alpha must be in [0, 1], not -0.5"),
    refusal<RMSprop>({.alpha = kNan}, "alpha must be in [0, 1], not nan"),
    refusal<RMSprop>({.eps = -1}, "eps must be at least 0, not -1"),
    refusal<RMSprop>({.weight_decay = -1}, "weight_decay must be at least 0, not -1"),
    refusal<RMSprop>({.momentum = -0.9}, "momentum must be at least 0, not -0.9"),
    refusal<LBFGS>({.lr = -1}, "lr must be at least 0, not -1"),
    refusal<LBFGS>({.max_iter = 0}, "max_iter must be at least 1, not 0"),
    refusal<LBFGS>({.max_eval = -1}, "max_eval must be at least 0, not -1"),
    refusal<LBFGS>({.tolerance_grad = kNan}, "tolerance_grad must be at least 0, not nan"),
    refusal<LBFGS>({.tolerance_change = -1}, "tolerance_change must be at least 0, not -1"),
    refusal<LBFGS>({.history_size = 0}, "history_size must be at least 1, not 0"),
};

// SCHEDULER_REFUSAL(StepLR, (.step_size = 0), "...")
#define UNWRAPPED(...) __VA_ARGS__
#define SCHEDULER_REFUSAL(Kind, options, message) \
  scheduler_refusal<Kind>(#Kind, Kind##Options{UNWRAPPED options}, message)

const std::vector<Refusal> kSchedulers{
    SCHEDULER_REFUSAL(StepLR, (), "step_size must be at least 1, not 0"),
    SCHEDULER_REFUSAL(StepLR, (.step_size = -3), "step_size must be at least 1, not -3"),
    SCHEDULER_REFUSAL(StepLR, (.step_size = 3, .gamma = -0.1), "gamma must be at least 0"),
    SCHEDULER_REFUSAL(StepLR, (.step_size = 3, .gamma = kNan), "not nan"),
    SCHEDULER_REFUSAL(MultiStepLR, (.milestones = {3, -1}), "milestones.1 must be at least 0"),
    SCHEDULER_REFUSAL(MultiStepLR, (.milestones = {3}, .gamma = kInf), "gamma must be at least 0"),
    SCHEDULER_REFUSAL(ConstantLR, (.factor = 1.5), "factor must be in [0, 1], not 1.5"),
    SCHEDULER_REFUSAL(ConstantLR, (.total_iters = -1), "total_iters must be at least 0, not -1"),
    SCHEDULER_REFUSAL(LinearLR, (.start_factor = -0.1), "start_factor must be in [0, 1]"),
    SCHEDULER_REFUSAL(LinearLR, (.end_factor = 2), "end_factor must be in [0, 1], not 2"),
    SCHEDULER_REFUSAL(LinearLR, (.total_iters = 0), "total_iters must be at least 1, not 0"),
    SCHEDULER_REFUSAL(ExponentialLR, (), "gamma must be at least 0, not -1"),
    SCHEDULER_REFUSAL(PolynomialLR, (.total_iters = 0), "total_iters must be at least 1, not 0"),
    SCHEDULER_REFUSAL(PolynomialLR, (.power = -1), "power must be at least 0, not -1"),
    SCHEDULER_REFUSAL(CosineAnnealingLR, (), "T_max must be at least 1, not 0"),
    SCHEDULER_REFUSAL(CosineAnnealingLR, (.T_max = 5, .eta_min = -1), "eta_min must be at least 0"),
    SCHEDULER_REFUSAL(CosineAnnealingWarmRestarts, (), "T_0 must be at least 1, not 0"),
    SCHEDULER_REFUSAL(CosineAnnealingWarmRestarts, (.T_0 = 1, .T_mult = 0),
                      "T_mult must be at least 1, not 0"),
    SCHEDULER_REFUSAL(OneCycleLR, (.max_lr = 1.0), "total_steps must be at least 1, not 0"),
    SCHEDULER_REFUSAL(OneCycleLR, (.total_steps = 9), "max_lr must be at least 0, not -1"),
    SCHEDULER_REFUSAL(OneCycleLR, (.max_lr = 1.0, .total_steps = 9, .pct_start = 1.1),
                      "pct_start must be in [0, 1], not 1.1"),
    SCHEDULER_REFUSAL(OneCycleLR, (.max_lr = 1.0, .total_steps = 9, .div_factor = 0),
                      "div_factor must be above 0, not 0"),
    SCHEDULER_REFUSAL(OneCycleLR, (.max_lr = 1.0, .total_steps = 9, .final_div_factor = kNan),
                      "final_div_factor must be above 0, not nan"),
    SCHEDULER_REFUSAL(OneCycleLR, (.max_lr = 1.0, .total_steps = 9, .base_momentum = -1.0),
                      "base_momentum must be at least 0, not -1"),
    SCHEDULER_REFUSAL(OneCycleLR, (.max_lr = std::vector<double>(3, 1.0), .total_steps = 9),
                      "max_lr has 3 values for 1 groups"),
    SCHEDULER_REFUSAL(ReduceLROnPlateau, (.factor = 1), "factor must be in [0, 1), not 1"),
    SCHEDULER_REFUSAL(ReduceLROnPlateau, (.patience = -1), "patience must be at least 0, not -1"),
    SCHEDULER_REFUSAL(ReduceLROnPlateau, (.threshold = kNan), "threshold must be at least 0"),
    SCHEDULER_REFUSAL(ReduceLROnPlateau, (.cooldown = -2), "cooldown must be at least 0, not -2"),
    SCHEDULER_REFUSAL(ReduceLROnPlateau, (.min_lr = -1.0), "min_lr must be at least 0, not -1"),
    SCHEDULER_REFUSAL(ReduceLROnPlateau, (.eps = -1), "eps must be at least 0, not -1"),
};

}  // namespace

TEST_CASE("optimisers: hyper-parameters out of range are refused") {
  CHECK(kOptimizers.size() >= 45);
  check_all(kOptimizers);
}

TEST_CASE("schedulers: hyper-parameters out of range are refused") {
  CHECK(kSchedulers.size() >= 30);
  check_all(kSchedulers);
}

TEST_CASE("optimisers: setters of schedules refuse numbers out of range and groups not there") {
  const Tensor p = rg::ones({2}, {.requires_grad = true});
  SGD sgd({p});
  Adam adam({p});
  Adagrad adagrad({p});
  REFUSED(ValueError, sgd.set_lr(-1), "set_lr", "lr must be at least 0, not -1");
  REFUSED(ValueError, sgd.set_lr(kNan), "set_lr", "not nan");
  REFUSED(IndexError, sgd.set_lr(1, 1), "set_lr", "SGD has 1 groups, no group 1");
  REFUSED(IndexError, sgd.lr(2), "lr", "no group 2");
  REFUSED(ValueError, sgd.set_initial_lr(kInf), "set_initial_lr", "not inf");
  REFUSED(ValueError, sgd.set_momentum(-1), "set_momentum", "momentum must be at least 0, not -1");
  REFUSED(ValueError, adam.set_momentum(1), "set_momentum", "momentum must be in [0, 1), not 1");
  REFUSED(ValueError, adagrad.set_momentum(0.5), "set_momentum", "Adagrad has no momentum");
  CHECK(sgd.lr() == 1e-3);
  CHECK(*adam.momentum() == 0.9);
  CHECK_FALSE(adagrad.momentum());
}

TEST_CASE("optimisers: an empty closure, and for LBFGS none and several groups, are refused") {
  const Tensor p = rg::ones({2}, {.requires_grad = true});
  const Tensor q = rg::ones({2}, {.requires_grad = true});
  const std::vector<LBFGS::Group> groups{{{p}, {}}, {{q}, {}}};
  REFUSED(ValueError, LBFGS(groups), "LBFGS", "one group of parameters is needed, not 2");
  LBFGS optimizer({p});
  REFUSED(GraphError, optimizer.step(), "LBFGS", "step needs a closure");
  REFUSED(GraphError, optimizer.step(Optimizer::Closure()), "LBFGS", "the closure is empty");
  SGD sgd({p});
  REFUSED(GraphError, sgd.step(Optimizer::Closure()), "SGD", "the closure is empty");
}
