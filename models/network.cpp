#include <retrograd/models/network.h>

#include <algorithm>
#include <iterator>

#include <retrograd/models/models.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::models {

namespace {

using std::int64_t;

void require_classes(const Frame& call, int64_t num_classes) {
  check::require<ValueError>(call, num_classes >= 1, {},
                             "num_classes is {}; at least 1 is needed [value-out-of-range]",
                             num_classes);
}

// A new network, with its own number of classes if none is given.
template <auto make>
struct Maker;
template <class M, class Options, M (*make)(const Options&, Where)>
struct Maker<make> {
  static std::unique_ptr<Network> made(std::optional<int64_t> num_classes) {
    Options options;
    options.num_classes = num_classes.value_or(options.num_classes);
    return std::make_unique<M>(make(options, {}));
  }
};

struct Entry {
  std::string_view name;
  std::unique_ptr<Network> (*made)(std::optional<int64_t> num_classes);
};

// Sorted.
constexpr Entry kNetworks[] = {
    {"convnext_tiny", Maker<convnext_tiny>::made},
    {"densenet121", Maker<densenet121>::made},
    {"mobilenet_v2", Maker<mobilenet_v2>::made},
    {"mobilenet_v3_small", Maker<mobilenet_v3_small>::made},
    {"resnet18", Maker<resnet18>::made},
    {"resnet34", Maker<resnet34>::made},
    {"resnet50", Maker<resnet50>::made},
    {"squeezenet1_1", Maker<squeezenet1_1>::made},
    {"unet", Maker<unet>::made},
    {"vgg11", Maker<vgg11>::made},
    {"vgg11_bn", Maker<vgg11_bn>::made},
    {"vgg16", Maker<vgg16>::made},
    {"vgg16_bn", Maker<vgg16_bn>::made},
};

}  // namespace

void Network::replace_head(int64_t num_classes, Where where) {
  const Frame call("replace_head", where);
  require_classes(call, num_classes);
  make_head(num_classes);
}

std::unique_ptr<Network> get_model(std::string_view name, std::optional<int64_t> num_classes,
                                   Where where) {
  const Frame call("get_model", where);
  if (num_classes) {
    require_classes(call, *num_classes);
  }
  const auto* const found = std::find_if(std::begin(kNetworks), std::end(kNetworks),
                                         [name](const Entry& entry) { return entry.name == name; });
  if (found == std::end(kNetworks)) {
    std::string known;
    for (const std::string& each : list_models()) {
      known += (known.empty() ? "" : ", ") + each;
    }
    check::refuse<ValueError>(call, {}, "there is no network \"{}\"; there are {} [name-unknown]",
                              name, known);
  }
  return found->made(num_classes);
}

std::vector<std::string> list_models() {
  std::vector<std::string> names;
  for (const Entry& entry : kNetworks) {
    names.emplace_back(entry.name);
  }
  return names;
}

}  // namespace retrograd::models
