#include <retrograd/autograd/call.h>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/internal/autocast_off.h>
#include <retrograd/tensor/call_listener.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

bool asks(const Input& input, Needs what) noexcept {
  return (static_cast<unsigned>(input.needs) & static_cast<unsigned>(what)) != 0;
}

// The dtype that an input is cast to.
DType wanted(DType dtype, Cast cast) noexcept {
  if (cast == Cast::downcast) {
    return dtype == float32 ? bfloat16 : dtype;
  }
  return dtype == bfloat16 ? float32 : dtype;
}

}  // namespace

Tensor detail::record_traced(Record& record) {
  const Operation call(record.op, record.where);
  Arguments inputs;
  for (std::size_t i = 0; i < record.inputs.size(); ++i) {
    inputs.emplace_back(record.inputs[i]);
  }
  thread_calls.listener->given(call, std::move(inputs));
  return call.result(recorded(record));
}

void Call::switch_autocast(bool on) noexcept {
  detail::set_autocast(on);
}

void Call::check(const Input& input) const {
  if (!input.tensor.defined() && asks(input, Needs::optional)) {
    return;
  }
  check::defined(*this, input.name, input.tensor);
  if (asks(input, Needs::floating)) {
    check::floating(*this, input.tensor, input.name);
  }
}

void Call::check_like_first(const Input* all, std::size_t count, const Tensor* const* at) const {
  for (std::size_t i = 1; i < count; ++i) {
    if (asks(all[i], Needs::like_first) && at[i]->defined()) {
      check::same_dtype(*this, all[0].name, *at[0], all[i].name, *at[i]);
    }
  }
}

std::vector<Tensor> Call::inputs(const std::vector<Tensor>& all) const {
  if (cast_ == Cast::keep) {
    return all;
  }
  std::vector<Input> listed;
  std::vector<const Tensor*> at;
  listed.reserve(all.size());
  at.reserve(all.size());
  for (const Tensor& x : all) {
    listed.push_back({"input", x});
    at.push_back(&x);
  }
  std::vector<Tensor> made(all.size());
  cast(listed.data(), listed.size(), at.data(), made.data());
  std::vector<Tensor> found;
  found.reserve(at.size());
  for (const Tensor* x : at) {
    found.push_back(*x);
  }
  return found;
}

void Call::cast(const Input* all, std::size_t count, const Tensor** at, Tensor* made) const {
  bool has_float64 = false;
  bool has_bfloat16 = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (all[i].tensor.defined()) {
      has_float64 = has_float64 || all[i].tensor.dtype() == float64;
      has_bfloat16 = has_bfloat16 || all[i].tensor.dtype() == bfloat16;
    }
  }
  const bool autocasts = autocast_enabled();
  if (autocasts) {
    autocast_off_ = true;
    switch_autocast(false);
  }
  if (!autocasts) {
    check_like_first(all, count, at);
  }
  const bool wide = cast_ == Cast::wide && !autocasts;
  if (wide ? has_bfloat16 : autocasts && !has_float64) {
    rounds_ = wide;
    CallListener* const listener =
        autocasts && is_traced() ? detail::thread_calls.listener : nullptr;
    if (listener != nullptr) {
      listener->casting(*this);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const Tensor& x = all[i].tensor;
      if (x.defined() && !asks(all[i], Needs::uncast) && wanted(x.dtype(), cast_) != x.dtype()) {
        made[i] = cast_ == Cast::downcast ? detail::autocast_downcast(x) : x.to(float32);
        at[i] = &made[i];
      }
    }
    if (listener != nullptr) {
      std::vector<const Tensor*> from;
      for (std::size_t i = 0; i < count; ++i) {
        from.push_back(&all[i].tensor);
      }
      listener->cast(*this, from.data(), made, count);
    }
  }
  if (autocasts) {
    check_like_first(all, count, at);
  }
}

}  // namespace retrograd
