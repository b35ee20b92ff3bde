/// @file
/// All modules.
#pragma once

#include <retrograd/nn/check_members.h>
#include <retrograd/nn/containers.h>
#include <retrograd/nn/fuse.h>
#include <retrograd/nn/init.h>
#include <retrograd/nn/layers.h>
#include <retrograd/nn/module.h>
#include <retrograd/nn/module_of.h>
#include <retrograd/nn/sequential.h>
