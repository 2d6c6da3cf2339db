"""Reads lines "clusters N x D, T threads: S s" from standard input, prints the exponent of growth, and draws it (argument: an .svg to write)."""
import math
import re
import sys

points = [(int(n), float(s)) for n, s in re.findall(r"^clusters (\d+) x \d+, \d+ threads: ([\d.]+) s", sys.stdin.read(), re.M)]
if len(points) < 3:
    sys.exit("growth: fewer than three pools to fit")
logs = [(math.log(n), math.log(s)) for n, s in points]
mean_x = sum(x for x, _ in logs) / len(logs)
mean_y = sum(y for _, y in logs) / len(logs)
exponent = sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)
print(f"from {points[0][0]:,} to {points[-1][0]:,} rows time grows as n^{exponent:.2f}")
if len(sys.argv) < 2:
    sys.exit()

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 400, 70, 50, 30, 20
x_range = (math.log10(points[0][0]) - 0.1, math.log10(points[-1][0]) + 0.1)
y_values = [math.log10(s) for _, s in points]
y_range = (math.floor(min(y_values)), math.ceil(max(y_values)))


def x_of(n):
    return LEFT + (math.log10(n) - x_range[0]) / (x_range[1] - x_range[0]) * (WIDTH - LEFT - RIGHT)


def y_of(s):
    return HEIGHT - BOTTOM - (math.log10(s) - y_range[0]) / (y_range[1] - y_range[0]) * (HEIGHT - BOTTOM - TOP)


def short(n):
    return f"{n / 1e6:g} M" if n >= 1e6 else f"{n / 1e3:g} k"


fit = [(n, math.exp(mean_y + exponent * (math.log(n) - mean_x))) for n in (points[0][0], points[-1][0])]
parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
         f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
         f'<text x="{LEFT}" y="18">One pool of drawn clusters, 256 columns, one thread: seconds by rows (n^{exponent:.2f})</text>']
for power in range(y_range[0], y_range[1] + 1):
    y = y_of(10.0**power)
    parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
    parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
parts.append('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="#888" stroke-dasharray="5 4"/>'.format(
    x_of(fit[0][0]), y_of(fit[0][1]), x_of(fit[1][0]), y_of(fit[1][1])))
for n, s in points:
    parts.append(f'<circle cx="{x_of(n):.1f}" cy="{y_of(s):.1f}" r="4" fill="#06c"/>')
    parts.append(f'<text x="{x_of(n):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{short(n)}</text>')
    parts.append(f'<text x="{x_of(n) - 6:.1f}" y="{y_of(s) - 8:.1f}" text-anchor="end" fill="#06c">{s:.2g}</text>')
parts.append("</svg>")
with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write("\n".join(parts) + "\n")
