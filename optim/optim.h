// All optimisers.
#pragma once

#include <retrograd/optim/adagrad.h>
#include <retrograd/optim/adam.h>
#include <retrograd/optim/lbfgs.h>
#include <retrograd/optim/optimizer.h>
#include <retrograd/optim/sgd.h>
