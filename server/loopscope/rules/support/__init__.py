"""What several rules share: what calls give, marks and decorators read, and the edits that fixes are made of."""
