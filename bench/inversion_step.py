"""A step of SRe2L in plain PyTorch, as published code makes it: inversion_step.py STEPS THREADS FOLDER.

FOLDER holds what `distill_torch_bench inversion … FOLDER` left. Statistics are taken by forward hooks on the batch norms. Prints the median
seconds of a step, by the wall's clock and by the processor's, the peak of memory in MB, and the objective of the first step.
"""
import pathlib
import resource
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from plain_torch import ResNet20, load_weights


class Statistics:
    def __init__(self, norm):
        norm.register_forward_hook(self.look)

    def look(self, norm, inputs, output):
        channels = inputs[0].shape[1]
        mean = inputs[0].mean([0, 2, 3])
        variance = inputs[0].permute(1, 0, 2, 3).contiguous().reshape([channels, -1]).var(1, unbiased=False)
        self.off = torch.norm(norm.running_var - variance, 2) + torch.norm(norm.running_mean - mean, 2)


def main():
    steps, threads, folder = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    torch.set_num_threads(threads)
    pictures = torch.from_numpy(np.fromfile(folder / "synthetic.f32", np.float32).reshape(-1, 3, 32, 32))
    low, high = torch.from_numpy(np.fromfile(folder / "range.f32", np.float32)).view(2, 3)
    pictures = pictures.contiguous(memory_format=torch.channels_last).requires_grad_()
    labels = torch.arange(len(pictures))
    net = load_weights(ResNet20(len(pictures)), folder / "weights.safetensors").eval()
    for p in net.parameters():
        p.requires_grad = False
    hooks = [Statistics(m) for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    optimizer = torch.optim.Adam([pictures], lr=0.25, betas=(0.5, 0.9), eps=1e-8)
    wall, processor = [], []
    for i in range(steps + 2):
        start, ticks = time.perf_counter(), time.process_time()
        optimizer.zero_grad()
        logits = net(pictures)
        off = sum((10 if k == 0 else 1) * hook.off for k, hook in enumerate(hooks))
        loss = F.cross_entropy(logits, labels) + 0.01 * off
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for c in range(3):
                pictures[:, c].clamp_(low[c], high[c])
        value = loss.item()
        if i == 0:
            first = value
        if i >= 2:
            wall.append(time.perf_counter() - start)
            processor.append(time.process_time() - ticks)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{np.median(wall):.6f} {np.median(processor):.6f} {peak} {first:.6f}")


main()
