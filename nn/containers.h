/// @file
/// Modules that hold modules: by number and by name.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

namespace detail {
[[noreturn]] RETROGRAD_API void fail_kind(const Frame& call, const std::string& name,
                                          const Module& module);

template <std::derived_from<Module> M>
M& as_kind(const Frame& call, const std::string& name, Module& module) {
  if (M* kind = dynamic_cast<M*>(&module)) {
    return *kind;
  }
  fail_kind(call, name, module);
}
}  // namespace detail

/// Modules in a row, named "0", "1", ... It has no forward() of its own.
///
/// @code
/// nn::ModuleList layers{nn::Linear(3, 4), nn::Linear(4, 2)};
/// for (nn::Module& layer : layers) { x = relu(layer(x)); }
/// @endcode
class RETROGRAD_API ModuleList : public Module {
 public:
  /// Constructs it from what the class and its options describe.
  ModuleList() = default;
  /// Constructs it from what the class and its options describe.
  template <class... M>
  requires(sizeof...(M) > 0 &&
           (std::derived_from<M, Module> && ...)) explicit ModuleList(M... modules) {
    (push_back(std::move(modules)), ...);
  }

  /// Appends a module and gives it back where it is kept.
  template <std::derived_from<Module> M>
  M& push_back(M module) {
    return insert(size(), std::move(module));
  }
  /// The same, and gives back the list, as in PyTorch: layers.append(ReLU()).append(Linear(3, 4)).
  template <std::derived_from<Module> M>
  ModuleList& append(M module) {
    push_back(std::move(module));
    return *this;
  }
  /// Puts a module before the one at `i`, or at the end. Throws IndexError.
  template <std::derived_from<Module> M>
  M& insert(std::size_t i, M module, Where where = {}) {
    auto owned = std::make_unique<M>(std::move(module));
    return static_cast<M&>(insert_owned(Frame("ModuleList", where), i, std::move(owned)));
  }
  /// Moves all modules of another list to the end of this one.
  void extend(ModuleList other);
  /// Takes a module out. Throws IndexError.
  std::unique_ptr<Module> pop(std::size_t i, Where where = {});

  /// How many there are; of a tensor, the length of one dimension.
  std::size_t size() const noexcept { return modules_.size(); }
  /// Whether there are none.
  bool empty() const noexcept { return modules_.empty(); }
  /// Throws IndexError.
  Module& operator[](std::size_t i) const;
  /// The module as what it is: `at<Linear>(0).weight`. Throws IndexError, or ValueError when it is
  /// of another kind.
  template <std::derived_from<Module> M>
  M& at(std::size_t i, Where where = {}) const {
    const Frame call("ModuleList", where);
    return detail::as_kind<M>(call, std::to_string(i), checked(call, i));
  }

  /// Goes through the modules in order.
  class Iterator {
   public:
    /// Constructs it from what the class and its options describe.
    explicit Iterator(const std::unique_ptr<Module>* at) noexcept : at_(at) {}
    /// What it points to.
    Module& operator*() const noexcept { return **at_; }
    /// Goes to the next.
    Iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    /// Whether the two are equal.
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const std::unique_ptr<Module>* at_;
  };
  /// The first.
  Iterator begin() const noexcept { return Iterator(modules_.data()); }
  /// Behind the last.
  Iterator end() const noexcept { return Iterator(modules_.data() + modules_.size()); }

  Members members() override;
  std::string describe() const override { return "ModuleList(" + std::to_string(size()) + ")"; }

 private:
  Module& insert_owned(const Frame& call, std::size_t i, std::unique_ptr<Module> module);
  Module& checked(const Frame& call, std::size_t i) const;

  std::vector<std::unique_ptr<Module>> modules_;
};

/// Modules by name, in the order in which they came. It has no forward() of its own.
///
/// @code
/// nn::ModuleDict heads{std::pair{"colour", nn::Linear(8, 3)}, std::pair{"size", nn::Linear(8,
/// 1)}}; Tensor y = heads["colour"](x);
/// @endcode
class RETROGRAD_API ModuleDict : public Module {
 public:
  /// Constructs it from what the class and its options describe.
  ModuleDict() = default;
  /// Constructs it from what the class and its options describe.
  template <class... M>
  requires(sizeof...(M) > 0 && (std::derived_from<M, Module> &&
                                ...)) explicit ModuleDict(std::pair<const char*, M>... entries) {
    (insert(entries.first, std::move(entries.second)), ...);
  }

  /// Adds a module, or puts it in the place of the one of that name, and gives it back where it is
  /// kept. Throws ValueError for a name that is empty or holds a dot.
  template <std::derived_from<Module> M>
  M& insert(std::string name, M module, Where where = {}) {
    auto owned = std::make_unique<M>(std::move(module));
    return static_cast<M&>(
        insert_owned(Frame("ModuleDict", where), std::move(name), std::move(owned)));
  }
  /// Takes a module out. Throws IndexError.
  std::unique_ptr<Module> pop(std::string_view name, Where where = {});

  /// How many there are; of a tensor, the length of one dimension.
  std::size_t size() const noexcept { return entries_.size(); }
  /// Whether there are none.
  bool empty() const noexcept { return entries_.empty(); }
  /// Whether there is one of this name.
  bool contains(std::string_view name) const noexcept { return position(name) < size(); }
  /// All names, in order.
  std::vector<std::string> keys() const;
  /// Throws IndexError, which lists the names there are.
  Module& operator[](std::string_view name) const;
  /// The module as what it is. Throws IndexError, or ValueError when it is of another kind.
  template <std::derived_from<Module> M>
  M& at(std::string_view name, Where where = {}) const {
    const Frame call("ModuleDict", where);
    return detail::as_kind<M>(call, std::string(name), checked(call, name));
  }

  Members members() override;
  std::string describe() const override { return "ModuleDict(" + std::to_string(size()) + ")"; }

 private:
  using Entry = std::pair<std::string, std::unique_ptr<Module>>;

  Module& insert_owned(const Frame& call, std::string name, std::unique_ptr<Module> module);
  Module& checked(const Frame& call, std::string_view name) const;
  std::size_t position(std::string_view name) const noexcept;  // or size()

  std::vector<Entry> entries_;
};

}  // namespace retrograd::nn
