"""What tools/identity.py runs: every verb, method, rule, objective and format of decant, on the sets of identity_sets.py.

A case is a list of steps that run one after the other in a folder of its own. A step is a line for the program, or for one of the ways
below. In a line, $sets is the folder of the sets and $made the outputs of the case that this one needs.

A new method, rule, objective, kind of features or verb gets a case here. identity.py fails until it has one or stands in NEW.
"""
import dataclasses

NEW = {  # what the program compared with does not know yet, so there is nothing to compare: {"verbs": [...], "methods": [...]}
    "verbs": ["distill", "duplicates", "extend", "measure", "patches", "unpack"],
    "tos": ["packed"],
    "methods": ["toward", "kernel-herding"],
    "schedules": ["half"],
    "featuress": ["static", "sentence"],
}

BY_FEATURES = ["bins", "bins-weighted", "facility-location", "subzerocore", "k-center", "herding", "kernel-herding", "k-means", "zcore", "thinning",
               "moderate"]
BY_RECORD = ["progress", "dual", "uncertainty", "el2n", "grand", "forgetting", "aum", "margin", "loss", "entropy", "confidence"]
BY_SCORES = ["ccs", "d2", "scores", "probe"]  # scores of any source
RULES = ["top", "band", "strata", "beta"]
FUNCTIONS = ["graph-cut", "graph-cut-dot", "graph-cut-euclidean", "herding", "disparity-sum"]
NETS = {  # steps and the side of the pictures
    "quick": (40, 16), "convnet3": (6, 8), "lenet": (20, 16), "mlp": (20, 16), "resnet20": (6, 8), "resnet56": (2, 8),
    "resnet18": (2, 8), "resnet18-imagenet": (2, 32), "vit": (2, 8), "vit-mini": (6, 8),
}
SETS = {  # PATH and options
    "photos": "$sets/photos", "flat": "$sets/flat", "cifar10": "$sets/cifar10", "cifar100": "$sets/cifar100", "idx": "$sets/idx",
    "idx-gz": "$sets/idx-gz", "shards": "$sets/shards", "matrix": "$sets/x.npy --labels $sets/y.npy", "bare": "$sets/x.npy",
    "parts": "'$sets/part-{0..2}.npy' --labels $sets/y.npy",
}
PICTURES = ["photos", "flat", "cifar10", "cifar100", "idx", "shards"]


@dataclasses.dataclass
class Case:
    """`steps`: lines, or (way, line) with a way of identity.py: interrupted, ranks, drawn."""
    name: str
    steps: list
    threads: tuple = (1, 2)  # run once for each
    networks: bool = False   # wants decant_neural.so, and repeats for the same number of threads alone
    needs: str = ""          # the case whose outputs are $made and whose cache this one begins with


def all_cases():
    cases = readers() + objects() + tables() + many_jobs() + matrices() + photos() + bins() + networks() + judges()
    return sorted(cases, key=lambda case: case.needs != "")  # what others wait for comes first


def network_case(name, steps, needs="", threads=(1,)):
    return Case(name, steps, threads=threads, networks=True, needs=needs)


def readers():
    cases = []
    for name, path in SETS.items():
        plain = path.split()[0] if name != "parts" else "'$sets/part-{0..2}.npy'"
        cases.append(Case(f"read {name}", [
            f"inspect {path}", f"inspect {path} --json", f"inspect {path} --deep --json",
            f"plan {path} --keep 20%", f"plan {path} --keep 20% --json",
            f"compress {path} -o random --keep 20% --method random --json",
            f"compress {path} -o seed --keep 17 --method random --seed 5",
            f"verify random --json", f"verify random --source {plain} --json", "report random --json", "report random --no-pictures",
            f"sample random --keep 10% -o less", "sample random --keep 9 --seed 3 -o less.npy --json",
        ]))
    for name in PICTURES:
        cases.append(Case(f"features of {name}", [
            f"features {SETS[name]} -o f.npy --feature-width 32 --json",
            f"compress {SETS[name]} -o bins --keep 30% --method bins --feature-width 32",
            f"compress {SETS[name]} -o folders --keep 30% --method random --to imagefolder",
            f"compress {SETS[name]} -o tars --keep 30% --method herding --feature-width 32 --to webdataset",
            "verify tars --json", "inspect folders/data --json", "inspect tars/data --json",
        ]))
    cases.append(Case("refusals", [
        "inspect $sets/nothing", "compress $sets/photos -o out --method nothing", "compress $sets/photos -o out --keep 0",
        "compress $sets/photos -o out --keep 300", "compress $sets/photos -o out --strict", "compress $sets/x.npy -o out --method probe",
        "compress $sets/x.npy -o out --method el2n --labels $sets/y.npy", "compress $sets/x.npy -o out --method d2 --rule beta",
        "compress $sets/x.npy -o out --method scores", "compress $sets/photos -o $sets/photos", "bins $sets/photos -o out", "inspekt x",
        "compress $sets/x.npy -o out --method bins --function graph-cut-euclidean --lambda 0.4",
        "bins $sets/x.npy -o out --function graph-cut-gradient",
        "compress $sets/x.npy -o out --labels $sets/y-test.npy", "compress $sets/photos -o out --method herding+rule=top", "sample nothing -o x",
        "verify $sets/photos", "compress $sets/photos -o out --hard-cut 1",
    ]))
    cases.append(Case("config file", [("write", "ours.toml keep='10%'\nseed=7\n[compress]\nmethod='random'\n"),
                                      "compress $sets/photos -o out --config ours.toml"]))
    return cases


def objects():
    """Sets with several things in a picture."""
    cases = []
    for name, path in (("yolo", "$sets/yolo/data.yaml"), ("voc", "$sets/voc"), ("coco", "$sets/coco/annotations/instances_train.json"),
                       ("masks", "$sets/masks")):
        steps = [f"inspect {path} --json", f"compress {path} -o random --keep 30% --method random",
                 f"compress {path} -o objects --keep 30% --method objects --json", f"compress {path} -o floors --keep 20 --min-objects 3 --method objects",
                 f"compress {path} -o herding --keep 25% --method herding --feature-width 32", f"verify objects --source {path} --json",
                 "sample objects --keep 10% -o less", "inspect objects/data --json"]
        if name != "masks":
            steps += [f"compress {path} -o crowds --keep 25% --per-image 1 --method objects",
                      f"compress {path} -o budget --keep-objects 30% --method objects",
                      f"compress {path} -o listed --keep 25% --method objects --store list"]
        cases.append(Case(f"objects as {name}", steps))
    return cases


def tables():
    """Parquet of pictures, texts, and what export makes of a run."""
    path = "$sets/photos"
    return [
        Case("parquet", [
            f"compress {path} -o table --keep 100% --method random --to parquet", "inspect table/data --json",
            "compress table/data -o small --keep 30% --method bins --feature-width 32 --json", "verify small --source table/data --json",
            "features table/data -o f.npy --feature-width 32 --image-field image --json", "sample small --keep 10% -o less",
            "compress table/data -o folders --keep 20% --method random --to imagefolder"]),
        Case("export", [
            f"compress {path} -o run --keep 30% --method herding --features $sets/photo-x.npy", "export run -o rows.parquet",
            "export run -o rows.csv", "export run -o rows.jsonl", "bins $sets/x.npy --labels $sets/y.npy -o bins", "export bins -o bins.csv --source $sets/x.npy"]),
        Case("texts", [
            "inspect $sets/texts.jsonl --json", "features $sets/texts.jsonl -o f.npy --features lsa --json",
            "compress $sets/texts.jsonl -o small --keep 25% --method k-center", "verify small --source $sets/texts.jsonl --json",
            "export small -o rows.jsonl"]),
    ]


def many_jobs():
    """Three jobs of each stage, and what joins them."""
    cases = []
    for name, path in (("photos", "$sets/photos"), ("shards", "'$sets/shards/s-{0..1}.tar'"), ("cifar10", "$sets/cifar10"),
                       ("yolo", "$sets/yolo/data.yaml")):
        shards = [f"{i}/3" for i in range(3)]
        join = f"finish {path} --scans 'scan-*.json' --rows rows.npy --parts 'part-*'"
        order = ["bins 'feats-*.npy' --scans 'scan-*.json' -o order", "sample order --keep 30% -o rows.npy"]
        if name == "yolo":  # objects are counted with the set at hand
            order = [f"compress {path} --scans 'scan-*.json' --features 'feats-*.npy' --method herding --keep 30% -o order",
                     "sample order --keep 30% -o rows.npy"]
        cases.append(Case(f"jobs on {name}", [
            *[f"scan {path} --shard {shard} -o scan-{shard[0]}.json" for shard in shards],
            f"features {path} --fit-only --feature-width 32 --scans 'scan-*.json' -o filters.safetensors",
            *[f"features {path} --shard {shard} --feature-width 32 --filters filters.safetensors -o feats-{shard[0]}.npy" for shard in shards],
            *order, *[f"write {path} --shard {shard} --rows rows.npy -o part-{shard[0]}" for shard in shards],
            f"{join} --order order -o small", f"{join} -o bare", f"verify small --source {path} --json",
            *([f"{join} -o table --to parquet"] if name != "yolo" else []),
            f"compress {path} --scans 'scan-*.json' --features 'feats-*.npy' --method bins --keep 30% -o one", f"{join} -o small --drop 25%"]))
    return cases


def matrices():
    x, labelled = "$sets/x.npy", "$sets/x.npy --labels $sets/y.npy"
    cases = []
    for method in BY_FEATURES + ["random", "auto"]:
        how = f"--method {method}"
        cases.append(Case(f"matrix {method}", [
            f"compress {labelled} -o labels --keep 25% {how}", f"compress {labelled} -o seed --keep 30 --seed 7 {how}",
            f"compress {labelled} -o pool --pool --keep 25% {how}", f"compress {x} -o bare --keep 25% {how}",
            f"compress {labelled} -o kmeans --pools kmeans:5 --keep 25% {how}", f"compress {x} -o kmeans3 --pools kmeans:3 --seed 3 {how}",
            f"compress {x} -o pools --pools $sets/pools.npy --keep 25% {how}",
            f"compress {labelled} -o cut --hard-cut 0.2 --keep 25% {how}",
            f"compress {labelled} -o column --hard-cut 0.3 --scores $sets/numbers.npy --keep 15% {how}",
            f"compress '$sets/part-{{0..2}}.npy' -o parts --keep 10% {how}",
            f"bins {labelled} -o bins {how} --json", f"bins {x} -o bins20 --keep 20% --seed 2 {how}",
            f"bins {x} -o binpools --pools kmeans:4 --keep 30% {how}", "sample bins --keep 20% -o bins.npy --seed 4",
            "sample labels --keep 10% -o less", "sample bins20 --keep 15% -o fifth.npy",
            f"sample bins20 --keep 20% -o whole --source {x}",
        ]))
    for method in BY_SCORES:
        how = f"--method {method}"
        given = "--scores $sets/numbers.npy"
        steps = []
        if method != "scores":  # where nothing is said, a probe gives them
            steps += [f"compress {labelled} -o probe --keep 25% {how}", f"compress {labelled} -o seed --keep 30 --seed 7 {how}",
                      f"compress {labelled} -o pool --pool --keep 25% {how}", f"compress {labelled} -o cut --hard-cut 0.2 --keep 25% {how}",
                      f"compress {x} -o kmeans --pools kmeans:4 --keep 25% {how}", f"bins {labelled} -o bins --keep 40% {how}",
                      "sample bins --keep 40% -o bins.npy"]
        if method != "probe":
            steps += [f"compress {labelled} -o given --keep 25% {given} {how}", f"compress {x} -o bare --keep 25% {given} {how}",
                      f"compress {labelled} -o given7 --keep 30 --seed 7 {given} {how}",
                      f"compress {x} -o kmeans4 --pools kmeans:4 --keep 25% {given} {how}",
                      f"compress {x} -o pools --pools $sets/pools.npy --keep 25% {given} {how}",
                      f"compress {labelled} -o givencut --hard-cut 0.2 --keep 25% {given} {how}",
                      f"bins {x} -o barebins --keep 40% --seed 3 {given} {how}", "sample barebins --keep 20% -o less.npy"]
        if method != "d2":
            source = given if method == "scores" else ""
            for rule in RULES:
                steps.append(f"compress {labelled} -o {rule} --keep 20% --rule {rule} {source} {how}")
            steps.append(f"compress {labelled} -o mode --keep 20% --rule beta --beta-mode 0.2 --beta-power 2 {source} {how}")
        cases.append(Case(f"matrix {method}", steps))
    for function in FUNCTIONS:
        for method in ["bins", "bins-weighted"]:
            how = f"--method {method} --function {function}"
            weight = "--lambda 0.4" if function in ("graph-cut", "graph-cut-dot") else ""  # the others take none
            cases.append(Case(f"{method} {function}", [
                f"compress {labelled} -o labels --keep 25% {how}", f"compress {x} -o bare --bins 3 --keep 25% {how}",
                f"compress {labelled} -o lambda {weight} --keep 25% {how}", f"bins {x} -o bins --bins 7 {weight} {how}",
                f"bins {labelled} -o pools --pools kmeans:3 --bins 4 {how}",
            ]))
    return cases


def photos():
    """Methods on pictures: conv-kmeans features, a record of training, or what the user gives."""
    path = "$sets/photos"
    features = [f"features {path} -o f.npy --features conv-kmeans --json", f"features {path} -o f7.npy --seed 7"]
    cases = [Case("photos", features),
             network_case("record", [f"scores {path} -o scores --epochs 6 --image-size 8 --json"] + features)]
    for method in BY_FEATURES:
        how = f"--method {method}"
        cases.append(Case(f"photos {method}", [
            f"compress {path} -o labels --keep 30% {how}", f"compress {path} -o seed --keep 12 --seed 7 {how}",
            f"compress {path} -o pools --pools $sets/photo-pools.npy --keep 30% {how}",
            f"compress {path} -o kmeans --pools kmeans:3 --keep 30% {how}", f"compress {path} -o given --features $sets/photo-x.npy {how}",
            f"compress {path} -o cut --hard-cut 0.2 --scores $sets/photo-numbers.npy --keep 30% {how}", "sample labels --keep 10% -o less",
            "verify cut --json",
        ], needs="photos"))
        cases.append(network_case(f"record {method}", [
            f"compress {path} -o cut --hard-cut 0.2 --scores $made/scores --keep 30% {how}"], needs="record"))
    for method in BY_RECORD + ["ccs", "d2", "probe"]:
        how = f"--method {method}" + ("" if method == "probe" else " --scores $made/scores")
        steps = [f"compress {path} -o labels --keep 30% {how}", f"compress {path} -o seed --keep 12 --seed 7 {how}",
                 f"compress {path} -o pool --pool --keep 30% {how}", f"compress {path} -o cut --hard-cut 0.25 --keep 30% {how}",
                 "sample labels --keep 10% -o less"]
        if method != "d2":
            for rule in RULES:
                steps.append(f"compress {path} -o {rule} --keep 20% --rule {rule} {how}")
            steps.append(f"compress {path} -o mode --keep 20% --rule beta --beta-mode 0.3 --beta-power 2 {how}")
        cases.append(network_case(f"record {method}", steps, needs="record"))
    return cases


def bins():
    return [
        Case("large", ["bins $sets/large.npy -o one --bins 4", "bins $sets/large.npy --labels $sets/large-y.npy -o classes --bins 5",
                       "bins $sets/large.npy -o kmeans --pools kmeans:6", "bins $sets/large.npy -o tenth --method facility-location --keep 2%"]),
        Case("interrupted", [("interrupted", "bins $sets/large.npy -o one --bins 4"), "bins $sets/large.npy -o one --bins 4"]),
        Case("two ranks", [("ranks", "bins $sets/large.npy -o one --bins 4"),
                           ("ranks", "bins $sets/large.npy --labels $sets/large-y.npy -o classes --bins 5")], threads=(1,)),
    ]


def networks():
    idx = "$sets/idx"
    cases = []
    for net, (steps, side) in NETS.items():
        cases.append(network_case(f"train {net}", [
            f"train {idx} -o w.safetensors --net {net} --steps {steps} --batch {16 if net == 'quick' else 4} --image-size {side} --json"]))
    options = "--optimizer adamw --learning-rate 0.003 --schedule cosine --warmup 0 --label-smoothing 0 --no-flip --seed 4"
    cases += [
        network_case("train options", [
            f"train {idx} -o adamw.safetensors --steps 20 --batch 8 {options} --json",
            f"train {idx} -o step.safetensors --optimizer sgd --epochs 1 --batch 16 --schedule step --crop 0 --momentum 0.5 --weight-decay 0.01 --json",
            f"train {idx} -o heavy.safetensors --optimizer momentum --steps 10 --batch 8 --json",
            "train $sets/photos -o photos.safetensors --steps 20 --batch 8 --schedule constant --json",
            "train $sets/photos -o linear.safetensors --steps 20 --batch 8 --schedule linear --seed 2",
            "compress $sets/photos -o small --method random --keep 50%",
            "train small --test $sets/photos -o small.safetensors --steps 20 --batch 8 --json"], threads=(1, 2)),
        network_case("train a network that fills in", [
            f"train {idx} -o mae.safetensors --net mae+width=32+depth=2 --steps 10 --batch 8 --json",
            f"train {idx} -o plain.safetensors --net mae+width=32+depth=2+drop=25+smooth=0 --steps 10 --batch 8 --json"]),
        network_case("network features", [
            f"train {idx} -o w.safetensors --steps 20 --batch 8",
            f"features {idx} -o embedding.npy --features embedding --weights w.safetensors --json",
            f"features {idx} -o gradient.npy --features gradient --weights w.safetensors --normalisation imagenet",
            f"features {idx} -o own.npy --features embedding --epochs 2 --net lenet --seed 2 --json",
            f"compress {idx} -o bins --method bins --function graph-cut --features gradient --weights w.safetensors",
            f"compress {idx} -o factored --method bins --function graph-cut-gradient --features gradient --weights w.safetensors",
            f"compress {idx} -o weighted --method bins-weighted --features embedding --weights w.safetensors",
            f"compress {idx} -o herding --method herding --features embedding --epochs 2 --keep 10%",
            "features $sets/photos -o photos.npy --features gradient --epochs 1 --image-size 8"], threads=(1, 2)),
        network_case("scores", [
            f"scores {idx} -o quick --epochs 3 --json", f"scores {idx} -o lenet --net lenet --epochs 3 --no-flip --seed 3 --json",
            f"compress {idx} -o dual --method dual --scores lenet --keep 20%"], threads=(1, 2)),
        network_case("auto", [
            f"compress {idx} -o idx --score-epochs 6 --image-size 8", f"compress {idx} -o short --minutes 0.0001", f"compress {idx} -o few --score-epochs 4",
            "compress $sets/photos -o photos", "compress $sets/flat -o flat", f"compress {idx} -o column --scores $sets/idx-numbers.npy",
            "compress $sets/photos -o kmeans --pools kmeans:3 --score-epochs 6 --image-size 8 --keep 25%",
            "compress $sets/photos -o pools --pools $sets/photo-pools.npy --method aum --score-epochs 3 --image-size 8 --keep 25%"]),
        network_case("demo on photos", ["demo $sets/photos -o demo --keep 20% --seeds 1 --steps 10"]),
        Case("demo's pictures", [("drawn", "demo -o demo --seeds 1 --steps 10")], threads=(2,)),
    ]
    return cases


def judges():
    x = "$sets/x.npy"
    short = "--steps 12 --batch 8 --image-size 8 --seeds 2"
    return [
        Case("judge a matrix", [
            f"compress {x} --labels $sets/y.npy -o small --keep 25% --method herding",
            f"evaluate {x} small --labels $sets/y.npy --test $sets/x-test.npy --test-labels $sets/y-test.npy",
            f"evaluate {x} $sets/some.npy $sets/others.npy --labels $sets/y.npy -o judged.json",
            f"evaluate {x} --labels $sets/y.npy --against full,random,{','.join(BY_FEATURES)},probe,ccs,d2 --keep 10%,30% --seeds 2 -o judged-methods.json",
            f"evaluate {x} --labels $sets/y.npy --against random,scores+rule=beta,moderate+hard-cut=0.2 --scores $sets/numbers.npy --keep 20%"
            " --weight-decay 0.05 --hold-out 0.3 --seed 5 --pools kmeans:3 -o judged-pools.json"]),
        network_case("judge photos", [
            "compress $sets/photos -o small --keep 30% --method bins --feature-width 32",
            f"evaluate $sets/photos small {short}", f"evaluate $sets/photos small $sets/photo-rows.npy {short} --nets quick,mlp -o judged.json",
            f"evaluate $sets/photos --against full,random,herding,probe --keep 10%,30% --feature-width 32 {short} --seed 3 -o judged-methods.json",
            f"evaluate $sets/photos --against aum,dual --score-epochs 3 --keep 20% {short} --no-cache -o judged-scores.json"]),
        network_case("judge the rest", [
            f"evaluate $sets/idx --against full,random --keep 20% {short} --protocol paper --nets quick -o judged-paper.json",
            f"evaluate $sets/shards --against full,random --keep 20% --epochs 1 --batch 16 --seeds 2 --hold-out 0.25 -o judged-held.json",
            f"evaluate $sets/cifar10 --against random,bins --features embedding --feature-epochs 1 --keep 20% {short} -o judged-features.json"]),
    ]
