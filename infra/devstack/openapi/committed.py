"""What is made from the code, kept beside the functions that serve it, and committed."""

import json
from pathlib import Path

from devstack.openapi.document import document
from devstack.openapi.page import render
from devstack.postgres import CHECKOUT

DOCUMENT = CHECKOUT / "functions/api/service/openapi.json"
PAGE = CHECKOUT / "functions/api/service/docs.html"


def texts() -> dict[Path, str]:
    """Each file with what it should hold."""
    made = document()
    return {DOCUMENT: json.dumps(made, indent=1, ensure_ascii=False) + "\n", PAGE: render(made)}
