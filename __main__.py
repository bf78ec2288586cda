"""What the Pulumi engine starts."""

from policy_pack.engine.serve import run

if __name__ == "__main__":
    run()
