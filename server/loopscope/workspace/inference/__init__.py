"""What values are: of expressions, of calls, of fixtures. Read from annotations and code; unknown is None."""
