"""What an application does to talk to a deployed model. Nothing here is Plumbline's.

The stack's outputs say where: docs/outputs.md. Who it is, the environment says: a token, no key.
"""

import json
import subprocess
import textwrap

from azure.identity import DefaultAzureCredential, get_bearer_token_provider
from openai import OpenAI

said = subprocess.check_output(["pulumi", "stack", "output", "--stack", "dev", "--json"])
outputs = json.loads(said)
account = outputs["accounts"]["primary"]
route = outputs["routes"]["chat"]

client = OpenAI(
    base_url=f"{account['endpoint'].rstrip('/')}/openai/v1/",
    api_key=get_bearer_token_provider(
        DefaultAzureCredential(), "https://cognitiveservices.azure.com/.default"
    ),
)
answer = client.chat.completions.create(
    model=route["stable"].rpartition("/")[2],
    messages=[{"role": "user", "content": "Where is my parcel 4711?"}],
)
print(f"{answer.model} at {client.base_url} says:")
print(textwrap.indent(textwrap.fill(answer.choices[0].message.content or "", 96), "  "))
