"""The matrix of policies and carriers (`tests.matrix.cases`)."""
