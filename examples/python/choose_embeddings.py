"""Embeddings in, a tenth of the training set out.

Here the embeddings are read from files; with timm they would come from

    model = timm.create_model("vit_small_patch16_224", pretrained=True, num_classes=0).eval()

    def embed(pictures):  # uint8 (b, 224, 224, 3)
        with torch.inference_mode():
            return model(preprocess(torch.from_numpy(pictures)))

    X = decant.features("photos", embed, out="clip.npy")
"""

import numpy as np

import decant

X = np.load("clip.npy", mmap_mode="r")  # one row per sample, in the order of the data set
y = np.load("labels.npy")

chosen = decant.select(X, y, keep=0.1)
print(chosen, "--", chosen.note)

small = chosen.take(y)
print("rows of each class:", np.bincount(small).tolist())

# probe chooses for one ratio; the order of bins is good for any, and may be saved for the program:
# decant sample run-10 --keep 2% -o rows.npy
bins = decant.select(X, y, keep=0.1, method="bins")
bins.save("run-10", overwrite=True)
print("and of 2 %:", decant.load("run-10").sample(0.02))
