"""A training loop that is watched, and the rows that it says are worth keeping."""

# needs: torch

import numpy as np
import torch

import decant
from decant.torch import Indexed

X = torch.from_numpy(np.load("clip.npy").astype(np.float32))
y = torch.from_numpy(np.load("labels.npy"))
train_set = torch.utils.data.TensorDataset(X, y)
classes = int(y.max()) + 1

torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(X.shape[1], 32), torch.nn.ReLU(), torch.nn.Linear(32, classes))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
watch = decant.Watch(rows=len(train_set), classes=classes)

for _ in range(6):
    for rows, (inputs, labels) in torch.utils.data.DataLoader(Indexed(train_set), batch_size=64, shuffle=True):
        logits = model(inputs)
        watch(rows, logits, labels)  # the one line that is new
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, labels).backward()
        optimizer.step()
    watch.end_epoch()

chosen = decant.select(X, y, keep=0.2, method="progress", scores=watch)
small_set = chosen.take(train_set)  # a torch Subset
print(chosen, "--", chosen.note)
print(len(small_set), "samples to train on")
