#include <retrograd/optim/sgd.h>

#include <charconv>
#include <cmath>
#include <string>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/arithmetic.h>

namespace retrograd::optim {

namespace {

// All digits that matter, whatever the locale.
std::string text(double number) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

void check_options(const SGDOptions& options, Where where) {
  const auto require = [&](bool good, const char* what, double value) {
    if (!good) {
      fail<ValueError>("SGD", where, std::string(what) + ", not " + text(value));
    }
  };
  require(options.lr >= 0 && std::isfinite(options.lr), "lr must be at least 0", options.lr);
  require(options.momentum >= 0 && std::isfinite(options.momentum), "momentum must be at least 0",
          options.momentum);
  require(std::isfinite(options.dampening), "dampening must be finite", options.dampening);
  require(options.weight_decay >= 0 && std::isfinite(options.weight_decay),
          "weight_decay must be at least 0", options.weight_decay);
  require(!options.nesterov || options.momentum > 0, "nesterov needs a momentum above 0",
          options.momentum);
  require(!options.nesterov || options.dampening == 0, "nesterov needs dampening 0",
          options.dampening);
}

void update(Tensor& parameter, Tensor& velocity, const SGDOptions& options) {
  Tensor direction = parameter.grad().detach();
  if (options.weight_decay != 0) {
    direction = direction + parameter * options.weight_decay;
  }
  if (options.momentum != 0) {
    if (velocity.defined()) {
      velocity.mul_(options.momentum).add_(direction * (1 - options.dampening));
    } else {
      velocity = direction.clone();
    }
    direction = options.nesterov ? direction + velocity * options.momentum : velocity;
  }
  parameter.sub_(direction * options.lr);
}

}  // namespace

SGD::SGD(std::vector<Tensor> parameters, SGDOptions options, Where where)
    : SGD(std::vector<Group>{{std::move(parameters), options}}, where) {}

SGD::SGD(std::vector<Group> groups, Where where) : groups_(std::move(groups)) {
  std::vector<const std::vector<Tensor>*> lists;
  for (const Group& group : groups_) {
    check_options(group.options, where);
    lists.push_back(&group.parameters);
    velocities_.emplace_back(group.parameters.size());
  }
  check_parameters("SGD", lists, where);
}

void SGD::step() {
  const NoGradGuard unrecorded;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    Group& group = groups_[g];
    for (std::size_t i = 0; i < group.parameters.size(); ++i) {
      if (group.parameters[i].grad().defined()) {
        update(group.parameters[i], velocities_[g][i], group.options);
      }
    }
  }
}

void SGD::zero_grad() {
  for (Group& group : groups_) {
    for (Tensor& parameter : group.parameters) {
      parameter.zero_grad();
    }
  }
}

}  // namespace retrograd::optim
