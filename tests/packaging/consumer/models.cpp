#include <retrograd/models/models.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;

int main() {
  rg::models::SqueezeNet model = rg::models::squeezenet1_1({.num_classes = 10});
  model.freeze();
  model.replace_head(3);
  const rg::Tensor image = rg::models::preprocess(rg::rand({3, 70, 50}), {.crop_size = 64});
  const rg::Tensor scores = model(rg::unsqueeze(image, 0));
  rg::sum(scores).backward();
  if (scores.shape() != rg::Shape{1, 3}) {
    return 1;
  }
  try {  // exceptions can be caught by type across the libraries' borders
    rg::models::get_model("nonesuch");
  } catch (const rg::ValueError&) {
    return 0;
  }
  return 1;
}
