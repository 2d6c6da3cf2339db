"""What the benchmarks against plain PyTorch share: weights that a program of ours wrote, and the clock."""
import json
import time

import numpy as np
import torch


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
