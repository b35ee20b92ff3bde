/// @file
/// Modules that hold modules, by number and by name.
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
[[noreturn]] RETROGRAD_API void fail_kind(const Frame& call, std::size_t i, const Module& module);
[[noreturn]] RETROGRAD_API void fail_kind(const Frame& call, std::string_view name,
                                          const Module& module);

template <std::derived_from<Module> M, class Name>
M& as_kind(const Frame& call, Name name, Module& module) {
  if (M* kind = dynamic_cast<M*>(&module)) {
    return *kind;
  }
  fail_kind(call, name, module);
}
}  // namespace detail

/// Modules in order, named "0", "1", ..., without a forward() of its own.
/// @code
/// nn::ModuleList layers{nn::Linear(3, 4), nn::Linear(4, 2)};
/// for (nn::Module& layer : layers) {
///   x = rg::relu(layer(x));
/// }
/// @endcode
class RETROGRAD_API ModuleList : public Module {
 public:
  /// Makes an empty list.
  ModuleList() = default;
  /// Makes a list of the modules, which are moved into it.
  template <class... M>
  requires(sizeof...(M) > 0 &&
           (std::derived_from<M, Module> && ...)) explicit ModuleList(M... modules) {
    (push_back(std::move(modules)), ...);
  }

  /// Appends a module, and returns a reference to it.
  template <std::derived_from<Module> M>
  M& push_back(M module) {
    return insert(size(), std::move(module));
  }
  /// Appends a module, and returns the list: `layers.append(nn::ReLU()).append(nn::Linear(3, 4))`.
  template <std::derived_from<Module> M>
  ModuleList& append(M module) {
    push_back(std::move(module));
    return *this;
  }
  /// Inserts a module before the one at `i`, or at the end, and returns a reference to it.
  /// @throws IndexError if `i` is above size().
  template <std::derived_from<Module> M>
  M& insert(std::size_t i, M module, Where where = {}) {
    auto owned = std::make_unique<M>(std::move(module));
    return static_cast<M&>(insert_owned(Frame("ModuleList", where), i, std::move(owned)));
  }
  /// Moves all modules of another list to the end of this one.
  void extend(ModuleList other);
  /// Removes the module at `i`, and returns it.
  /// @throws IndexError if `i` is out of range.
  std::unique_ptr<Module> pop(std::size_t i, Where where = {});

  /// Returns the number of modules.
  std::size_t size() const noexcept { return modules_.size(); }
  /// Returns true if there are no modules.
  bool empty() const noexcept { return modules_.empty(); }
  /// Returns the module at `i`.
  /// @throws IndexError if `i` is out of range.
  Module& operator[](std::size_t i) const;

  /// Returns the module at `i` as its class: `layers.at<nn::Linear>(0).weight`.
  /// @throws IndexError if `i` is out of range.
  /// @throws ValueError if the module is of another class.
  template <std::derived_from<Module> M>
  M& at(std::size_t i, Where where = {}) const {
    const Frame call("ModuleList", where);
    return detail::as_kind<M>(call, i, checked(call, i));
  }

  /// Iterator over the modules in order.
  class Iterator {
   public:
    /// Makes an iterator at a module.
    explicit Iterator(const std::unique_ptr<Module>* at) noexcept : at_(at) {}
    /// Returns the module.
    Module& operator*() const noexcept { return **at_; }
    /// Moves to the next module.
    Iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    /// Returns true if both are at the same module.
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const std::unique_ptr<Module>* at_;
  };
  /// Returns an iterator at the first module.
  Iterator begin() const noexcept { return Iterator(modules_.data()); }
  /// Returns the iterator behind the last module.
  Iterator end() const noexcept { return Iterator(modules_.data() + modules_.size()); }

  Members members() override;
  std::string describe() const override;

 private:
  Module& insert_owned(const Frame& call, std::size_t i, std::unique_ptr<Module> module);
  Module& checked(const Frame& call, std::size_t i) const;

  std::vector<std::unique_ptr<Module>> modules_;
};

/// Modules by name, in the order of their insertion, without a forward() of its own.
/// @code
/// nn::ModuleDict heads{std::pair{"colour", nn::Linear(8, 3)}, std::pair{"size", nn::Linear(8,
/// 1)}}; const rg::Tensor y = heads["colour"](rg::rand({2, 8}));
/// @endcode
class RETROGRAD_API ModuleDict : public Module {
 public:
  /// Makes an empty dict.
  ModuleDict() = default;
  /// Makes a dict of the modules, which are moved into it.
  template <class... M>
  requires(sizeof...(M) > 0 && (std::derived_from<M, Module> &&
                                ...)) explicit ModuleDict(std::pair<const char*, M>... entries) {
    (insert(entries.first, std::move(entries.second)), ...);
  }

  /// Adds a module, or replaces the one of that name, and returns a reference to it.
  /// @throws ValueError if the name is empty or has a dot.
  template <std::derived_from<Module> M>
  M& insert(std::string name, M module, Where where = {}) {
    auto owned = std::make_unique<M>(std::move(module));
    return static_cast<M&>(
        insert_owned(Frame("ModuleDict", where), std::move(name), std::move(owned)));
  }
  /// Removes the module of this name, and returns it.
  /// @throws IndexError if there is none.
  std::unique_ptr<Module> pop(std::string_view name, Where where = {});

  /// Returns the number of modules.
  std::size_t size() const noexcept { return entries_.size(); }
  /// Returns true if there are no modules.
  bool empty() const noexcept { return entries_.empty(); }
  /// Returns true if there is a module of this name.
  bool contains(std::string_view name) const noexcept { return position(name) < size(); }
  /// Returns all names, in order.
  std::vector<std::string> keys() const;
  /// Returns the module of this name.
  /// @throws IndexError if there is none; the message lists the names.
  Module& operator[](std::string_view name) const;

  /// Returns the module of this name as its class: `heads.at<nn::Linear>("size").weight`.
  /// @throws IndexError if there is none.
  /// @throws ValueError if the module is of another class.
  template <std::derived_from<Module> M>
  M& at(std::string_view name, Where where = {}) const {
    const Frame call("ModuleDict", where);
    return detail::as_kind<M>(call, name, checked(call, name));
  }

  Members members() override;
  std::string describe() const override;

 protected:
  /// Returns the module at `i`, below size(), in the order of insertion.
  Module& in_order(std::size_t i) const noexcept { return *entries_[i].second; }

 private:
  using Entry = std::pair<std::string, std::unique_ptr<Module>>;

  Module& insert_owned(const Frame& call, std::string name, std::unique_ptr<Module> module);
  Module& checked(const Frame& call, std::string_view name) const;
  std::size_t position(std::string_view name) const noexcept;  // or size()

  std::vector<Entry> entries_;
};

}  // namespace retrograd::nn
