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


def budget_of(cell):
    """Bytes that a set is matched by; None of one that is matched by its rows."""
    budget = cell.get("budget") or {}
    return budget["amount"] if budget.get("unit") == "bytes" else None


def table(found):
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
    lines += orders(found)
    machine = found["machine"]
    overhead = found["overhead"]["share"]
    lines += [
        "",
        f"`{found['command']}`",
        "",
        f"Protocol `{found['protocol_name']}`: {found['protocol']}. {found['test_rows']:,} test rows. {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['numerics']}; {found['date']}." + (f" Beyond training: {100 * overhead:.1f} %." if overhead is not None else ""),
    ]
    return "\n".join(lines)


def main():
    page = PAGE.read_text(encoding="utf-8")
    for file in sorted(HERE.glob("*.json")):
        mark = re.compile(rf"(<!-- {file.stem} -->\n).*?(\n<!-- end {file.stem} -->)", re.S)
        found = json.loads(file.read_text(encoding="utf-8"))
        remarks = file.with_suffix(".txt")
        text = table(found) + ("\n\n" + remarks.read_text(encoding="utf-8").rstrip() if remarks.exists() else "")
        page = mark.sub(lambda part: part[1] + text + part[2], page)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
