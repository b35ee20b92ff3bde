/// @file
/// Data sets and their batches.
#pragma once

#include <retrograd/data/cifar10.h>
#include <retrograd/data/csv.h>
#include <retrograd/data/dataset.h>
#include <retrograd/data/digits.h>
#include <retrograd/data/idx.h>
#include <retrograd/data/loader.h>
#include <retrograd/data/mnist.h>
#include <retrograd/data/sample.h>
#include <retrograd/data/sampler.h>
#include <retrograd/data/tensor_dataset.h>
#include <retrograd/data/transforms.h>
#include <retrograd/data/views.h>
