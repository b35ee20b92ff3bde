// Runs transforms of images for another program, which compares.
//
//   run_transforms CALLS.json INPUTS.safetensors RESULTS.safetensors
//
// The files are those of run_calls.cpp. Each call has one input, an image.
#include <array>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>

#include "oracle/calls.h"
#include "oracle/laid_out.h"

namespace {

using namespace oracle;
namespace transforms = rg::transforms;

using Numbers = std::vector<std::int64_t>;
using Change = std::function<rg::Tensor(const rg::Tensor&, const Call&)>;

template <class E>
E among(const std::string& name, const std::vector<std::pair<std::string, E>>& all) {
  for (const auto& [key, value] : all) {
    if (key == name) {
      return value;
    }
  }
  throw std::runtime_error("no value is named " + name);
}

rg::InterpolateMode mode_of(const Call& call) {
  return among<rg::InterpolateMode>(call.text("interpolation", "bilinear"),
                                    {{"nearest", rg::InterpolateMode::nearest},
                                     {"bilinear", rg::InterpolateMode::bilinear},
                                     {"bicubic", rg::InterpolateMode::bicubic}});
}

transforms::ResizeOptions resizing(const Call& call) {
  return {.interpolation = mode_of(call), .antialias = true};
}

transforms::CropBox box_of(const Call& call) {
  const auto box = call.get<Numbers>("box", {});
  return {box.at(0), box.at(1), box.at(2), box.at(3)};
}

rg::Size<2> size_of(const Call& call) {
  const auto size = call.get<Numbers>("size", {});
  return {size.at(0), size.at(1)};
}

rg::Tensor resized(const rg::Tensor& x, const Call& call) {
  const auto size = call.get<Numbers>("size", {});
  return size.size() == 1 ? transforms::resize(x, size[0], resizing(call))
                          : transforms::resize(x, {size.at(0), size.at(1)}, resizing(call));
}

rg::Tensor padded(const rg::Tensor& x, const Call& call) {
  const auto p = call.get<Numbers>("padding", {});
  const auto mode = among<transforms::BorderMode>(
      call.text("mode", "constant"), {{"constant", transforms::BorderMode::constant},
                                      {"edge", transforms::BorderMode::edge},
                                      {"reflect", transforms::BorderMode::reflect},
                                      {"symmetric", transforms::BorderMode::symmetric}});
  return transforms::pad(x, {p.at(0), p.at(1), p.at(2), p.at(3)},
                         {.fill = call.get<double>("fill", 0), .padding_mode = mode});
}

double factor_of(const Call& call) {
  return call.get<double>("factor", 1);
}

std::optional<transforms::Point> point_of(const Call& call, const char* name) {
  const auto numbers = call.get<std::vector<double>>(name, {});
  return numbers.empty() ? std::optional<transforms::Point>()
                         : transforms::Point{numbers.at(0), numbers.at(1)};
}

rg::Tensor warped(const rg::Tensor& x, const Call& call) {
  return transforms::affine(x, {.angle = call.get<double>("angle", 0),
                                .translate = *point_of(call, "translate"),
                                .scale = call.get<double>("scale", 1),
                                .shear = *point_of(call, "shear"),
                                .center = point_of(call, "center"),
                                .interpolation = mode_of(call),
                                .fill = call.get<std::vector<double>>("fill", {})});
}

transforms::Corners corners_of(const Call& call, const char* name) {
  const auto all = call.get<std::vector<std::vector<double>>>(name, {});
  transforms::Corners corners;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    corners[i] = {all.at(i).at(0), all.at(i).at(1)};
  }
  return corners;
}

std::map<std::string, Change> changes() {
  using Image = const rg::Tensor&;
  return {
      {"resize", resized},
      {"pad", padded},
      {"center_crop",
       [](Image x, const Call& c) { return transforms::center_crop(x, size_of(c)); }},
      {"crop", [](Image x, const Call& c) { return transforms::crop(x, box_of(c)); }},
      {"resized_crop",
       [](Image x, const Call& c) {
         return transforms::resized_crop(x, box_of(c), size_of(c), resizing(c));
       }},
      {"hflip", [](Image x, const Call&) { return transforms::hflip(x); }},
      {"vflip", [](Image x, const Call&) { return transforms::vflip(x); }},
      {"convert",
       [](Image x, const Call&) {
         return transforms::convert_image_dtype(x,
                                                x.dtype() == rg::uint8 ? rg::float32 : rg::uint8);
       }},
      {"grayscale",
       [](Image x, const Call& c) {
         return transforms::rgb_to_grayscale(x, c.get<std::int64_t>("channels", 1));
       }},
      {"brightness",
       [](Image x, const Call& c) { return transforms::adjust_brightness(x, factor_of(c)); }},
      {"contrast",
       [](Image x, const Call& c) { return transforms::adjust_contrast(x, factor_of(c)); }},
      {"saturation",
       [](Image x, const Call& c) { return transforms::adjust_saturation(x, factor_of(c)); }},
      {"hue", [](Image x, const Call& c) { return transforms::adjust_hue(x, factor_of(c)); }},
      {"sharpness",
       [](Image x, const Call& c) { return transforms::adjust_sharpness(x, factor_of(c)); }},
      {"invert", [](Image x, const Call&) { return transforms::invert(x); }},
      {"posterize",
       [](Image x, const Call& c) { return transforms::posterize(x, c.get<int>("bits", 8)); }},
      {"solarize", [](Image x, const Call& c) { return transforms::solarize(x, factor_of(c)); }},
      {"autocontrast", [](Image x, const Call&) { return transforms::autocontrast(x); }},
      {"equalize", [](Image x, const Call&) { return transforms::equalize(x); }},
      {"gaussian_blur",
       [](Image x, const Call& c) {
         return transforms::gaussian_blur(x, size_of(c), factor_of(c));
       }},
      {"erase",
       [](Image x, const Call& c) {
         const auto value = c.get<std::vector<double>>("value", {});
         return transforms::erase(x, box_of(c), rg::reshape(rg::tensor(value), {-1, 1, 1}));
       }},
      {"affine", warped},
      {"rotate",
       [](Image x, const Call& c) {
         return transforms::rotate(x, c.get<double>("angle", 0),
                                   {.interpolation = mode_of(c),
                                    .expand = c.get<bool>("expand", false),
                                    .center = point_of(c, "center"),
                                    .fill = c.get<std::vector<double>>("fill", {})});
       }},
      {"perspective",
       [](Image x, const Call& c) {
         return transforms::perspective(
             x, corners_of(c, "start"), corners_of(c, "end"),
             {.interpolation = mode_of(c), .fill = c.get<std::vector<double>>("fill", {})});
       }},
      {"augment",
       [](Image x, const Call& c) {
         const auto op = static_cast<transforms::AugmentationOp>(c.get<int>("augmentation", 0));
         return transforms::augment({.image = x}, {op, c.get<double>("magnitude", 0)},
                                    {mode_of(c), c.get<std::vector<double>>("fill", {})})
             .image;
       }},
      {"mixup",
       [](Image x, const Call& c) {
         return transforms::mixup(x, rg::zeros({x.size(0), 1}), factor_of(c)).images;
       }},
      {"normalize",
       [](Image x, const Call& c) {
         return transforms::normalize(x, c.get<std::vector<double>>("mean", {}),
                                      c.get<std::vector<double>>("std", {}));
       }},
  };
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: run_transforms CALLS.json INPUTS.safetensors RESULTS.safetensors\n";
    return 2;
  }
  const auto all = changes();
  std::ifstream file(argv[1]);
  const nlohmann::json calls = nlohmann::json::parse(file);
  const rg::StateDict given = rg::load(argv[2]);
  rg::StateDict results;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string name = std::to_string(i);
    try {
      const Call call{calls[i].at("options"), {}};
      const rg::Tensor image =
          laid_out(given.at(name + "/a"), calls[i].at("layout").get<std::string>());
      const rg::Tensor result = all.at(calls[i].at("op").get<std::string>())(image, call);
      results.insert(name + "/0", result.contiguous());
    } catch (const std::exception& error) {
      std::cout << nlohmann::json{{"call", i}, {"error", error.what()}}.dump() << "\n";
    }
  }
  rg::save(results, argv[3]);
}
