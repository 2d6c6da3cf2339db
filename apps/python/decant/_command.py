"""The program, as the console script ``decant``."""

from __future__ import annotations

import sys


def main() -> int:
    from . import _core

    return _core.main(["decant", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
