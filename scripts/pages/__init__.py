"""Reports as pages: one look, nothing fetched from elsewhere, fit to print."""

from pathlib import Path

import jinja2


def pages(folder: Path) -> jinja2.Environment:
    """The templates of a folder; each includes `style.css`, which they have in common."""
    return jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FileSystemLoader([folder, Path(__file__).parent]),
    )
