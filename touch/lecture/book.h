// Pages of Explanation::play() for slides of the lecture map.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

namespace lecture {

namespace rg = retrograd;
using rg::Tensor;

using Names = std::vector<std::pair<std::string, Tensor>>;

// Where the page has the numbers that tutorials/slides.txt lists under a heading. `where` is one of
//   value NAME, gradient NAME          numbers of a tensor
//   matrix NAME, transposed NAME       numbers of a Jacobian
//   texts NAME, text NAME ROW COLUMN   entries of a Jacobian as they are named, counted from 0
//   shapes                             the chain of shapes
//   shape NAME, lengths NAME NAME      lengths of tensors
struct Shown {
  std::string heading;
  std::string where;
};

class Book {
 public:
  explicit Book(std::string folder) : folder_(std::move(folder)), list_(folder_ + "/pages.txt") {}

  // Writes the page of a slide, which is named as in slides.txt, and lists it in pages.txt.
  void add(const std::string& slide, const rg::Trace& trace, const Tensor& loss, const Tensor& by,
           const Names& names, const std::vector<Shown>& shown = {}) {
    const rg::Explanation e = rg::explain(loss, by, {.names = names, .trace = &trace});
    const std::string file = std::to_string(count_++) + ".html";
    std::ofstream page(folder_ + "/" + file, std::ios::binary);
    page << e.play({.title = slide.substr(3)});
    list_ << slide << "\t" << file << "\n";
    for (const Shown& each : shown) {
      list_ << "\t" << each.heading << "\t" << each.where << "\n";
    }
    if (!page.flush() || !list_.flush()) {
      throw std::runtime_error("cannot write to " + folder_);
    }
  }

 private:
  std::string folder_;
  std::ofstream list_;
  int count_ = 0;
};

// Slides of learning from points, of convolutions, of pooling and of backpropagation.
void add_losses(Book& book);
void add_convolutions(Book& book);
void add_backpropagation(Book& book);

}  // namespace lecture
