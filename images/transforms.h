/// @file
/// All transforms of images. Link `retrograd::images`.
#pragma once

#include <retrograd/data/transforms.h>
#include <retrograd/images/color.h>
#include <retrograd/images/contact_sheet.h>
#include <retrograd/images/geometry.h>
#include <retrograd/images/mix.h>
#include <retrograd/images/policy.h>
#include <retrograd/images/transform.h>
#include <retrograd/images/warp.h>
