"""The same training step in plain PyTorch: scene_step.py centre|pyramid BATCH THREADS STEPS FOLDER.

FOLDER holds what `train_torch_bench scene … FOLDER` left. Prints the median seconds of a step, by the wall's clock and
by the processor's, and the first five losses.
"""
import pathlib
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from plain_torch import load_weights, print_steps

CLASSES, HEIGHT, WIDTH = 3, 240, 320


class Block(nn.Module):
    def __init__(self, width_in, width):
        super().__init__()
        self.conv1 = nn.Conv2d(width_in, width, 3, 1 if width_in == width else 2, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        if width_in != width:
            halved = nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
            self.downsample = nn.Sequential(halved, nn.Conv2d(width_in, width, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(out + (self.downsample(x) if hasattr(self, "downsample") else x))


class TinyResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16)
        self.layer1, self.layer2 = nn.Sequential(Block(16, 32)), nn.Sequential(Block(32, 64))
        self.layer3, self.layer4 = nn.Sequential(Block(64, 96), Block(96, 96)), nn.Sequential(Block(96, 128))

    def forward(self, x):
        levels, x = [], F.relu(self.bn1(self.conv1(x)))
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
            levels.append(x)
        return levels


class Smooth(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Neck(nn.Module):
    def __init__(self, width, smooth):
        super().__init__()
        for i, channels in enumerate((32, 64, 96, 128)):
            setattr(self, f"lateral{i}", nn.Conv2d(channels, width, 1, bias=False))
            setattr(self, f"norm{i}", nn.BatchNorm2d(width))
            if smooth:
                setattr(self, f"smooth{i}", Smooth(width))

    def forward(self, levels, enlarged):
        joined = [None] * 4
        for i in (3, 2, 1, 0):
            joined[i] = getattr(self, f"norm{i}")(getattr(self, f"lateral{i}")(levels[i]))
            if i < 3:
                joined[i] = joined[i] + enlarged(joined[i + 1], joined[i])
        return joined


def nearest(x, like):
    return F.interpolate(x, size=like.shape[2:], mode="nearest")


def bilinear(x, like):
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)


class Centre(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone, self.neck = TinyResNet(), Neck(64, smooth=False)
        self.head1, self.head2, self.head3 = Smooth(64), Smooth(64), Smooth(64)
        self.outputs = nn.Conv2d(64, CLASSES + 4, 1)

    def forward(self, x):
        x = self.neck(self.backbone(x), nearest)[0]
        return self.outputs(self.head3(self.head2(self.head1(x))))

    @staticmethod
    def loss(outputs, targets):
        stride, logits = 4, outputs[:, :CLASSES]
        heat, counted = targets[:, :CLASSES], targets[:, CLASSES : 2 * CLASSES]
        sides, weight = targets[:, 2 * CLASSES : 2 * CLASSES + 4], targets[:, 2 * CLASSES + 4]
        middle, p = (heat == 1).float(), torch.sigmoid(logits)
        found = middle * (1 - p) ** 2 * F.logsigmoid(logits)
        elsewhere = (1 - middle) * counted * (1 - heat) ** 4 * p**2 * F.logsigmoid(-logits)
        boxes = outputs[:, CLASSES:].clamp(-6, 6).exp() * (8 * stride)
        least, most = torch.minimum(boxes, sides), torch.maximum(boxes, sides)
        area = lambda d: (d[:, 0] + d[:, 2]) * (d[:, 1] + d[:, 3])
        union = area(boxes) + area(sides) - area(least)
        overlap = area(least) / union - (area(most) - union) / area(most)
        objects = max(1.0, middle.sum().item())
        return (2 * (weight * (1 - overlap)).sum() - (found + elsewhere).sum()) / objects


class Pyramid(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone, self.neck = TinyResNet(), Neck(32, smooth=True)
        self.outputs = nn.Conv2d(32, CLASSES, 1)

    def forward(self, x):
        maps = self.neck(self.backbone(x), bilinear)
        smooth = [getattr(self.neck, f"smooth{i}")(maps[i]) for i in range(4)]
        return self.outputs(sum((bilinear(each, smooth[0]) for each in smooth[1:]), smooth[0]))

    @staticmethod
    def loss(outputs, targets):
        logits = F.interpolate(outputs, size=(HEIGHT, WIDTH), mode="bilinear", align_corners=False)
        return F.cross_entropy(logits, targets.long(), ignore_index=-1)


def main():
    name, batch, threads, steps, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), pathlib.Path(sys.argv[5])
    torch.set_num_threads(threads)
    net = {"centre": Centre, "pyramid": Pyramid}[name]()
    net = load_weights(net, folder / "weights.safetensors")
    pixels = np.fromfile(folder / "images.f32", np.float32).reshape(batch, HEIGHT, WIDTH, 3)
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    targets = torch.from_numpy(np.fromfile(folder / "targets.f32", np.float32))
    targets = targets.reshape(batch, -1, HEIGHT // 4, WIDTH // 4) if name == "centre" else targets.reshape(batch, HEIGHT, WIDTH)
    groups = [
        {"params": [p for p in net.parameters() if p.dim() > 1], "weight_decay": 0.05},
        {"params": [p for p in net.parameters() if p.dim() <= 1], "weight_decay": 0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-3)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = net.loss(net(images), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 10)
        optimizer.step()
        return loss.item()

    print_steps(steps, step)


main()
