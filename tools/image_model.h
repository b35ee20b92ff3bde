// A network for images with what it needs to name a class: what retrograd-train writes and
// retrograd-predict reads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <retrograd/images/transforms.h>
#include <retrograd/models/network.h>
#include <retrograd/retrograd.h>

namespace tools {

/// A network with its classes.
struct ImageModel {
  std::string architecture;                             ///< A name of models::list_models().
  std::int64_t size;                                    ///< Side of the images, in pixels.
  std::vector<std::string> classes;                     ///< Names, by the network's numbers.
  std::unique_ptr<retrograd::models::Network> network;  ///< The network.
};

// What the library's errors name in place of a source file.
retrograd::Where line(const char* program);

// The network with a new last layer for the classes, and weights of torchvision's or of this
// program's from `weights` unless it is empty.
ImageModel make_model(const std::string& architecture, std::int64_t size,
                      std::vector<std::string> classes, const std::string& weights,
                      retrograd::Where where);

// The metadata under which the weights are saved.
retrograd::Metadata metadata_of(const ImageModel& model);
// From a file of retrograd-train, in evaluation mode.
ImageModel load_model(const std::string& path, retrograd::Where where);

// What a network sees of an image: its middle, resized and normalised as torchvision's networks
// expect it.
retrograd::transforms::Compose centered(std::int64_t size);
// Another part of the image each time, mirrored or not.
retrograd::transforms::Compose augmented(std::int64_t size);

}  // namespace tools
