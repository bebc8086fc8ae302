"""Who is not signed in is told why in a line, and what to type."""

from azure.core.exceptions import ClientAuthenticationError

from scripts.tokens import SIGN_IN, no_token


def test_what_to_type_is_not_lost_behind_all_credentials_that_were_tried():
    tried = "".join(f"\n\tCredential{n}: not found." for n in range(100))
    said = no_token(
        ClientAuthenticationError(message=f"Failed.{tried}\nTo mitigate, see https://…")
    )

    assert said.startswith("no token: Failed. Credential0: not found. ")
    assert said.endswith(f" …. Fix: {SIGN_IN}")
    assert len(said) < 500


def test_azures_advice_is_left_out():
    error = ClientAuthenticationError(message="No account.\nTo mitigate this issue, see https://…")

    assert no_token(error) == f"no token: No account. Fix: {SIGN_IN}"
