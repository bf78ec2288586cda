"""What the Pulumi engine starts."""

from policy_pack.pack import run

if __name__ == "__main__":
    run()
