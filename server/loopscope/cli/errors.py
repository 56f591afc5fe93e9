"""What ends a command with a message instead of a traceback."""


class ProjectError(Exception):
    """What was asked for cannot be done; the message says why and names the file, if there is one."""
