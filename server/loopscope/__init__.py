"""loopscope: says, as you type, what pytest will do with your asynchronous tests."""

__version__ = "0.1.0"
