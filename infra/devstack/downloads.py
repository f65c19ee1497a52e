"""S3's presigned links in small: a file of REPORT_FOLDER for whoever has a link that is ours and has not ended."""

import hmac
from pathlib import Path
from urllib.parse import parse_qs, unquote

from gigstream import clock, exports
from gigstream.config import settings

PATH = "/downloads"


def find(path: str, query: str) -> bytes | None:
    """The file that the link leads to; None when it was forged, has ended, or leads nowhere."""
    key = unquote(path.removeprefix(f"{PATH}/"))
    sent = parse_qs(query)
    expires, signature = (sent.get(name, [""])[-1] for name in ("expires", "signature"))
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 10 and clock.now().timestamp() < int(expires)):
        return None
    if not hmac.compare_digest(signature.encode(), exports.local_signature(key, int(expires)).encode()):
        return None
    file = Path(settings().report_folder, key)
    return file.read_bytes() if file.is_file() else None
