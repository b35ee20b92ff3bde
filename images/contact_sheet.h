/// @file
/// Pictures of what transforms do.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/images/transform.h>

namespace retrograd::transforms {

/// Row of a contact sheet.
struct SheetRow {
  /// Makes it with the transform's name as its caption.
  template <class T>
  requires(std::constructible_from<Transform, T>)
      SheetRow(T its_transform)  // NOLINT: lists of transforms
      : SheetRow(std::string(), Transform(std::move(its_transform))) {
    caption = transform.name();
  }
  /// Makes it with a caption.
  SheetRow(std::string its_caption, Transform its_transform)
      : caption(std::move(its_caption)), transform(std::move(its_transform)) {}

  std::string caption;  ///< Text beside the pictures.
  Transform transform;  ///< Transform that is drawn.
};

/// Options of show_transforms().
struct ContactSheetOptions {
  int draws = 6;            ///< Number of pictures in a row.
  std::int64_t side = 112;  ///< Longest side of a picture, in pixels.
};

/// Writes a contact sheet as an SVG file: a row for each transform with its caption, a column for
/// each draw of its random parameters. The first row is the input. Masks are tinted, and boxes
/// drawn as frames. Values outside of the colours' range are cut off.
/// @code
/// rg::transforms::show_transforms({.image = rg::load_png("cat.png")},
///                                 {rg::transforms::RandomHorizontalFlip(),
///                                  {"crop to 0.5 ... 1", rg::transforms::RandomResizedCrop(64)}},
///                                 "sheet.svg");
/// @endcode
/// @throws ShapeError if the image is a batch, or a transform returns neither 1 nor 3 channels
/// @throws ValueError if an option is below 1
/// @throws IoError if the file cannot be written
RETROGRAD_API void show_transforms(const AnnotatedImage& input, const std::vector<SheetRow>& rows,
                                   const std::string& path, const ContactSheetOptions& options = {},
                                   Where where = {});

}  // namespace retrograd::transforms
