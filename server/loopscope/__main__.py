"""`python -m loopscope`."""

import sys

from loopscope.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
