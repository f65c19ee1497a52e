"""Files that were made beforehand and are sent as they are: the API's document and its page."""

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

KEEP_SECONDS = 300
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True)
class File:
    """A UTF-8 file, read once. Who has it keeps it for five minutes, then asks by its ETag whether it has changed."""

    path: Path
    media_type: str

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def headers(self) -> dict[str, str]:
        """A page may do nothing but show itself: no script, no frame, no address but its own, only its own style."""
        kept = {
            "Content-Type": self.media_type,
            "Cache-Control": f"public, max-age={KEEP_SECONDS}",
            "ETag": f'"{hashlib.sha256(self.text.encode()).hexdigest()[:32]}"',
            "X-Content-Type-Options": "nosniff",
        }
        if not self.media_type.startswith("text/html"):
            return kept
        styles = " ".join(f"'sha256-{_digest(style)}'" for style in _STYLE.findall(self.text)) or "'none'"
        policy = f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return kept | {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}


def _digest(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()
