#include <retrograd/data/digits.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include <retrograd/data/detail/digit_outlines.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/loops/pieces.h>
#include <retrograd/tensor/random.h>

namespace retrograd {

namespace {

using detail::Outline;
using detail::Point;
using detail::Stroke;

constexpr int kSide = 28;
constexpr int kPixels = kSide * kSide;

// The random numbers of one drawing, or of one shuffle.
class Dice {
 public:
  // Each pair of `seed` and `number` has a stretch of the stream to itself.
  Dice(std::uint64_t seed, std::uint64_t number) noexcept : start_{seed, number * 1024} {}

  std::uint64_t bits() noexcept { return random_bits(start_, next_++); }
  float uniform(float low, float high) noexcept {
    return low + (high - low) * static_cast<float>(random_uniform(start_, next_++));
  }
  float normal(float deviation) noexcept {
    return deviation * static_cast<float>(random_normal(start_, next_++));
  }
  std::size_t below(std::size_t count) noexcept { return bits() % count; }

 private:
  Generator::State start_;
  std::uint64_t next_ = 0;
};

// From the unit box to pixels, the way a hand would differ from one digit to the next.
class Hand {
 public:
  explicit Hand(Dice& dice) {
    const float turn = std::clamp(dice.normal(0.12F), -0.35F, 0.35F);
    const float slant = std::clamp(dice.normal(0.2F), -0.5F, 0.5F);
    const float width = dice.uniform(9.0F, 15.5F);
    const float height = dice.uniform(14.5F, 20.5F);
    // Scale, then slant, then turn.
    xx_ = std::cos(turn) * width;
    xy_ = (-std::cos(turn) * slant - std::sin(turn)) * height;
    yx_ = std::sin(turn) * width;
    yy_ = (-std::sin(turn) * slant + std::cos(turn)) * height;
    shift_ = {kSide / 2.0F + dice.uniform(-2, 2), kSide / 2.0F + dice.uniform(-2, 2)};
    for (Wave& wave : waves_) {
      wave = {.along = {dice.uniform(-6, 6), dice.uniform(-6, 6)},
              .phase = dice.uniform(0, 2 * std::numbers::pi_v<float>),
              .push = {dice.normal(0.045F), dice.normal(0.035F)}};
    }
  }

  Point place(Point p) const noexcept {
    Point bent = {p.x - 0.5F, p.y - 0.5F};
    for (const Wave& wave : waves_) {
      const float height = std::sin(wave.along.x * p.x + wave.along.y * p.y + wave.phase);
      bent.x += wave.push.x * height;
      bent.y += wave.push.y * height;
    }
    return {xx_ * bent.x + xy_ * bent.y + shift_.x, yx_ * bent.x + yy_ * bent.y + shift_.y};
  }

 private:
  // Bends the box smoothly, so that strokes that meet still meet.
  struct Wave {
    Point along;
    float phase;
    Point push;
  };

  float xx_, xy_, yx_, yy_;
  Point shift_;
  std::array<Wave, 3> waves_;
};

class Canvas {
 public:
  explicit Canvas(float* pixels) noexcept : pixels_(pixels) { std::fill_n(pixels, kPixels, 0.0F); }

  // A line with round ends and soft edges; where lines cross, the darker one shows.
  void line(Point a, Point b, float radius, float ink) noexcept {
    const float reach = radius + 0.5F;
    const auto first = [&](float p) { return std::max(0, static_cast<int>(p - reach)); };
    const auto last = [&](float p) { return std::min(kSide - 1, static_cast<int>(p + reach)); };
    const Point along = {b.x - a.x, b.y - a.y};
    const float squared = std::max(along.x * along.x + along.y * along.y, 1e-12F);
    for (int row = first(std::min(a.y, b.y)); row <= last(std::max(a.y, b.y)); ++row) {
      for (int column = first(std::min(a.x, b.x)); column <= last(std::max(a.x, b.x)); ++column) {
        const Point from_a = {static_cast<float>(column) + 0.5F - a.x,
                              static_cast<float>(row) + 0.5F - a.y};
        const float t = std::clamp((from_a.x * along.x + from_a.y * along.y) / squared, 0.0F, 1.0F);
        const float dx = from_a.x - t * along.x;
        const float dy = from_a.y - t * along.y;
        const float cover = std::clamp(reach - std::sqrt(dx * dx + dy * dy), 0.0F, 1.0F);
        float& pixel = pixels_[row * kSide + column];
        pixel = std::max(pixel, ink * cover);
      }
    }
  }

  // Adds noise of a triangular distribution from -strength to strength.
  void add_noise(float strength, Dice& dice) noexcept {
    for (int i = 0; i < kPixels; i += 4) {
      std::uint64_t bits = dice.bits();
      for (int k = 0; k < 4; ++k, bits >>= 16) {
        const int sum = static_cast<int>(bits & 255U) + static_cast<int>(bits >> 8 & 255U);
        const float noise = strength * (static_cast<float>(sum) / 255.0F - 1.0F);
        pixels_[i + k] = std::clamp(pixels_[i + k] + noise, 0.0F, 1.0F);
      }
    }
  }

 private:
  float* pixels_;
};

// A point of the Catmull-Rom spline between b and c; t goes from 0 to 1.
Point spline(Point a, Point b, Point c, Point d, float t) noexcept {
  const auto blend = [t](float p, float q, float r, float s) {
    return q + 0.5F * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
  };
  return {blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)};
}

void draw_stroke(Canvas& canvas, const Stroke& stroke, const Hand& hand, float radius, float ink) {
  constexpr int pieces = 4;
  const std::size_t last = stroke.size() - 1;
  const bool closed = stroke[0] == stroke[last];
  for (std::size_t i = 0; i < last; ++i) {
    const Point before = stroke[i > 0 ? i - 1 : closed ? last - 1 : 0];
    const Point after = stroke[i + 2 <= last ? i + 2 : closed ? 1 : last];
    Point from = hand.place(stroke[i]);
    for (int piece = 1; piece <= pieces; ++piece) {
      const float t = static_cast<float>(piece) / pieces;
      const Point to = hand.place(spline(before, stroke[i], stroke[i + 1], after, t));
      canvas.line(from, to, radius, ink);
      from = to;
    }
  }
}

void draw_digit(float* pixels, int digit, Dice& dice) {
  Canvas canvas(pixels);
  const auto& outlines = detail::digit_outlines(digit);
  const Outline& outline = outlines[dice.below(outlines.size())];
  const Hand hand(dice);
  const float radius = dice.uniform(0.6F, 1.7F);
  const float ink = dice.uniform(0.7F, 1.0F);
  for (const Stroke& stroke : outline) {
    draw_stroke(canvas, stroke, hand, radius, ink);
  }
  canvas.add_noise(dice.uniform(0.0F, 0.25F), dice);
}

// The digit that image `index` shows.
int digit_of(std::uint64_t seed, std::uint64_t index) {
  std::array<int, 10> order{};
  std::iota(order.begin(), order.end(), 0);
  Dice dice(~seed, index / 10);
  for (std::size_t i = order.size() - 1; i > 0; --i) {
    std::swap(order[i], order[dice.below(i + 1)]);
  }
  return order[index % 10];
}

}  // namespace

TensorDataset drawn_digits(std::int64_t count, std::uint64_t seed, Where where) {
  const Frame call("drawn_digits", where);
  check::require<ValueError>(call, count >= 0, {}, "cannot draw {} images [value-out-of-range]",
                             count);
  const Tensor images = empty_tensor({count, 1, kSide, kSide}, float32);
  const Tensor labels = empty_tensor({count}, int64);
  float* pixels = images.raw<float>();
  auto* digits = labels.raw<std::int64_t>();
  detail::parallel_ranges(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto number = static_cast<std::uint64_t>(i);
      const int digit = digit_of(seed, number);
      digits[i] = digit;
      Dice dice(seed, number);
      draw_digit(pixels + i * kPixels, digit, dice);
    }
  });
  return {images, labels};
}

}  // namespace retrograd
