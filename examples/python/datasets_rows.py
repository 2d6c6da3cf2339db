"""A Hugging Face data set in, a smaller one out. Nothing is exported: rows are chosen by number."""
# needs: datasets

import datasets
import numpy as np

import decant

X = np.load("clip.npy", mmap_mode="r")
full = datasets.Dataset.from_dict({"label": np.load("labels.npy")})

chosen = decant.select(X, full["label"], keep=0.1)
small = chosen.take(full)  # full.select(chosen.indices)
print(chosen)
print(small)
