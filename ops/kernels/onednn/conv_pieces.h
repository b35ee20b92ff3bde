// Convolutions cut into pieces, each of which oneDNN computes in one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/onednn/conv_plan.h>

namespace retrograd::kernels::onednn {

// A piece is some images of the batch, or a band of one image: of the rows of the output, for
// gradients of the input of the rows of the input. The cut is a function of the geometry alone:
//   pieces of 1 to 6 million multiplications (20 to 100 us), of bfloat16 4 times as many, 16 where
//   that leaves a choice; whole images where there are 16 of them, however large; for gradients of
//   the weight at most 8, each of 256 positions or more, because each has a sum of its own, and at
//   most 4 where the weight is larger than the activations; of bfloat16 2 to 4.
class ConvPieces {
 public:
  ConvPieces(Pass pass, const ConvGeometry& geometry, bool bias);

  // Whether oneDNN has good implementations for all of them.
  explicit operator bool() const { return kinds_[0].plan != nullptr; }

  std::int64_t count() const { return groups_ * bands_; }
  // Bytes of scratch memory that any piece needs at most.
  std::int64_t scratch_bytes() const;

  // The pieces of a kind have one plan. Those of the first band, the last and the ones between
  // differ in their padding, and the last group of images may have fewer.
  struct Kind {
    std::shared_ptr<const ConvPlan> plan;
    ConvGeometry geometry;
  };
  const std::array<Kind, 3>& kinds() const { return kinds_; }

  // Where a piece starts, in elements of the input and the output.
  struct Piece {
    std::size_t kind;
    std::int64_t input;
    std::int64_t output;
  };
  Piece operator[](std::int64_t i) const;

 private:
  struct Band {
    std::int64_t input;  // its first row
    std::int64_t output;
    ConvGeometry geometry;
  };
  // Undefined geometries have no rows.
  Band band(std::int64_t i) const;
  bool find_plans(bool bias);

  Pass pass_;
  ConvGeometry whole_;
  std::size_t rows_;     // the dimension that bands divide
  std::int64_t images_;  // of a group
  std::int64_t groups_;
  std::int64_t bands_ = 1;
  std::array<Kind, 3> kinds_;
};

}  // namespace retrograd::kernels::onednn
