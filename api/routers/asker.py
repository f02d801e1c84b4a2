"""Who am I, as far as the token says."""

from api.deps import Anybody
from api.routing import Router
from api.schemas.asker import AskerOut

router = Router(tags=["access"])


@router.get("/whoami", operation_id="whoAmI", summary="Role and reach of the token")
def who_am_i(asker: Anybody) -> AskerOut:
    """What the token was made for; the token itself is never shown again."""
    return AskerOut.of(asker)
