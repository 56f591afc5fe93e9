"""The labelled files are data, not tests of ours."""

collect_ignore = ["labelled", "held_out", "mocks"]
