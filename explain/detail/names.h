// Names that are free. Internal.
#pragma once

#include <map>
#include <string>
#include <unordered_set>

namespace retrograd::detail {

class FreeNames {
 public:
  // Returns whether the name was free.
  bool take(const std::string& name) { return taken_.insert(name).second; }
  bool is_taken(const std::string& name) const { return taken_.contains(name); }
  // "relu", and "relu_2" for the next
  std::string next(const std::string& base) {
    while (true) {
      const int use = ++uses_[base];
      std::string name = use == 1 ? base : base + "_" + std::to_string(use);
      if (take(name)) {
        return name;
      }
    }
  }

 private:
  std::unordered_set<std::string> taken_;
  std::map<std::string, int> uses_;
};

}  // namespace retrograd::detail
