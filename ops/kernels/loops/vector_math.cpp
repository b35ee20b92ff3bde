#include <retrograd/ops/kernels/loops/vector_math.h>

namespace retrograd::kernels::vec {

const float kLeastExp = -104;
const float kLeastExpm1 = -80;
const float kLeastNormalExp = -88.1F;

}  // namespace retrograd::kernels::vec
