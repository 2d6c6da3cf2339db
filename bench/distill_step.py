"""A step of DM or DC in plain PyTorch, as published code makes it: distill_step.py METHOD STEPS THREADS FOLDER.

FOLDER holds what `distill_torch_bench … FOLDER` left. Prints the median seconds of a step, by the wall's clock and by
the processor's, the peak of memory in MB, and the objective of the first step.
"""
import pathlib
import resource
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from plain_torch import read_safetensors


class ConvNet3(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for i in range(3):
            layers += [nn.Conv2d(3 if i == 0 else 128, 128, 3, padding=1), nn.GroupNorm(128, 128), nn.ReLU(), nn.AvgPool2d(2)]
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(128 * 16, 10)

    def embed(self, x):
        return self.features(x).flatten(1)

    def forward(self, x):
        return self.classifier(self.embed(x))


def dm(net, real, synthetic):
    for p in net.parameters():
        p.requires_grad = False
    loss = torch.tensor(0.0)
    for t, s in zip(real, synthetic):
        loss = loss + ((net.embed(t).detach().mean(0) - net.embed(s).mean(0)) ** 2).sum()
    return loss


def match(g_syn, g_real):
    loss = torch.tensor(0.0)
    for s, r in zip(g_syn, g_real):
        if s.dim() < 2:
            continue
        s, r = s.reshape(s.shape[0], -1), r.reshape(r.shape[0], -1)
        loss = loss + (1 - (s * r).sum(-1) / (s.norm(dim=-1) * r.norm(dim=-1) + 1e-6)).sum()
    return loss


def dc(net, real, synthetic):
    parameters = list(net.parameters())
    loss = torch.tensor(0.0)
    for c, (t, s) in enumerate(zip(real, synthetic)):
        label = lambda x: torch.full((len(x),), c)
        g_real = [g.detach().clone() for g in torch.autograd.grad(F.cross_entropy(net(t), label(t)), parameters)]
        g_syn = torch.autograd.grad(F.cross_entropy(net(s), label(s)), parameters, create_graph=True)
        loss = loss + match(g_syn, g_real)
    return loss


def main():
    method, steps, threads, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), pathlib.Path(sys.argv[4])
    torch.set_num_threads(threads)
    pictures = lambda name: torch.from_numpy(np.fromfile(folder / name, np.float32).reshape(10, -1, 3, 32, 32))
    real, synthetic = pictures("real.f32"), pictures("synthetic.f32").requires_grad_()
    optimizer = torch.optim.SGD([synthetic], lr=1, momentum=0.5)
    wall, processor = [], []
    for i in range(steps + 2):
        start, ticks = time.perf_counter(), time.process_time()
        net = ConvNet3()
        if i == 0:
            net.load_state_dict(read_safetensors(folder / "weights.safetensors"))
        loss = {"dm": dm, "dc": dc}[method](net, real, synthetic)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        value = loss.item()
        if i == 0:
            first = value
        if i >= 2:
            wall.append(time.perf_counter() - start)
            processor.append(time.process_time() - ticks)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{np.median(wall):.6f} {np.median(processor):.6f} {peak} {first:.6f}")


main()
