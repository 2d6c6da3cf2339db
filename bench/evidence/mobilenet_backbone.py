#!/usr/bin/env python3
"""Google's quantised MobileNetV2 as weights for the net mobilenetv2-tensorflow, under torchvision's names.

    mobilenet_backbone.py mobilenet_v2_1.0_224_quant.safetensors OUT.safetensors

Weights are w = (q - zero point) * scale; batch norms were folded into them, so those written here do nothing but add the bias. Pixels were
scaled to (pixel - 128) / 128: --normalise 0.50196/0.50196. The 1,001st class is the background. Needs NumPy.
"""
import json
import pathlib
import struct
import sys

import numpy as np

EPSILON = 1e-5  # of torchvision's batch norms
TYPES = {"U8": np.uint8, "I32": np.int32, "F32": np.float32}


def read_graph(path):
    """The steps of the graph, and weight and bias of every convolution, by name and in their order."""
    raw = pathlib.Path(path).read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size])
    plan = json.loads(header.pop("__metadata__")["plan"])

    def tensor(name):
        of = header[name]
        start, end = of["data_offsets"]
        return np.frombuffer(raw[8 + size + start : 8 + size + end], TYPES[of["dtype"]]).reshape(of["shape"])

    layers = {}
    for step in plan:
        if "conv" in step["op"]:
            name = step["name"]
            zero, scale = tensor(f"{name}.weight_zero_point")[0], tensor(f"{name}.weight_scale")[0]
            layers[name] = (tensor(f"{name}.weight_q").astype(np.float32) - zero) * scale, tensor(f"{name}.bias").astype(np.float32)
    return plan, layers


def torchvision_names():
    """Convolution and norm of every layer up to the last map."""
    yield "features.0.0", "features.0.1"
    yield "features.1.conv.0.0", "features.1.conv.0.1"
    yield "features.1.conv.1", "features.1.conv.2"
    for block in range(2, 18):
        for part in ("0", "1"):
            yield f"features.{block}.conv.{part}.0", f"features.{block}.conv.{part}.1"
        yield f"features.{block}.conv.2", f"features.{block}.conv.3"
    yield "features.18.0", "features.18.1"


def as_torchvision(layers):
    tensors = {}
    for (conv, norm), (weight, bias) in zip(torchvision_names(), layers[:-1], strict=True):
        tensors[f"{conv}.weight"] = weight
        tensors[f"{norm}.weight"] = np.full_like(bias, np.sqrt(1 + EPSILON))
        tensors[f"{norm}.bias"] = bias
        tensors[f"{norm}.running_mean"] = np.zeros_like(bias)
        tensors[f"{norm}.running_var"] = np.ones_like(bias)
    weight, bias = layers[-1]
    tensors["classifier.1.weight"] = weight.reshape(weight.shape[:2])
    tensors["classifier.1.bias"] = bias
    return tensors


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            out.write(np.ascontiguousarray(tensor, np.float32).tobytes())


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    write_safetensors(arguments[1], as_torchvision(list(read_graph(arguments[0])[1].values())))


if __name__ == "__main__":
    main(sys.argv[1:])
