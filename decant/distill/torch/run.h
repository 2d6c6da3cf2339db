// The functions of Distiller (distiller.h).
#pragma once

#include "decant/distill/distill.h"
#include "decant/distill/torch/method.h"

namespace decant::distill {

Distilled distill(const DistillJob& job, const Context& context);
DistillCost cost(const DistillJob& job, const Context& context);

}  // namespace decant::distill
