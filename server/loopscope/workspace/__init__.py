"""Layer 3: snapshots of a project; fixtures, runners and loops as pytest decides them."""
