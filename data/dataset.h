/// @file
/// Data sets: numbered samples.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <retrograd/data/sample.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

/// Numbered samples. A custom data set overrides two functions:
/// @code
/// struct Squares : Dataset {
///   std::int64_t size() const override { return 100; }
///   Sample get(std::int64_t index) const override { return {tensor(index), tensor(index * index)};
///   }
/// };
/// @endcode
/// A `DataLoader` with workers calls `get` in several threads at once, with gradients off. Random
/// numbers of a sample must come from `default_generator()`, as those of `rand()` do. A loader
/// seeds it for each sample, so the sample does not depend on threads or on other samples.
class RETROGRAD_API Dataset {
 public:
  virtual ~Dataset();

  /// Returns the number of samples.
  virtual std::int64_t size() const = 0;
  /// Returns a sample, of an index from 0 to size() - 1.
  virtual Sample get(std::int64_t index) const = 0;

  /// Returns what messages call a sample beside its index, such as the name of its file, or an
  /// empty text.
  virtual std::string describe(std::int64_t index) const;
  /// Returns the samples at `indices` as one batch. The default returns no batch, and a loader then
  /// calls `get` for each index. Override it where many samples are copied faster than one by one,
  /// without random numbers.
  virtual std::optional<Batch> get_batch(std::span<const std::int64_t> indices) const;

 protected:
  /// @cond
  Dataset() = default;
  Dataset(const Dataset&) = default;
  Dataset(Dataset&&) = default;
  Dataset& operator=(const Dataset&) = default;
  Dataset& operator=(Dataset&&) = default;
  /// @endcond
};

/// Data set as a parameter of loaders and of other data sets, which keep it alive.
///
/// A data set converts to it by a copy or a move. Copies of the library's data sets share their
/// tensors. A `std::shared_ptr` converts without a copy. So does `std::cref(dataset)`, whose data
/// set the caller keeps alive.
class RETROGRAD_API SharedDataset {
 public:
  /// Copies or moves a data set.
  template <class D>
  requires std::derived_from<std::remove_cvref_t<D>, Dataset> SharedDataset(
      D&& dataset)  // NOLINT: data sets convert
      : dataset_(copied(std::forward<D>(dataset))) {}
  /// Shares a data set.
  /// @throws ValueError if the pointer is null
  template <std::derived_from<Dataset> D>
  SharedDataset(std::shared_ptr<D> dataset, Where where = {})  // NOLINT
      : dataset_(std::move(dataset)) {
    check(where);
  }
  /// Refers to a data set, which must outlive this object and its copies.
  template <std::derived_from<Dataset> D>
  SharedDataset(std::reference_wrapper<D> dataset) noexcept  // NOLINT
      : dataset_(std::shared_ptr<const Dataset>(), &dataset.get()) {}

  /// Returns the data set.
  const Dataset& operator*() const noexcept { return *dataset_; }
  /// Returns the data set.
  const Dataset* operator->() const noexcept { return dataset_.get(); }

 private:
  template <class D>
  static std::shared_ptr<const Dataset> copied(D&& dataset) {
    using Type = std::remove_cvref_t<D>;
    static_assert(!std::is_abstract_v<Type> && std::is_constructible_v<Type, D>,
                  "this data set cannot be copied: pass std::cref(dataset) or a std::shared_ptr");
    return std::make_shared<const Type>(std::forward<D>(dataset));
  }
  void check(Where where) const;

  std::shared_ptr<const Dataset> dataset_;
};

}  // namespace retrograd
