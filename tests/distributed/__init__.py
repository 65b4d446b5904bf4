"""Tests of low-communication training."""
