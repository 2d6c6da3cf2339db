#!/usr/bin/env python3
"""What MobileNetV2, trained on ImageNet, makes of CIFAR-10's training pictures: features from a network that never saw the data set.

    mobilenet_features.py CIFAR10/ WEIGHTS.safetensors OUT.npy [--side 128]

The weights are Google's uint8 ones (mobilenet_v2_1.0_224_quant), w = (q - zero point) * scale, with the graph as JSON next to them; pictures
are enlarged bilinearly to SIDE x SIDE and scaled to (pixel - 128) / 128. Writes the 1,280 averaged outputs of every row, as float32, in the
order of data_batch_1..5. Needs NumPy and PyTorch.
"""
import argparse
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from mobilenet_backbone import read_graph


def read_weights(path):
    """The graph, and every layer's weight and bias."""
    plan, layers = read_graph(path)
    return plan, {name: tuple(torch.from_numpy(tensor) for tensor in layer) for name, layer in layers.items()}


def same_padding(x, kernel, stride):
    """TensorFlow's: what is left over goes to the end."""
    pads = []
    for side in (x.shape[3], x.shape[2]):
        total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)


def features(pictures, plan, layers):
    """(n, 3, side, side) in -1..1 to (n, 1280): the graph up to its average pool."""
    tensors = {plan[0]["src"]: pictures}
    for step in plan:
        x = tensors[step["src"]]
        if step["op"] == "avgpool":
            return x.mean((2, 3))
        if step["op"] == "add":
            y = x + tensors[step["src2"]]
        else:
            weight, bias = layers[step["name"]]
            groups = weight.shape[0] if step["op"] == "dwconv" else 1
            y = F.conv2d(same_padding(x, weight.shape[2], step["stride"]), weight, bias, step["stride"], groups=groups)
            y = y.clamp(0, 6) if step["relu6"] else y
        tensors[step["dst"]] = y
    raise SystemExit("the graph has no average pool")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data")
    parser.add_argument("weights")
    parser.add_argument("out")
    parser.add_argument("--side", type=int, default=128)
    args = parser.parse_args()
    plan, layers = read_weights(args.weights)
    batches = sorted(pathlib.Path(args.data).glob("data_batch_*.bin"))
    pixels = np.concatenate([np.fromfile(b, np.uint8).reshape(-1, 3073)[:, 1:] for b in batches]).reshape(-1, 3, 32, 32)
    out = np.empty((len(pixels), 1280), np.float32)
    with torch.no_grad():
        for start in range(0, len(pixels), 100):
            x = torch.from_numpy((pixels[start : start + 100].astype(np.float32) - 128) / 128)
            x = F.interpolate(x, size=(args.side, args.side), mode="bilinear", align_corners=False).contiguous(memory_format=torch.channels_last)
            out[start : start + 100] = features(x, plan, layers).numpy()
            if start % 5000 == 0:
                print(f"{start} of {len(pixels)} pictures", flush=True)
    np.save(args.out, out)


if __name__ == "__main__":
    main()
