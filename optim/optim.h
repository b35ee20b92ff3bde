/// @file
/// All optimisers, schedules, clipping and averages.
#pragma once

#include <retrograd/optim/adagrad.h>
#include <retrograd/optim/adam.h>
#include <retrograd/optim/clip.h>
#include <retrograd/optim/ema.h>
#include <retrograd/optim/lbfgs.h>
#include <retrograd/optim/lr_scheduler.h>
#include <retrograd/optim/one_cycle_lr.h>
#include <retrograd/optim/optimizer.h>
#include <retrograd/optim/reduce_lr_on_plateau.h>
#include <retrograd/optim/sgd.h>
