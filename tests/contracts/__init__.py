"""Behaviours promised by every public function."""
