// Named numbers as text, in state dicts and back. Internal.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::optim::detail {

double number(const Setting& setting);
// Throws ValueError when the setting is out of its domain.
void check_setting(const Frame& call, const Setting& setting);
// The same for a value that the setting is to have, and that must be whole for a count or a flag.
void check_value(const Frame& call, const Setting& setting, double value);
void assign(const Setting& setting, double value);
Tensor saved(double number);  // float64, without dimensions

// Reads a state dict and remembers what was asked for.
class Loader {
 public:
  Loader(const Frame& call, const StateDict& state) : call_(call), state_(state) {}

  // Throw ValueError for a name that is missing or holds more than one number.
  double required(const std::string& name);
  std::int64_t required_count(const std::string& name);  // 0, 1, 2, ...
  std::optional<double> not_negative(const std::string& name);
  // A copy with the parameter's layout and dtype; undefined where there is none. Throws ShapeError.
  Tensor tensor(const std::string& name, const Tensor& parameter);

  void know(const std::vector<std::string>& names) { known_.insert(names.begin(), names.end()); }
  // Throws ValueError that lists the names that were not asked for.
  void refuse_unknown() const;

 private:
  std::optional<double> number(const std::string& name);

  const Frame& call_;
  const StateDict& state_;
  std::unordered_set<std::string> known_;
};

}  // namespace retrograd::optim::detail
