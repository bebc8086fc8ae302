"""Forms with files in them, as clients upload them."""

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from sandbox.dataplane import errors


@dataclass(frozen=True)
class Part:
    name: str
    filename: str | None
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace").strip()


def parts(content_type: str, body: bytes) -> dict[str, Part]:
    """The fields of a form, by name.

    Raises:
        Refusal: 400, it is none.
    """
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise errors.authoring(
            400, "invalidPayload", "The request has to be multipart/form-data with a boundary."
        )
    found = {}
    for chunk in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        if chunk.startswith(b"--"):
            break
        head, _, content = chunk.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
        name = headers.get_param("name", header="content-disposition")
        if isinstance(name, str):
            found[name] = Part(name, _plain(headers.get_filename()), content)
    return found


def _plain(text: str | None) -> str | None:
    """A name that can be said again, whatever bytes it came in."""
    if text is None:
        return None
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
