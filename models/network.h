/// @file
/// Networks by name, and what they share. Link `retrograd::models`.
///
/// Parameters and buffers have torchvision's names and shapes, so that weights trained with
/// torchvision load by load_state_dict().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>

namespace retrograd::models {

/// A network for images (N, 3, H, W) whose last layer scores classes.
class RETROGRAD_API Network : public nn::Module {
 public:
  /// Replaces the last layer by a new one for `num_classes`. It has the dtype and mode of the old
  /// one, starts as in a new network, and trains even if the network is frozen. Make the optimiser
  /// afterwards.
  /// @code
  /// model.freeze();
  /// model.replace_head(5);  // only these weights train
  /// @endcode
  /// @throws ValueError if `num_classes` is below 1.
  void replace_head(std::int64_t num_classes, Where where = {});

 protected:
  /// Replaces the last layer; `num_classes` is at least 1.
  virtual void make_head(std::int64_t num_classes) = 0;
};

/// Returns a new network of this name, such as "resnet18", with its default options except
/// `num_classes`.
/// @code auto model = rg::models::get_model("resnet18", 10); @endcode
/// @throws ValueError if there is no such name, or `num_classes` is below 1.
RETROGRAD_API std::unique_ptr<Network> get_model(std::string_view name,
                                                 std::optional<std::int64_t> num_classes = {},
                                                 Where where = {});

/// Returns the names that get_model() takes, sorted.
RETROGRAD_API std::vector<std::string> list_models();

}  // namespace retrograd::models
