"""The model of a stack: its nodes, and the links between them."""
