"""Who approves is who their token names, and nobody without one."""

import base64
import json
from dataclasses import dataclass

import pytest
from azure.core.exceptions import ClientAuthenticationError

from scripts.readiness import signed_in


@dataclass
class Credential:
    """Gives a token that says what the directory would."""

    claims: dict

    def get_token(self, *scopes):
        payload = base64.urlsafe_b64encode(json.dumps(self.claims).encode()).decode().rstrip("=")
        self.token = f"header.{payload}.signature"
        return self


OID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("claims", "name", "upn"),
    [
        ({"idtyp": "user", "name": "Ada", "upn": "ada@contoso.com"}, "Ada", "ada@contoso.com"),
        ({"scp": "user_impersonation", "unique_name": "ada@x.de"}, "ada@x.de", "ada@x.de"),
        ({"idtyp": "user", "name": "Zoë ÿ"}, "Zoë ÿ", None),
    ],
)
def test_a_person_is_who_their_token_names(claims, name, upn):
    found = signed_in.person(Credential(claims | {"oid": OID}))
    assert (found.id, found.name, found.upn) == (OID, name, upn)


@pytest.mark.parametrize("claims", [{"idtyp": "app", "scp": "x"}, {"appid": "pipeline"}])
def test_an_application_is_nobody(claims):
    with pytest.raises(signed_in.NoPerson, match="is an application"):
        signed_in.person(Credential(claims | {"oid": OID}))


def test_who_is_not_signed_in_is_told_how():
    class Nobody:
        def get_token(self, *scopes):
            raise ClientAuthenticationError("no luck\nat all")

    with pytest.raises(signed_in.NotSignedIn, match=r"no luck\. Fix: az login"):
        signed_in.person(Nobody())
