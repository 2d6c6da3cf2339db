#!/usr/bin/env python3
"""cover_words.py RECORDS.jsonl OUT.npy SHARE: records whose answers cover the word pairs of all answers, an idea that decant does not have.

Greedily adds the record that gains most per word: over its words and pairs of adjacent words, (how often other records hold it) times the
logarithm of how many times as often the chosen ones hold it with this record, each count one more than it is. Stops at SHARE of all words.
"""

import collections
import heapq
import json
import math
import re
import sys

import numpy as np


def grams_of(text):
    words = re.findall(r"\w+|[^\w\s]", text.lower())
    return collections.Counter(words + list(zip(words, words[1:]))), max(1, len(words))


def covering(texts, share):
    pairs = [grams_of(text) for text in texts]
    numbers = {}
    records = [(np.array([numbers.setdefault(gram, len(numbers)) for gram in grams], np.int64), np.array(list(grams.values()), float))
               for grams, _ in pairs]
    lengths = [length for _, length in pairs]
    everywhere, chosen = np.zeros(len(numbers)), np.zeros(len(numbers))
    for grams, counts in records:
        everywhere[grams] += counts

    def gain(row):
        grams, counts = records[row]
        held = chosen[grams]
        return float((np.maximum(everywhere[grams] - counts, 0) * np.log((held + counts + 1) / (held + 1))).sum()) / lengths[row]

    heap = [(-gain(row), row, 0) for row in range(len(records))]
    heapq.heapify(heap)
    kept, left = [], math.floor(share * sum(lengths))
    while left > 0 and heap:
        _, row, seen = heapq.heappop(heap)
        if seen < len(kept):  # gains only fall: the old one is a bound
            heapq.heappush(heap, (-gain(row), row, len(kept)))
            continue
        chosen[records[row][0]] += records[row][1]
        kept.append(row)
        left -= lengths[row]
    return sorted(kept)


def main():
    source, out, share = sys.argv[1], sys.argv[2], float(sys.argv[3])
    with open(source, encoding="utf-8") as lines:
        texts = [json.loads(line)["output"] for line in lines]
    np.save(out, np.array(covering(texts, share), np.int64))


if __name__ == "__main__":
    main()
