#include <cmath>
#include <type_traits>

#include <retrograd/optim/detail/settings.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::optim::detail {

namespace {

constexpr double kMostCount = 9007199254740992;  // 2^53: float64 has all whole numbers up to it

}  // namespace

double number(const Setting& setting) {
  return std::visit([](const auto* value) { return static_cast<double>(*value); }, setting.value);
}

void check_setting(const Frame& call, const Setting& setting) {
  const double value = number(setting);
  const auto require = [&](bool good, const char* what) {
    check::require<ValueError>(call, good, {}, "{} must be {}, not {} [value-out-of-range]",
                               setting.name, what, value);
  };
  switch (setting.domain) {
    case Domain::finite: require(std::isfinite(value), "finite"); break;
    case Domain::positive: require(value > 0 && std::isfinite(value), "above 0"); break;
    case Domain::not_negative: require(value >= 0 && std::isfinite(value), "at least 0"); break;
    case Domain::below_one: require(value >= 0 && value < 1, "in [0, 1)"); break;
    case Domain::up_to_one: require(value >= 0 && value <= 1, "in [0, 1]"); break;
    case Domain::positive_count: require(value >= 1, "at least 1"); break;
  }
}

void check_value(const Frame& call, const Setting& setting, double value) {
  check_setting(call, {setting.name, &value, setting.domain});
  const bool is_flag = std::holds_alternative<bool*>(setting.value);
  const double most = is_flag ? 1 : kMostCount;
  const bool is_whole = value == std::floor(value) && value >= 0 && value <= most;
  check::require<ValueError>(call, std::holds_alternative<double*>(setting.value) || is_whole, {},
                             "{} must be {}, not {} [value-out-of-range]", setting.name,
                             is_flag ? "0 or 1" : "a whole number", value);
}

void assign(const Setting& setting, double value) {
  std::visit(
      [&](auto* to) {
        using T = std::remove_pointer_t<decltype(to)>;
        if constexpr (std::is_same_v<T, bool>) {
          *to = value != 0;
        } else {
          *to = static_cast<T>(value);
        }
      },
      setting.value);
}

Tensor saved(double number) {
  Tensor result = empty_tensor({}, float64);
  *result.raw<double>() = number;
  return result;
}

std::optional<double> Loader::number(const std::string& name) {
  known_.insert(name);
  const Tensor* found = state_.find(name);
  if (found == nullptr) {
    return {};
  }
  check::require<ValueError>(call_, found->numel() == 1, {{"given", *found}},
                             "{} should be one number [state-mismatch]", name);
  return found->item<double>();
}

std::optional<double> Loader::not_negative(const std::string& name) {
  std::optional<double> found = number(name);
  if (found) {
    check_setting(call_, {name, &*found, Domain::not_negative});
  }
  return found;
}

double Loader::required(const std::string& name) {
  const std::optional<double> found = number(name);
  check::require<ValueError>(call_, found.has_value(), {}, "{} is missing [state-mismatch]", name);
  return *found;
}

std::int64_t Loader::required_count(const std::string& name) {
  std::int64_t count = 0;
  const double found = required(name);
  check_value(call_, {name, &count, Domain::not_negative}, found);
  return static_cast<std::int64_t>(found);
}

Tensor Loader::tensor(const std::string& name, const Tensor& parameter) {
  known_.insert(name);
  const Tensor* found = state_.find(name);
  if (found == nullptr) {
    return {};
  }
  check::require<ShapeError>(call_, found->shape() == parameter.shape(),
                             {{"given", *found}, {"parameter", parameter}},
                             "{} does not fit its parameter [state-mismatch]", name);
  Tensor copy = empty_like(parameter.detach());
  copy.copy_(*found);
  return copy;
}

void Loader::refuse_unknown() const {
  std::string unknown;
  for (const auto& [name, tensor] : state_) {
    if (known_.count(name) == 0) {
      unknown += retrograd::detail::formatted(" {}", retrograd::detail::printable(name));
    }
  }
  check::require<ValueError>(call_, unknown.empty(), {}, "unknown:{} [state-mismatch]", unknown);
}

}  // namespace retrograd::optim::detail
