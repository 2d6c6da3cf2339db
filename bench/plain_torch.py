"""What the benchmarks against plain PyTorch share: weights that a program of ours wrote, CIFAR's ResNet-20, and the clock."""
import json
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def read_safetensors(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length :]
    part = lambda t: np.frombuffer(body[slice(*t["data_offsets"])], np.float32).reshape(t["shape"]).copy()
    return {name: torch.from_numpy(part(t)) for name, t in header.items()}


def load_weights(net, path):
    """Into a network in channels-last, for training."""
    missing, unexpected = net.load_state_dict(read_safetensors(path), strict=False)
    assert not unexpected and all(m.endswith("num_batches_tracked") for m in missing), (missing, unexpected)
    return net.to(memory_format=torch.channels_last).train()


class Block(nn.Module):
    def __init__(self, width_in, width):
        super().__init__()
        self.stride, self.padding = width // width_in, (width - width_in) // 2
        self.conv1 = nn.Conv2d(width_in, width, 3, self.stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.padding:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.padding, self.padding))
        return F.relu(out + x)


class ResNet20(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        layer = lambda i, o: nn.Sequential(Block(i, o), Block(o, o), Block(o, o))
        self.layer1, self.layer2, self.layer3 = layer(16, 16), layer(16, 32), layer(32, 64)
        self.linear = nn.Linear(64, classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.linear(F.adaptive_avg_pool2d(x, 1).flatten(1))


def print_steps(steps, step):
    """Runs `step`, which returns a loss, two times and then `steps` times. Prints the median seconds, by the wall's clock
    and by the processor's, and the first five losses."""
    losses, wall, processor = [], [], []
    for i in range(steps + 2):
        start, ticks = time.perf_counter(), time.process_time()
        value = step()
        if i < 5:
            losses.append(value)
        if i >= 2:
            wall.append(time.perf_counter() - start)
            processor.append(time.process_time() - ticks)
    print(f"{np.median(wall):.6f} {np.median(processor):.6f}", *(f"{v:.6f}" for v in losses))
