"""What the Pulumi engine starts."""

from policy_pack.engine.serve import serve
from policy_pack.policies import PACK

if __name__ == "__main__":
    serve(PACK)
