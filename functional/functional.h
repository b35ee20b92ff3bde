/// @file
/// All transforms of functions.
#pragma once

#include <retrograd/functional/checkpoint.h>
#include <retrograd/functional/transforms.h>
