#include <retrograd/optim/ema.h>

#include <algorithm>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/optim/detail/one_pass.h>
#include <retrograd/optim/detail/parameters.h>
#include <retrograd/optim/detail/settings.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::optim {

using retrograd::detail::formatted;

using namespace detail;

namespace {

std::string average_name(std::size_t index) {
  return formatted("average.{}", index);
}

}  // namespace

Settings EMAOptions::settings() {
  return {{"decay", &decay, Domain::below_one}, {"warm_up", &warm_up}};
}

EMA::EMA(std::vector<Tensor> parameters, EMAOptions options, Where where)
    : parameters_(std::move(parameters)), options_(options) {
  const Frame call("EMA", where);
  for (const Setting& setting : options_.settings()) {
    check_setting(call, setting);
  }
  check_parameters(call, {&parameters_});
  const NoGradGuard unrecorded;
  for (const Tensor& parameter : parameters_) {
    const DType dtype = parameter.dtype() == bfloat16 ? float32 : parameter.dtype();
    averages_.push_back(empty_like(parameter, {.dtype = dtype}).copy_(parameter));
  }
}

void EMA::update(Where where) {
  const Frame call("EMA", where);
  const NoGradGuard unrecorded;
  const auto t = static_cast<double>(++updates_);
  const double decay =
      options_.warm_up ? std::min(options_.decay, (1 + t) / (10 + t)) : options_.decay;
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    const Tensor& average = averages_[i];
    for_floating_element(average.dtype(), [&]<class C>() {
      const C take = static_cast<C>(1 - decay);
      one_pass<C>(std::array{average, parameters_[i].to(average.dtype())},
                  [=](C& a, C p) { a += take * (p - a); });
    });
    average.impl().storage->wrote(call);
  }
}

void EMA::copy_to_parameters(Where where) {
  const Frame call("EMA", where);
  const NoGradGuard unrecorded;
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    parameters_[i].copy_(averages_[i]);
  }
}

void EMA::swap(Where where) {
  const Frame call("EMA", where);
  const NoGradGuard unrecorded;
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    const Tensor parameter = parameters_[i].clone();
    parameters_[i].copy_(averages_[i]);
    averages_[i].copy_(parameter);
  }
}

StateDict EMA::state_dict() const {
  StateDict state;
  state.insert("updates", saved(static_cast<double>(updates_)));
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    state.insert(average_name(i), averages_[i]);
  }
  return state;
}

void EMA::load_state_dict(const StateDict& state, Where where) {
  const Frame call("load_state_dict", where);
  const NoGradGuard unrecorded;
  Loader loader(call, state);
  const std::int64_t updates = loader.required_count("updates");
  std::vector<Tensor> averages;
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    averages.push_back(loader.tensor(average_name(i), averages_[i]));
    check::require<ValueError>(call, averages.back().defined(), {},
                               "{} is missing [state-mismatch]", average_name(i));
  }
  loader.refuse_unknown();
  averages_ = std::move(averages);
  updates_ = updates;
}

}  // namespace retrograd::optim
