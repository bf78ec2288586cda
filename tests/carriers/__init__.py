"""Tests of `policy_pack.carriers`: resources of one provider each, and what they are in the model."""
