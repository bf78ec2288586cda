"""What the tests play: the engine that runs the pack, and the engine that runs a Pulumi program."""
