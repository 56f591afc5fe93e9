"""What several rules share: reading marks and decorators, and the edits that fixes are made of."""
