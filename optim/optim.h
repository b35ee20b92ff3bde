// All optimisers.
#pragma once

#include <retrograd/optim/optimizer.h>
#include <retrograd/optim/sgd.h>
