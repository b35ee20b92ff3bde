#include <retrograd/data/sampler.h>

namespace retrograd {

Sampler::~Sampler() = default;

}  // namespace retrograd
