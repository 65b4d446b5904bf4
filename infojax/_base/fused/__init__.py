"""Row reductions of pairwise matrices whose tiles never leave the chip."""
