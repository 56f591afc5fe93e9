"""`python -m loopscope`."""

from loopscope.cli.main import console

if __name__ == "__main__":
    console()
