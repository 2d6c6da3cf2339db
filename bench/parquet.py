"""Makes the sets of bench/parquet.sh, and measures pyarrow and cp on them."""

import glob
import json
import os
import random
import resource
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash


def make(layout, photos, folder):
    files = sorted(glob.glob(photos + "/*/*"))
    names = sorted({os.path.basename(os.path.dirname(file)) for file in files})
    rows = [{"bytes": open(file, "rb").read(), "path": os.path.basename(file)} for file in files]
    rows = [{"bytes": row["bytes"] + bytes([copy]), "path": row["path"]} for copy in range(15) for row in rows]  # no two alike
    labels = [names.index(os.path.basename(os.path.dirname(file))) for file in files] * 15
    features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
    table = pa.table({"image": rows, "label": labels}).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    os.makedirs(folder, exist_ok=True)
    if layout == "today":
        options = {"row_group_size": 9000, "write_page_index": True, "use_dictionary": ["label", "image.path"],
                   "compression": {"image.bytes": "none", "image.path": "snappy", "label": "snappy"}}
    else:
        options = {"row_group_size": 9000 if layout == "packed" else 1000, "compression": "zstd" if layout == "zstd" else "snappy"}
    pq.write_table(table, folder + "/train-00000-of-00001.parquet", **options)
    open(folder + "/done", "w").close()


def best(action, times=5):
    taken = []
    for _ in range(times):
        begin = time.process_time()
        action()
        taken.append((time.process_time() - begin) * 1e3)
    return min(taken)


def scan(file):
    size = 0
    for batch in pq.ParquetFile(file).iter_batches(100, columns=["image.bytes"], use_threads=False):
        for value in batch.column(0).field("bytes"):
            data = value.as_buffer()
            xxhash.xxh3_64_intdigest(data)
            size += len(data)
    return size


def random_rows(file, count):
    reader = pq.ParquetFile(file)
    group = reader.metadata.row_group(0).num_rows
    generator = random.Random(1)
    for _ in range(count):
        row = generator.randrange(reader.metadata.num_rows)
        reader.read_row_group(row // group, columns=["image.bytes"], use_threads=False).column(0)[row % group]


def written_by_pyarrow(layout, file, to):
    table = pq.read_table(file).take(list(range(0, 18000, 5)))
    if layout == "today":
        pq.write_table(table, to, row_group_size=9000, write_page_index=True, use_dictionary=["label", "image.path"],
                       compression={"image.bytes": "none", "image.path": "snappy", "label": "snappy"})
    else:
        pq.write_table(table, to, row_group_size=9000 if layout == "packed" else 1000, compression="zstd" if layout == "zstd" else "snappy")
    return os.path.getsize(to)


def compare(layout, folder, results):
    ours = {}
    for run in json.load(open(results))["benchmarks"]:
        if run.get("error_occurred"):
            sys.exit("parquet: FAILED: " + run.get("error_message", ""))
        if run["run_type"] == "iteration":
            known = ours.setdefault(run["name"].split("/")[0], run)
            known["cpu_time"] = min(known["cpu_time"], run["cpu_time"])
    file = glob.glob(folder + "/*.parquet")[0]
    size = scan(file)
    if size != ours["scan_parquet"]["picture_bytes"]:
        sys.exit(f"parquet: FAILED: {size} bytes of pictures by pyarrow, {ours['scan_parquet']['picture_bytes']} by decant")
    theirs = best(lambda: scan(file))
    mine = ours["scan_parquet"]["cpu_time"]
    print(f"{layout}: scanned      ours {size / mine / 1e6:6.2f} GB/s   pyarrow {size / theirs / 1e6:6.2f} GB/s   ratio {theirs / mine:.2f}")
    count = 10
    theirs = best(lambda: random_rows(file, count), 3) / count
    mine = ours["random_parquet_rows"]["cpu_time"]
    print(f"{layout}: a random row ours {mine:6.3f} ms     pyarrow {theirs:6.1f} ms     ratio {theirs / mine:.0f}")
    written = int(ours["write_parquet_fifth"]["written"])
    source, copy = folder + ".cp-from", folder + ".cp-to"
    with open(source, "wb") as out:
        out.write(os.urandom(1 << 20) * (written // (1 << 20)) + bytes(written % (1 << 20)))

    def cp():
        if os.path.exists(copy):
            os.remove(copy)
        subprocess.run(["cp", source, copy], check=True)

    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (usage.ru_utime + usage.ru_stime) * 1e3

    taken = []
    for _ in range(5):
        begin = spent()
        cp()
        taken.append(spent() - begin)
    mine = ours["write_parquet_fifth"]["cpu_time"]
    begin = time.process_time()
    theirs = written_by_pyarrow(layout, file, copy)
    spent_there = (time.process_time() - begin) * 1e3
    print(f"{layout}: a fifth written: ours {mine:.0f} ms, cp {min(taken):.0f} ms, ratio {min(taken) / mine:.2f}; "
          f"pyarrow {spent_there:.0f} ms; size {written / theirs:.3f} of pyarrow's")
    several = ours["write_parquet_on_threads"]
    print(f"{layout}: half written on {several['threads']:.0f} threads: {several['times_as_fast']:.2f} times as fast as on one, the same bytes")
    most, page = ours["memory_of_parquet_rows"]["most_memory"], ours["memory_of_parquet_rows"]["largest_page"]
    allowed = (64 << 20) + 8 * page
    print(f"{layout}: random rows on 8 threads: {most / 2**20:.0f} MiB besides the map, the largest page {page / 2**20:.1f} MiB; "
          f"allowed {allowed / 2**20:.0f} MiB")
    if most > allowed:
        sys.exit("parquet: FAILED: holds more memory than a page for each thread and 64 MiB")
    for left in (source, copy):
        os.remove(left)


if __name__ == "__main__":
    {"make": make, "compare": compare}[sys.argv[1]](*sys.argv[2:])
