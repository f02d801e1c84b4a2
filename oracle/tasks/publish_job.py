"""Sends a community's open messages to the ledger."""

from oracle.jobs import Done, Job
from oracle.ports import Progress
from oracle.tasks.desk import Desk
from oracle.usecases.publish import publish


def run(desk: Desk, job: Job, report: Progress) -> Done:
    """Work the community's queue to its end. Raises the error at which it stands; else as `publish`."""
    with desk.publishing(report) as context:
        published = publish(context, job.community_id)
    for error in published.stopped.values():
        raise error
    sentence = f"{published.done} messages done, {published.sent_again} transactions sent again"
    return Done(sentence, {"messages": published.done, "sent_again": published.sent_again})
