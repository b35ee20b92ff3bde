#include "image_model.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <retrograd/tensor/internal/printable.h>

namespace tools {

namespace rg = retrograd;
namespace transforms = rg::transforms;

namespace {

// As torchvision's networks were trained.
const std::vector<double> kMean = {0.485, 0.456, 0.406};
const std::vector<double> kStd = {0.229, 0.224, 0.225};

// The number of classes of the weights: the length of the model's last parameter in them.
std::int64_t classes_in(const rg::StateDict& state, const rg::models::Network& network) {
  std::string last;
  std::int64_t count = 0;
  for (const auto& [name, tensor] : network.named_parameters()) {
    last = name;
    count = tensor.size(0);
  }
  return state.contains(last) ? state.at(last).size(0) : count;
}

transforms::Compose finished(std::vector<transforms::Transform> before) {
  before.emplace_back(transforms::ConvertImageDtype(rg::float32));
  before.emplace_back(transforms::Normalize(kMean, kStd));
  return transforms::Compose(std::move(before));
}

}  // namespace

rg::Where line(const char* program) {
  return rg::Where::at(program, 1);
}

ImageModel make_model(const std::string& architecture, std::int64_t size,
                      std::vector<std::string> classes, const std::string& weights,
                      rg::Where where) {
  const auto count = static_cast<std::int64_t>(classes.size());
  ImageModel model{architecture, size, std::move(classes), nullptr};
  if (weights.empty()) {
    model.network = rg::models::get_model(architecture, count, where);
    return model;
  }
  const rg::StateDict state = rg::load(weights, where);
  model.network = rg::models::get_model(architecture, {}, where);
  const std::int64_t trained = classes_in(state, *model.network);
  model.network->replace_head(trained, where);
  model.network->load_state_dict(state, {}, where);
  if (trained != count || !rg::load_metadata(weights, where).contains("classes")) {
    model.network->replace_head(count, where);  // others' classes are not these
  }
  return model;
}

rg::Metadata metadata_of(const ImageModel& model) {
  return {{"architecture", model.architecture},
          {"size", std::to_string(model.size)},
          {"classes", fmt::format("{}", fmt::join(model.classes, "\n"))}};
}

ImageModel load_model(const std::string& path, rg::Where where) {
  const rg::Metadata texts = rg::load_metadata(path, where);
  for (const char* name : {"architecture", "size", "classes"}) {
    if (!texts.contains(name)) {
      throw std::runtime_error(fmt::format("{} is no file of retrograd-train: it has no {}",
                                           rg::detail::in_quotes(path), name));
    }
  }
  std::vector<std::string> classes{""};
  for (const char letter : texts.at("classes")) {
    if (letter == '\n') {
      classes.emplace_back();
    } else {
      classes.back() += letter;
    }
  }
  std::size_t read = 0;
  std::int64_t size = 0;
  try {
    size = std::stoll(texts.at("size"), &read);
  } catch (const std::exception&) {
  }
  if (read != texts.at("size").size() || size < 1) {
    throw std::runtime_error(
        fmt::format("{} has an image size that is no number", rg::detail::in_quotes(path)));
  }
  ImageModel model{texts.at("architecture"), size, std::move(classes), nullptr};
  model.network = rg::models::get_model(model.architecture,
                                        static_cast<std::int64_t>(model.classes.size()), where);
  model.network->load_state_dict(rg::load(path, where), {}, where);
  model.network->eval();
  return model;
}

transforms::Compose centered(std::int64_t size) {
  return finished({transforms::Resize(size * 256 / 224), transforms::CenterCrop(size)});
}

transforms::Compose augmented(std::int64_t size) {
  return finished({transforms::RandomResizedCrop(size), transforms::RandomHorizontalFlip()});
}

}  // namespace tools
