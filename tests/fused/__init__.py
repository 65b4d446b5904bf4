"""Tests of fused kernels."""
