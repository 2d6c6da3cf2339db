"""``python -m decant``: the program."""

import sys

from ._command import main

sys.exit(main())
