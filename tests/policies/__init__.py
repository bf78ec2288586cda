"""Tests of single policies, each in a file of the policy's name."""
