#!/usr/bin/env python3
"""Puts bench/evidence/NAME.json, and the lines of NAME.txt where there is one, into docs/evidence.md between <!-- NAME --> and <!-- end NAME -->."""
import json
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs" / "evidence.md"


def points(value):
    if not value or value["mean"] is None:
        return "–"
    width = f" ± {100 * value['ci95']:.2f}" if value["ci95"] is not None else ""
    return f"{100 * value['mean']:+.2f}{width}"


def orders(found):
    """Whether the networks agree: Kendall's tau of the order of sets with the first network's, and the gain over random next to the first's."""
    if not found.get("orders"):
        return []
    lines = ["", "| network | rows | τ | gain kept | sets, best first |", "|---|---|---|---|---|"]
    for order in found["orders"]:
        kept = f"{100 * order['gain_kept']:.0f} %" if order["gain_kept"] is not None else "–"
        tau = f"{order['tau']:+.2f}" if order["tau"] is not None else "–"
        lines.append(f"| {order['net']} | {order['rows']:,} | {tau} | {kept} | {', '.join(f'`{name}`' for name in order['order'])} |")
    return lines


def equal_bytes(found):
    """Random pictures of how many bytes teach as much as each set: a column for each metric."""
    if not found.get("equal_bytes"):
        return []
    cells = {}
    for equal in found["equal_bytes"]:
        bound = "" if equal["bound"] == "exact" else equal["bound"] + " "
        cells.setdefault((equal["net"], equal["set"], equal["bytes"]), {})[equal["metric"]] = f"{bound}{equal['random']:,}"
    metrics = [metric for metric in found["metrics"] if any(metric["name"] in own for own in cells.values())]
    lines = ["", "| network | set | bytes | " + " | ".join(f"random rows as good, bytes; {metric['title']}" for metric in metrics) + " |"]
    lines.append("|---" * (len(metrics) + 3) + "|")
    lines += [f"| {net} | `{name}` | {size:,} | " + " | ".join(own.get(metric["name"], "") for metric in metrics) + " |"
              for (net, name, size), own in cells.items()]
    return lines


def parts(found):
    """What sets take besides pictures, of each set and size once."""
    cells = {(cell["set"], cell["rows"]): cell for cell in found["results"] if cell.get("bytes_of")}
    if not any(cell["bytes_of"]["labels"] + cell["bytes_of"]["decoder"] for cell in cells.values()):
        return []
    lines = ["", "| set | pictures | bytes | of pictures | of labels | of decoders |", "|---|---|---|---|---|---|"]
    for (name, rows), cell in cells.items():
        own = cell["bytes_of"]
        lines.append(f"| `{name}` | {rows:,} | {cell['bytes']:,} | {own['pictures']:,} | {own['labels']:,} | {own['decoder']:,} |")
    return lines


def accuracy(cell):
    """Of a set that asks for no training of its own there is none in that column."""
    if cell is None or cell["mean"] is None:
        return ""
    return f"{100 * cell['mean']:.2f}" + (f" ± {100 * cell['ci95']:.2f}" if cell["ci95"] is not None else "")


def budget_of(cell):
    """Bytes that a set is matched by; None of one that is matched by its rows."""
    budget = cell.get("budget") or {}
    return budget["amount"] if budget.get("unit") == "bytes" else None


def by_columns(found, made):
    """Sets judged in several columns: one row for each set and size, a column for each metric; what is known of how a set was made behind it,
    and its own measures (an accuracy by kernel regression is none by a network) apart from the columns."""
    cells = {}
    for cell in found["results"]:
        cells.setdefault((cell["net"], cell["set"], cell["rows"], budget_of(cell)), {})[cell["metric"]] = cell
    metrics = found["metrics"]
    first = metrics[0]["name"]
    lines = [f"| network | set | pictures | bytes | {metrics[0]['title']}, % | against random |"]
    lines[0] += "".join(f" {metric['title']}, % |" for metric in metrics[1:]) + " seconds to make | peak memory |"
    lines.append("|---" * (lines[0].count("|") - 1) + "|")
    for (net, name, rows, budget), columns in sorted(cells.items(), key=lambda one: (one[0][0], one[0][1] != "random", -one[1][first]["mean"])):
        own = made.get(name, {})
        size = own.get("bytes") or budget
        texts = [net, f"`{name}`", f"{rows:,}", f"{size:,}" if size else "", accuracy(columns.get(first)), points(columns[first]["against_random"])]
        texts += [accuracy(columns.get(metric["name"])) for metric in metrics[1:]]
        texts += [f"{own['seconds']:,.0f}", f"{own['peak_rss_bytes'] / 1e6:,.0f} MB"] if own else ["", ""]
        lines.append("| " + " | ".join(texts) + " |")
    measured = [f"`{name}` {value:.3g}" for name, own in made.items() for value in own["measures"].values()]
    if measured:
        lines += ["", "By its method's own measure, kernel regression on the test rows, which is no network's accuracy: " + ", ".join(measured) + "."]
    return lines


def with_gains(columns, metrics):
    """A row for each set: every metric, and what is gained over random rows. `columns`: ((net, rows, set), cells by metric), in order."""
    lines = ["| network | rows | set | seeds | " + " | ".join(f"{metric['title']}, % | against random" for metric in metrics) + " |"]
    lines.append("|---" * (lines[0].count("|") - 1) + "|")
    for (net, rows, name), own in columns:
        first = own[metrics[0]["name"]]
        texts = [net, f"{rows:,} ({100 * first['keep']:.3g} %)", f"`{name}`", str(len(first["seeds"]))]
        for metric in metrics:
            texts += [accuracy(own[metric["name"]]), points(own[metric["name"]]["against_random"])]
        lines.append("| " + " | ".join(texts) + " |")
    return lines


def best_first(found):
    """Cells by network, rows and set: everything, random rows, then the best by the first metric."""
    cells = {}
    for cell in found["results"]:
        cells.setdefault((cell["net"], cell["rows"], cell["set"]), {})[cell["metric"]] = cell
    first = found["metrics"][0]["name"]
    return sorted(cells.items(), key=lambda one: (one[0][2] != "full", one[0][2] != "random", -one[1][first]["mean"]))


def by_sets(found):
    by_bytes = any(budget_of(cell) for cell in found["results"])
    lines = [f"| network |{' bytes |' if by_bytes else ''} rows | set | seeds | accuracy, % | against random |"]
    lines.append("|---" * (7 if by_bytes else 6) + "|")
    for cell in sorted(found["results"], key=lambda cell: (cell["net"], budget_of(cell) or cell["rows"], cell["set"] != "random", -cell["mean"])):
        width = f" ± {100 * cell['ci95']:.2f}" if cell["ci95"] is not None else ""
        keep = f"{cell['rows']:,} ({100 * cell['keep']:.3g} %)"
        size = f" {budget_of(cell):,} |" if by_bytes else ""
        lines.append(
            f"| {cell['net']} |{size} {keep} | `{cell['set']}` | {len(cell['seeds'])} | {100 * cell['mean']:.2f}{width} | {points(cell['against_random'])} |"
        )
    return lines


def by_classes(found):
    """Sets with objects or masks: the metrics of all classes, then a table of single classes' means."""
    columns = best_first(found)
    lines = with_gains(columns, [metric for metric in found["metrics"] if not metric.get("of_class")])
    lines += ["", "| class | " + " | ".join(f"`{name}`, {rows:,}" for (_, rows, name), _ in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for metric in found["metrics"]:
        if metric.get("of_class"):
            means = [f"{100 * own[metric['name']]['mean']:.1f}" if metric["name"] in own else "–" for _, own in columns]
            lines.append(f"| {metric['of_class']} | " + " | ".join(means) + " |")
    return lines


def value(cell):
    return f"{cell['mean']:.4f}" + (f" ± {cell['ci95']:.4f}" if cell["ci95"] is not None else "")


def by_losses(found):
    """Sets judged by metrics that are no shares: the lowest first."""
    cells = {}
    for cell in found["results"]:
        cells.setdefault((cell["net"], cell["rows"], cell["set"]), {})[cell["metric"]] = cell
    metrics = found["metrics"]
    lines = ["| network | rows | set | seeds | " + " | ".join(f"{metric['title']}, {metric['unit']}" for metric in metrics) + " | against random |"]
    lines.append("|---" * (lines[0].count("|") - 1) + "|")
    for (net, rows, name), columns in sorted(cells.items(), key=lambda one: (one[0][2] != "random", one[1][metrics[0]["name"]]["mean"])):
        first = columns[metrics[0]["name"]]
        against = f"{first['against_random']['mean']:+.4f} ± {first['against_random']['ci95']:.4f}" if first["against_random"] else "–"
        values = " | ".join(value(columns[metric["name"]]) for metric in metrics)
        lines.append(f"| {net} | {rows:,} ({100 * first['keep']:.3g} %) | `{name}` | {len(first['seeds'])} | {values} | {against} |")
    return lines


def table(found, made):
    metrics = found.get("metrics", [])
    if any(metric.get("of_class") for metric in metrics):
        lines = by_classes(found)
    elif found["protocol_name"].startswith("transfer"):
        lines = with_gains(best_first(found), metrics)
    elif metrics and metrics[0]["unit"] != "%":
        lines = by_losses(found)
    else:
        lines = by_columns(found, made) if len(metrics) > 1 else by_sets(found)
    lines += parts(found) + orders(found) + equal_bytes(found)
    machine = found["machine"]
    overhead = found["overhead"]["share"]
    lines += [
        "",
        f"`{found['command']}`",
        "",
        f"Protocol `{found['protocol_name']}`: {found['protocol'].removeprefix(found['protocol_name'] + ': ')}. {found['test_rows']:,} test rows. {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['numerics']}; {found['date']}." + (f" Beyond training: {100 * overhead:.1f} %." if overhead is not None else ""),
    ]
    return "\n".join(lines)


def trial_value(cell, decimals):
    if cell is None or cell["mean"] is None:
        return ""
    return f"{cell['mean']:,.{decimals}f}" + (f" ± {cell['ci95']:,.{decimals}f}" if cell["ci95"] is not None else "")


def trial(found):
    """What `decant trial` measured: a row for each set, a column for each metric; then the series, those along the same places together."""
    decimals = {"": 3, "%": 1, "points": 1}
    cells, metrics = {}, []
    for cell in found["results"]:
        cells.setdefault(cell["set"], {})[cell["metric"]] = cell
        if cell["metric"] not in [name for name, _ in metrics]:
            metrics.append((cell["metric"], cell["unit"]))
    scale = {"%": 100, "points": 100}
    first, unit = metrics[0]
    titles = [f"{name}, {unit}" if unit else name for name, unit in metrics]
    lines = [f"| set | {titles[0]} | against random | " + " | ".join(titles[1:]) + " |", "|---" * (len(metrics) + 2) + "|"]
    for name, own in cells.items():
        against = (own.get(first) or {}).get("against_random")
        gap = ""
        if against and against["mean"] is not None:
            width = f" ± {scale.get(unit, 1) * against['ci95']:.1f}" if against["ci95"] is not None else ""
            gap = f"{scale.get(unit, 1) * against['mean']:+.1f}{width}"
        values = [trial_value(own.get(metric), decimals.get(of, 1)) for metric, of in metrics]
        lines.append(f"| `{name}` | {values[0]} | {gap} | " + " | ".join(values[1:]) + " |")
    done = set()
    for one in found["series"]:
        group = (one["along"], one["of"], tuple(one["at"]))
        if group in done:
            continue
        done.add(group)
        lines += ["", f"| {one['of']}, by {one['along']} | " + " | ".join(f"{at:.4g}" for at in one["at"]) + " |", "|---" * (len(one["at"]) + 1) + "|"]
        lines += [f"| `{other['set']}` | " + " | ".join(f"{value:.1f}" for value in other["values"]) + " |" for other in found["series"]
                  if (other["along"], other["of"], tuple(other["at"])) == group]
    machine = found["machine"]
    lines += ["", f"`{found['command']}`", "", f"{found['protocol']}. {machine['cpu']}, {machine['cores']} cores, {machine['numerics']}; {found['date']}."]
    return "\n".join(lines)


def curve(files):
    """Accuracy of random rows by their number and by steps, from one file for each number of steps."""
    steps, cells, rows = [], {}, {}
    for file in sorted(files, key=lambda file: int(file.stem.rsplit("_", 1)[1])):
        steps.append(int(file.stem.rsplit("_", 1)[1]))
        found = json.loads(file.read_text(encoding="utf-8"))
        for cell in found["results"]:
            cells[cell["rows"], steps[-1]] = accuracy(cell)
            rows[cell["rows"]] = f"{cell['rows']:,} ({100 * cell['keep']:.3g} %)"
    lines = ["| rows | " + " | ".join(f"{count:,} steps" for count in steps) + " |", "|---" * (len(steps) + 1) + "|"]
    lines += [f"| {rows[count]} | " + " | ".join(cells.get((count, each), "") for each in steps) + " |" for count in sorted(rows)]
    machine = found["machine"]
    lines += [
        "",
        f"`{found['command']}` and the like. {machine['cpu']}, {machine['cores']} cores, {machine['numerics']}; {found['date']}.",
    ]
    return "\n".join(lines)


def means(file, keep):
    found = json.loads(file.read_text(encoding="utf-8"))
    return {cell["set"]: cell["mean"] for cell in found["results"] if abs(cell["keep"] - keep) < 1e-3}


def tau(first, second):
    """Kendall's, of two orders of the same sets; pairs that tie in either count for nothing."""
    names = sorted(first.keys() & second.keys())
    pairs = [(first[a] - first[b]) * (second[a] - second[b]) for i, a in enumerate(names) for b in names[:i]]
    return sum((pair > 0) - (pair < 0) for pair in pairs) / len(pairs), len(names)


def foretold():
    """How well the probe foretells the order that trainings put methods into."""
    lines = ["| rows kept | methods | τ of the probe's order with `quick`'s |", "|---|---|---|"]
    for keep, name in ((0.1, "cifar10_methods"), (0.3, "cifar10_methods_30")):
        agreement, count = tau(means(HERE / "cifar10_probe.json", keep), means(HERE / f"{name}.json", keep))
        lines.append(f"| {100 * keep:.0f} % | {count} | {agreement:+.2f} |")
    return "\n".join(lines)


def put(page, name, text):
    mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)", re.S)
    return mark.sub(lambda part: part[1] + text + "\n" + part[2], page)


def main():
    page = PAGE.read_text(encoding="utf-8")
    if (HERE / "cifar10_probe.json").exists():
        page = put(page, "foretold", foretold())
    curves = list(HERE.glob("long_curve_*.json"))
    if curves:
        page = put(page, "long_curve", curve(curves))
    for file in sorted(HERE.glob("*.json")):
        found = json.loads(file.read_text(encoding="utf-8"))
        sets = file.with_suffix(".sets")  # of synthetic ones: what made_sets.py says of them
        made = {one["set"]: one for one in json.loads(sets.read_text(encoding="utf-8"))} if sets.exists() else {}
        remarks = file.with_suffix(".txt")
        text = (trial(found) if found.get("format") == "decant-trial-1" else table(found, made)) + ("\n\n" + remarks.read_text(encoding="utf-8").rstrip() if remarks.exists() else "")
        page = put(page, file.stem, text)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
