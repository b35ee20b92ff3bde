/// @file
/// Modules that contain modules: by number and by name.
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

/// A list of modules, named "0", "1", ... It defines no `forward()`.
///
/// @code
/// nn::ModuleList layers{nn::Linear(3, 4), nn::Linear(4, 2)};
/// for (nn::Module& layer : layers) { x = relu(layer(x)); }
/// @endcode
class RETROGRAD_API ModuleList : public Module {
 public:
  /// Constructs an empty list.
  ModuleList() = default;
  /// Constructs a list of modules, which are moved into it.
  template <class... M>
  requires(sizeof...(M) > 0 &&
           (std::derived_from<M, Module> && ...)) explicit ModuleList(M... modules) {
    (push_back(std::move(modules)), ...);
  }

  /// Appends a module and returns the stored one.
  template <std::derived_from<Module> M>
  M& push_back(M module) {
    return insert(size(), std::move(module));
  }
  /// Appends a module and returns the list, as in PyTorch.
  ///
  /// @code
  /// layers.append(nn::ReLU()).append(nn::Linear(3, 4));
  /// @endcode
  template <std::derived_from<Module> M>
  ModuleList& append(M module) {
    push_back(std::move(module));
    return *this;
  }
  /// Inserts a module before position `i`, or at the end if `i` is `size()`. Returns the stored
  /// one.
  ///
  /// @throws IndexError if `i` is above `size()`.
  template <std::derived_from<Module> M>
  M& insert(std::size_t i, M module, Where where = {}) {
    auto owned = std::make_unique<M>(std::move(module));
    return static_cast<M&>(insert_owned(Frame("ModuleList", where), i, std::move(owned)));
  }
  /// Moves all modules of `other` to the end of this list.
  void extend(ModuleList other);
  /// Removes a module and returns it.
  ///
  /// @throws IndexError if there is no module `i`.
  std::unique_ptr<Module> pop(std::size_t i, Where where = {});

  /// Returns the number of modules.
  std::size_t size() const noexcept { return modules_.size(); }
  /// Returns whether there are no modules.
  bool empty() const noexcept { return modules_.empty(); }
  /// Returns the module at position `i`.
  ///
  /// @throws IndexError if there is no module `i`.
  Module& operator[](std::size_t i) const;
  /// Returns the module at position `i` as its class: `layers.at<nn::Linear>(0).weight`.
  ///
  /// @throws IndexError if there is no module `i`.
  /// @throws ValueError if it is of another class.
  template <std::derived_from<Module> M>
  M& at(std::size_t i, Where where = {}) const {
    const Frame call("ModuleList", where);
    return detail::as_kind<M>(call, i, checked(call, i));
  }

  /// An iterator over the modules, in order.
  class Iterator {
   public:
    /// Constructs an iterator from the address of a list's element.
    explicit Iterator(const std::unique_ptr<Module>* at) noexcept : at_(at) {}
    /// Returns the module at the iterator.
    Module& operator*() const noexcept { return **at_; }
    /// Moves to the next module.
    Iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    /// Compares positions.
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const std::unique_ptr<Module>* at_;
  };
  /// Returns an iterator at the first module.
  Iterator begin() const noexcept { return Iterator(modules_.data()); }
  /// Returns the iterator after the last module.
  Iterator end() const noexcept { return Iterator(modules_.data() + modules_.size()); }

  Members members() override;
  std::string describe() const override;

 private:
  Module& insert_owned(const Frame& call, std::size_t i, std::unique_ptr<Module> module);
  Module& checked(const Frame& call, std::size_t i) const;

  std::vector<std::unique_ptr<Module>> modules_;
};

/// Modules by name, in the order in which they were inserted. It defines no `forward()`.
///
/// @code
/// nn::ModuleDict heads{std::pair{"colour", nn::Linear(8, 3)},
///                      std::pair{"size", nn::Linear(8, 1)}};
/// Tensor y = heads["colour"](x);
/// @endcode
class RETROGRAD_API ModuleDict : public Module {
 public:
  /// Constructs an empty dict.
  ModuleDict() = default;
  /// Constructs a dict of named modules, which are moved into it.
  template <class... M>
  requires(sizeof...(M) > 0 && (std::derived_from<M, Module> &&
                                ...)) explicit ModuleDict(std::pair<const char*, M>... entries) {
    (insert(entries.first, std::move(entries.second)), ...);
  }

  /// Inserts a module, or replaces the one of that name. Returns the stored one.
  ///
  /// @throws ValueError if `name` is empty or contains a dot.
  template <std::derived_from<Module> M>
  M& insert(std::string name, M module, Where where = {}) {
    auto owned = std::make_unique<M>(std::move(module));
    return static_cast<M&>(
        insert_owned(Frame("ModuleDict", where), std::move(name), std::move(owned)));
  }
  /// Removes a module and returns it.
  ///
  /// @throws IndexError if there is no module of this name. The message lists the names that exist.
  std::unique_ptr<Module> pop(std::string_view name, Where where = {});

  /// Returns the number of modules.
  std::size_t size() const noexcept { return entries_.size(); }
  /// Returns whether there are no modules.
  bool empty() const noexcept { return entries_.empty(); }
  /// Returns whether there is a module of this name.
  bool contains(std::string_view name) const noexcept { return position(name) < size(); }
  /// Returns all names, in order.
  std::vector<std::string> keys() const;
  /// Returns the module of a name.
  ///
  /// @throws IndexError if there is none. The message lists the names that exist.
  Module& operator[](std::string_view name) const;
  /// Returns the module of a name as its class: `heads.at<nn::Linear>("size").weight`.
  ///
  /// @throws IndexError if there is none. The message lists the names that exist.
  /// @throws ValueError if it is of another class.
  template <std::derived_from<Module> M>
  M& at(std::string_view name, Where where = {}) const {
    const Frame call("ModuleDict", where);
    return detail::as_kind<M>(call, name, checked(call, name));
  }

  Members members() override;
  std::string describe() const override;

 private:
  using Entry = std::pair<std::string, std::unique_ptr<Module>>;

  Module& insert_owned(const Frame& call, std::string name, std::unique_ptr<Module> module);
  Module& checked(const Frame& call, std::string_view name) const;
  std::size_t position(std::string_view name) const noexcept;  // or size()

  std::vector<Entry> entries_;
};

}  // namespace retrograd::nn
