// Your own pictures: a folder of images for each class, a network that was trained on others, and
// what it still gets wrong.
//
//   your_own_pictures [--data FOLDER] [--weights FILE] [--epochs N] [--size N] [--out DIR]
//                     [--seed N] [--threads N]
//
// Without FOLDER, the program draws one, DIR/pictures: five shapes, 80 pictures each. Without FILE,
// a small network learns five other shapes first. FILE has torchvision's weights of resnet18, such
// as resnet18.pth. Only a part of each class is learned. The mistakes among the others are drawn to
// DIR as own_mistakes.png: label > guess.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/images/image_folder.h>
#include <retrograd/images/png.h>
#include <retrograd/images/transforms.h>
#include <retrograd/models/network.h>
#include <retrograd/retrograd.h>

#include "command_line.h"
#include "drawn_shapes.h"
#include "pictures.h"

namespace rg = retrograd;
namespace nn = rg::nn;
namespace transforms = rg::transforms;
using rg::Tensor;

nn::Conv2d conv3x3(std::int64_t in, std::int64_t out) {
  return {in, out, 3, {.padding = 1, .bias = false}};
}

// Where no weights are given. As the networks of retrograd::models, it can change its last layer.
class SmallNet : public rg::models::Network {
 public:
  explicit SmallNet(std::int64_t classes) : last(64, classes) {}
  nn::Members members() override { return {{"body", body}, {"last", last}}; }
  Tensor forward(const Tensor& images) override { return last(body(images)); }

 protected:
  void make_head(std::int64_t classes) override { last = nn::Linear(64, classes); }

 private:
  nn::Sequential body{conv3x3(3, 16),  nn::BatchNorm2d(16), nn::ReLU(), nn::MaxPool2d(2),
                      conv3x3(16, 32), nn::BatchNorm2d(32), nn::ReLU(), nn::MaxPool2d(2),
                      conv3x3(32, 64), nn::BatchNorm2d(64), nn::ReLU(), nn::AdaptiveAvgPool2d(1),
                      nn::Flatten()};
  nn::Linear last;
};

// The shapes `first` to `first + 4` among `count` drawn pictures, with labels from 0 to 4.
rg::TensorDataset shapes_from(std::int64_t first, std::int64_t count, std::uint64_t seed) {
  const rg::TensorDataset all = drawn_shapes(count, seed);
  const Tensor label = all.labels() - first;
  const Tensor chosen = rg::logical_and(label >= 0, label < 5);
  return {all.images()(chosen), label(chosen)};
}

// A folder as people have it: names of classes, and files of any name in them.
std::string draw_folder(const std::string& out) {
  const std::string root = out + "/pictures";
  const char* const names[] = {"disc", "ring", "square", "frame", "triangle"};
  const rg::TensorDataset drawn = shapes_from(0, 800, 7);
  for (std::int64_t i = 0; i < drawn.size(); ++i) {
    const std::string folder = root + "/" + names[drawn.labels()[i].item<std::int64_t>()];
    std::filesystem::create_directories(folder);
    rg::save_png(drawn.images()[i], folder + "/" + std::to_string(i) + ".png");
  }
  return root;
}

// `mode`: whether batch norms use and follow the statistics of these batches.
void train(nn::Module& net, rg::DataLoader& loader, double lr, std::int64_t epochs,
           bool mode = true) {
  rg::optim::Adam optimizer(net.parameters(), {.lr = lr});  // skips what is frozen
  net.train(mode);
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    for (auto& [images, labels] : loader) {
      optimizer.zero_grad();
      rg::cross_entropy(net(images), labels).backward();
      optimizer.step();
    }
  }
}

struct Answers {
  std::vector<std::int64_t> labels;
  std::vector<std::int64_t> guesses;

  double accuracy() const {
    std::int64_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      right += labels[i] == guesses[i] ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(labels.size());
  }
};

Answers test(nn::Module& net, rg::DataLoader& loader) {
  const rg::NoGradGuard unrecorded;
  net.eval();
  Answers answers;
  for (auto& [images, labels] : loader) {
    const auto seen = rg::argmax(net(images), 1).to_vector<std::int64_t>();
    const auto right = labels.to_vector<std::int64_t>();
    answers.guesses.insert(answers.guesses.end(), seen.begin(), seen.end());
    answers.labels.insert(answers.labels.end(), right.begin(), right.end());
  }
  return answers;
}

// Sample i of `testing` is what answer i is about.
void draw_mistakes(const Answers& answers, const rg::Dataset& testing,
                   const std::vector<std::string>& classes, const std::string& out) {
  std::vector<Tensor> pictures;
  for (std::size_t i = 0; i < answers.labels.size() && pictures.size() < 20; ++i) {
    const auto label = static_cast<std::size_t>(answers.labels[i]);
    const auto guess = static_cast<std::size_t>(answers.guesses[i]);
    if (label == guess) {
      continue;
    }
    const Tensor image = testing.get(static_cast<std::int64_t>(i))[0];
    const Tensor part = transforms::resize(image.to(rg::float32) / 255, {96, 96});
    pictures.push_back(captioned(part, classes[label] + ">" + classes[guess]));
    std::printf("  %s: %s, seen as %s\n",
                std::filesystem::path(testing.describe(static_cast<std::int64_t>(i)))
                    .filename()
                    .string()
                    .c_str(),
                classes[label].c_str(), classes[guess].c_str());
  }
  if (pictures.empty()) {
    std::printf("  none: no own_mistakes.png\n");
    return;
  }
  rg::save_png(sheet(pictures, 5), out + "/own_mistakes.png");
}

void run(const CommandLine& options) {
  const auto seed = static_cast<std::uint64_t>(options.integer("seed", 0));
  rg::manual_seed(seed);
  if (options.has("threads")) {
    rg::set_num_threads(static_cast<int>(options.integer("threads", 1)));
  }
  const std::string out = options.text("out", ".");
  const std::string folder = options.has("data") ? options.text("data", "") : draw_folder(out);
  const std::int64_t size = options.integer("size", options.has("weights") ? 224 : 32);

  // torchvision's weights need ImageNet's mean and deviation; the small network does not.
  const transforms::Normalize normalize =
      options.has("weights") ? transforms::Normalize({0.485, 0.456, 0.406}, {0.229, 0.224, 0.225})
                             : transforms::Normalize({0, 0, 0}, {1, 1, 1});
  // Each epoch sees another part of each picture, in other colours, mirrored or not.
  const transforms::Compose augmented(
      {transforms::RandomResizedCrop(size, {.scale = {0.8, 1}, .ratio = {0.9, 1.1}}),
       transforms::RandomHorizontalFlip(),
       transforms::ColorJitter({.brightness = 0.3, .contrast = 0.3}),
       transforms::ConvertImageDtype(rg::float32), normalize});
  const transforms::Compose plain({transforms::Resize(size), transforms::CenterCrop(size),
                                   transforms::ConvertImageDtype(rg::float32), normalize});
  const rg::ImageFolder pictures(folder);
  const Tensor labels = pictures.targets();
  const auto parts = rg::stratified_split(pictures, labels, {0.5, 0.5}, seed);
  const auto with = [](const rg::Subset& part, const transforms::Compose& change) {
    return rg::Transformed(part, [change](const rg::Sample& sample) {
      return rg::Sample{change(sample[0]), sample[1]};
    });
  };
  rg::DataLoader learned(with(parts[0], augmented),
                         {.batch_size = 20, .shuffle = true, .seed = seed, .workers = 2});
  rg::DataLoader testing(with(parts[1], plain), {.batch_size = 50, .workers = 1});
  const auto classes = static_cast<std::int64_t>(pictures.classes().size());
  std::printf("%lld classes, %lld pictures to learn and %lld to test\n",
              static_cast<long long>(classes), static_cast<long long>(parts[0].size()),
              static_cast<long long>(parts[1].size()));

  std::unique_ptr<rg::models::Network> net;
  if (options.has("weights")) {
    net = rg::models::get_model("resnet18");
    net->load_state_dict(rg::load(options.text("weights", "")));
  } else {
    net = std::make_unique<SmallNet>(5);
    rg::DataLoader others(shapes_from(5, 4000, 1),
                          {.batch_size = 20, .shuffle = true, .seed = seed});
    train(*net, others, 3e-3, 6);
  }

  net->freeze();
  net->replace_head(classes);
  train(*net, learned, 1e-2, 10, false);
  std::printf("new last layer  accuracy %.3f\n", test(*net, testing).accuracy());

  net->unfreeze();
  train(*net, learned, 3e-3, options.integer("epochs", 60));
  const Answers answers = test(*net, testing);
  std::printf("fine-tuned      accuracy %.3f\nmistakes, as in own_mistakes.png:\n",
              answers.accuracy());
  draw_mistakes(answers, parts[1], pictures.classes(), out);
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"data", "weights", "epochs", "size", "out", "seed", "threads"},
                     run);
}

/* Output of your_own_pictures --threads 1 --seed 1, where ... is what differs between computers:
5 classes, 200 pictures to learn and 200 to test
new last layer  accuracy 0...
fine-tuned      accuracy 0.9...
mistakes, as in own_mistakes.png:
...
*/
