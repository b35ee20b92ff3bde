#ifdef RETROGRAD_WITH_ONEDNN
#include <retrograd/ops/kernels/onednn/conv_pieces.h>

#include <algorithm>

#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::onednn {

namespace {

constexpr std::int64_t kLeastWork = std::int64_t{1} << 20;
constexpr std::int64_t kMostWork = 6 * kLeastWork;
constexpr std::int64_t kLowScale = 4;  // bfloat16 is so much faster, with AMX

std::int64_t product(const Spatial& sizes) {
  return sizes[0] * sizes[1] * sizes[2];
}

// How many pieces there should be, wherever they are cut.
std::int64_t pieces_wanted(Pass pass, const ConvGeometry& s) {
  const std::int64_t scale = s.dtype == bfloat16 ? kLowScale : 1;
  const std::int64_t positions = s.batch * product(s.output);
  const std::int64_t work =
      positions * product(s.kernel) * s.out_channels * (s.in_channels / s.groups);
  if (pass == Pass::weight_grad) {
    const std::int64_t activations =
        s.batch * (product(s.input) * s.in_channels + product(s.output) * s.out_channels);
    const std::int64_t weights = product(s.kernel) * s.out_channels * (s.in_channels / s.groups);
    const std::int64_t most = s.dtype == bfloat16
                                  ? std::clamp<std::int64_t>(activations / weights, 2, kLowScale)
                                  : (weights > activations ? 4 : 8);
    return std::clamp<std::int64_t>(
        std::min(work / detail::worth(kLeastWork), positions / detail::worth(256)), 1, most);
  }
  return std::max<std::int64_t>(work / std::clamp(work / 16, detail::worth(kLeastWork * scale),
                                                  detail::worth(kMostWork * scale)),
                                1);
}

// Images of a group: a divisor of the batch where one is near, so that all groups are alike.
std::int64_t group_size(std::int64_t batch, std::int64_t pieces) {
  const std::int64_t least = detail::divided_up(batch, pieces);
  for (std::int64_t size = least; size <= std::min(batch, 2 * least); ++size) {
    if (batch % size == 0) {
      return size;
    }
  }
  return least;
}

// Rounds down also below zero.
std::int64_t floor_of(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -detail::divided_up(-a, b);
}

}  // namespace

ConvPieces::ConvPieces(Pass pass, const ConvGeometry& geometry, bool bias)
    : pass_(pass),
      whole_(geometry),
      rows_(geometry.input.size() - geometry.spatial_rank),
      images_(geometry.batch),
      groups_(1) {
  constexpr std::int64_t kEnough = 16;
  const std::int64_t wanted = pieces_wanted(pass, geometry);
  images_ = group_size(geometry.batch, std::min(wanted, geometry.batch));
  groups_ = detail::divided_up(geometry.batch, images_);
  const bool by_input = pass == Pass::input_grad || pass == Pass::wide_input_grad;
  const std::int64_t rows = (by_input ? geometry.input : geometry.output)[rows_];
  if (images_ == 1 && wanted > geometry.batch && geometry.batch < kEnough) {
    bands_ = std::clamp<std::int64_t>(detail::divided_up(std::min(wanted, kEnough), geometry.batch),
                                      1, std::max<std::int64_t>(rows / 4, 1));
    if (bands_ > 1 && find_plans(bias)) {
      return;
    }
    bands_ = 1;
  }
  if (!find_plans(bias) && groups_ > 1) {
    groups_ = 1;
    images_ = geometry.batch;
    find_plans(bias);
  }
}

bool ConvPieces::find_plans(bool bias) {
  kinds_ = {};
  const auto find = [&](std::size_t kind, const ConvGeometry& geometry) {
    if (bands_ > 1 && !supports(pass_, geometry)) {  // the caller asks for the whole
      return false;
    }
    kinds_[kind] = {conv_plan(pass_, geometry, bias, count() > 1), geometry};
    const ConvPlan* const plan = kinds_[kind].plan.get();
    // Sums are added in one layout.
    return plan != nullptr &&
           (pass_ != Pass::weight_grad || plan->weight == kinds_[0].plan->weight);
  };
  bool found = true;
  if (bands_ == 1) {
    ConvGeometry group = whole_;
    group.batch = images_;
    found = find(0, group);
    group.batch = whole_.batch - (groups_ - 1) * images_;
    found = found && (group.batch == images_ || find(1, group));
  } else {
    // All bands between have the same number of rows and padding, except where the numbers of rows
    // differ by one: those are of the kind that fits.
    for (std::int64_t i = 0; found && i < bands_; ++i) {
      const Band next = band(i);
      const auto same = std::find_if(kinds_.begin(), kinds_.end(), [&](const Kind& kind) {
        return kind.plan && kind.geometry == next.geometry;
      });
      const auto unused =
          std::find_if(kinds_.begin(), kinds_.end(), [](const Kind& kind) { return !kind.plan; });
      found = same != kinds_.end() ||
              (unused != kinds_.end() &&
               find(static_cast<std::size_t>(unused - kinds_.begin()), next.geometry));
    }
  }
  if (!found) {
    kinds_ = {};
  }
  return found;
}

ConvPieces::Band ConvPieces::band(std::int64_t i) const {
  const std::size_t d = rows_;
  const std::int64_t stride = whole_.stride[d];
  const std::int64_t before = whole_.pad_before[d];
  const std::int64_t reach = (whole_.kernel[d] - 1) * whole_.dilation[d];
  const bool by_input = pass_ == Pass::input_grad || pass_ == Pass::wide_input_grad;
  // Bands of one height but for the last; of whole strides, so that their padding is the same.
  const std::int64_t rows = (by_input ? whole_.input : whole_.output)[d];
  std::int64_t height = detail::divided_up(rows, bands_);
  height = by_input ? detail::rounded_up(height, stride) : height;
  const std::int64_t begin = std::min(i * height, rows);
  const std::int64_t end = std::min(begin + height, rows);
  std::int64_t first = begin;  // outputs
  std::int64_t last = end;
  if (by_input) {
    first =
        std::clamp<std::int64_t>(-floor_of(-(begin + before - reach), stride), 0, whole_.output[d]);
    last =
        std::clamp<std::int64_t>(floor_of(end - 1 + before, stride) + 1, first, whole_.output[d]);
  }
  // What the windows of these outputs cover.
  const std::int64_t top = first * stride - before;
  const std::int64_t bottom = (last - 1) * stride - before + reach + 1;
  const std::int64_t from = by_input ? begin : std::max<std::int64_t>(top, 0);
  const std::int64_t to = by_input ? end : std::min(bottom, whole_.input[d]);
  Band result{from, first, whole_};
  result.geometry.batch = 1;
  result.geometry.input[d] = std::max<std::int64_t>(to - from, 0);
  result.geometry.output[d] = last - first;
  result.geometry.pad_before[d] = from - top;
  result.geometry.pad_after[d] = bottom - to;
  return result;
}

std::int64_t ConvPieces::scratch_bytes() const {
  std::int64_t most = 0;
  for (const Kind& kind : kinds_) {
    most = std::max(most, kind.plan ? kind.plan->conv.scratch_bytes() : 0);
  }
  return most;
}

ConvPieces::Piece ConvPieces::operator[](std::int64_t i) const {
  const std::int64_t image = i / bands_ * images_;
  Piece piece{0, image * product(whole_.input) * whole_.in_channels,
              image * product(whole_.output) * whole_.out_channels};
  if (bands_ == 1) {
    piece.kind = whole_.batch - image < images_ ? 1 : 0;
    return piece;
  }
  const Band own = band(i % bands_);
  const auto same = std::find_if(kinds_.begin(), kinds_.end(), [&](const Kind& kind) {
    return kind.plan && kind.geometry == own.geometry;
  });
  piece.kind = static_cast<std::size_t>(same - kinds_.begin());
  piece.input += own.input * (product(whole_.input) / whole_.input[rows_]) * whole_.in_channels;
  piece.output +=
      own.output * (product(whole_.output) / whole_.output[rows_]) * whole_.out_channels;
  return piece;
}

}  // namespace retrograd::kernels::onednn
#endif
