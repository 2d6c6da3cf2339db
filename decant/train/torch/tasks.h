// Which task a job is. Adding one: a file with the Task, a case each in tasks.cc.
#pragma once

#include "decant/train/torch/task.h"
#include "decant/train/train.h"

namespace decant::train {

/// The job must outlive it. Throws what the task's constructor throws.
std::unique_ptr<Task> make_task(const TrainJob& job, const Context& context);

}  // namespace decant::train
