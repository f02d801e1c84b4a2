"""Messages of readings, as they were accepted."""

from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import Session, col

from oracle.records import MessageChannel, MeterMessageRecord
from oracle.store.tables import MeterMessageRow as Row


class MeterMessagesReader:
    """Reads accepted messages."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def digest(self, device_id: UUID, message: str) -> bytes | None:
        """SHA-256 of the message that a device sent under that id."""
        same = (col(Row.device_id) == device_id, col(Row.message) == message)
        return self._session.execute(select(col(Row.digest)).where(*same)).scalar()

    def of_device(self, device_id: UUID) -> list[MeterMessageRecord]:
        """The messages of a device in the order in which they were accepted."""
        rows = self._session.scalars(select(Row).where(col(Row.device_id) == device_id).order_by(col(Row.id)))
        return [
            MeterMessageRecord(
                row.id,
                row.device_id,
                row.message,
                row.digest,
                row.body,
                MessageChannel(row.channel),
                row.sent_at,
                row.received_at,
            )
            for row in rows
        ]


class MeterMessages(MeterMessagesReader):
    """Adds messages; none is ever changed or removed."""

    def add(self, record: MeterMessageRecord) -> None:
        """Store an accepted message."""
        row = {
            "id": record.id,
            "device_id": record.device_id,
            "message": record.message,
            "digest": record.digest,
            "body": dict(record.body),
            "channel": record.channel,
            "sent_at": record.sent_at,
            "received_at": record.received_at,
        }
        self._session.execute(insert(Row), [row])
