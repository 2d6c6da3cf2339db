"""The same training step in plain PyTorch: train_step.py NET THREADS STEPS FOLDER.

FOLDER holds what `train_torch_bench step … FOLDER` left. Prints the median seconds of a step, by the wall's clock and
by the processor's, and the first five losses.
"""
import pathlib
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from plain_torch import ResNet20, load_weights, print_steps


class ConvNet3(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for i in range(3):
            layers += [nn.Conv2d(3 if i == 0 else 128, 128, 3, padding=1), nn.GroupNorm(128, 128), nn.ReLU(), nn.AvgPool2d(2)]
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(128 * 16, 10)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class Quick(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [3, 16, 32, 64, 128]
        for i in range(4):
            setattr(self, f"conv{i + 1}", nn.Conv2d(widths[i], widths[i + 1], 3, padding=1, bias=False))
            setattr(self, f"bn{i + 1}", nn.BatchNorm2d(widths[i + 1]))
        self.linear = nn.Linear(128, 10)

    def forward(self, x):
        for i in range(1, 5):
            x = F.relu(getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x)))
            if i < 4:
                x = F.max_pool2d(x, 2)
        return self.linear(x.amax((2, 3)))


def main():
    name, threads, steps, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), pathlib.Path(sys.argv[4])
    torch.set_num_threads(threads)
    net = {"resnet20": ResNet20, "convnet3": ConvNet3, "quick": Quick}[name]()
    net = load_weights(net, folder / "weights.safetensors")
    labels = torch.from_numpy(np.fromfile(folder / "labels.i64", np.int64))
    pixels = np.fromfile(folder / "images.f32", np.float32).reshape(len(labels), 32, 32, 3)
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    assert images.is_contiguous(memory_format=torch.channels_last)
    decays = lambda n, p: p.dim() > 1
    groups = [
        {"params": [p for n, p in net.named_parameters() if decays(n, p)], "weight_decay": 5e-4},
        {"params": [p for n, p in net.named_parameters() if not decays(n, p)], "weight_decay": 0},
    ]
    optimizer = torch.optim.SGD(groups, lr=0.01, momentum=0.9, nesterov=True)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(images), labels, label_smoothing=0.1)
        loss.backward()
        optimizer.step()
        return loss.item()

    print_steps(steps, step)


main()
