/// @file
/// All networks of the component, and the preparation of their images. Link `retrograd::models`.
/// @code
/// rg::models::ResNet model = rg::models::resnet18();
/// model.load_state_dict(rg::load("resnet18.safetensors"));
/// model.eval();
/// const rg::Tensor scores = model(rg::rand({1, 3, 224, 224}));
/// @endcode
#pragma once

#include <retrograd/models/convnext.h>
#include <retrograd/models/densenet.h>
#include <retrograd/models/mobilenet.h>
#include <retrograd/models/network.h>
#include <retrograd/models/preprocess.h>
#include <retrograd/models/resnet.h>
#include <retrograd/models/squeezenet.h>
#include <retrograd/models/unet.h>
#include <retrograd/models/vgg.h>
