"""What an application does to ask a route: it takes a copy of scripts/client along, docs/client.md.

The stack's outputs say where: docs/outputs.md. Who it is, the environment says: a token, no key.
"""

import json
import subprocess
import textwrap

from scripts.client.route import Route
from scripts.client.router import Router

said = subprocess.check_output(["pulumi", "stack", "output", "--stack", "dev", "--json"])
router = Router(route=Route.of_stack(json.loads(said), "chat"))

reply = router.ask("Where is my parcel 4711?", user="session-1", max_completion_tokens=800)
print(f"{reply.model} at {reply.target.base_url} says:")
print(textwrap.indent(textwrap.fill(reply.text, 96), "  "))
router.close()
