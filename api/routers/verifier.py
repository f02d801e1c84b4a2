"""The stand-alone verification page, and its hash.

A page that comes from the operator checks itself: members who want to know keep a copy and compare its hash.
"""

import hashlib

from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import ServiceOf
from api.errors import ApiError
from api.routing import Router
from api.schemas.health import PageHash

router = Router(tags=["verification"])

# The page asks whichever node its user names, and nobody else: no script, style or image from outside.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "connect-src https: http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@router.get("/", include_in_schema=False)
def front_door() -> RedirectResponse:
    """Who opens the address in a browser finds the one page that there is."""
    return RedirectResponse("/verify")


@router.get(
    "/verify", operation_id="verifyPage", summary="The verification page", response_class=HTMLResponse
)
def verify_page(service: ServiceOf) -> HTMLResponse:
    """The page that checks a receipt against the chain, as one file that also works from a disk."""
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "X-Content-Type-Options": "nosniff"}
    return HTMLResponse(_page(service), headers=headers)


@router.get("/verify/sha256", operation_id="verifyPageHash", summary="SHA-256 of the verification page")
def verify_page_hash(service: ServiceOf) -> PageHash:
    """The hash of exactly the bytes that /verify sends, to compare with a copy or with a release."""
    return PageHash(file="verify.html", sha256=hashlib.sha256(_page(service)).hexdigest())


def _page(service: ServiceOf) -> bytes:
    if not service.verifier_page.is_file():
        raise ApiError("PAGE_ABSENT", "the verification page has not been built here")
    return service.verifier_page.read_bytes()
