"""The exam packet: what an examiner asks for, as plain files with their digests.

Order memoranda (Rule 204-2(a)(3) under the Advisers Act), every decision with who took it, and the
audit trail. A manifest names each file with its SHA-256 and the head of the trail.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.book.book import Book
from app.custodian.csv_out import neutral
from app.custodian.order_files import memoranda


def exam_packet(book: Book, folder: Path, household_id: str | None = None) -> tuple[Path, ...]:
    """Write the packet of one household, or of all; the paths, the manifest last."""
    orders = book.orders(household_id)
    files = {
        "order-memoranda.txt": memoranda([row.order for row in orders], {}).content,
        "orders.csv": _csv(
            {
                "order_key": row.order.order_key,
                "proposal_id": row.order.proposal_id,
                "account_number": row.order.account_number,
                "symbol": row.order.symbol,
                "state": str(row.state),
                "exported_at": row.exported_at.isoformat(),
                "file": row.file_name,
                "file_sha256": row.file_sha256,
            }
            for row in orders
        ),
        "decisions.csv": _csv(_decisions(book, household_id)),
        "audit.csv": _csv(_audit(book)),
    }
    head = book.audit_head()
    manifest = {
        "files": {name: sha256(content).hexdigest() for name, content in files.items()},
        "audit_seq": head.seq,
        "audit_head": head.hash,
        "household_id": household_id or "every household",
        "orders": len(orders),
    }
    files["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode("utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        paths.append(folder / name)
    return tuple(paths)


def _decisions(book: Book, household_id: str | None) -> Iterable[Mapping[str, Any]]:
    """Every decision on every proposal, in order."""
    for proposal in book.proposals(household_id):
        for step in book.decisions(proposal.proposal_id):
            yield {
                "proposal_id": proposal.proposal_id,
                "household_id": proposal.household_id,
                "kind": proposal.kind,
                "what": step.what,
                "from": step.before.value,
                "to": step.after.value,
                "user_id": step.user_id,
                "at": step.at.isoformat(),
                "reason": step.reason,
                "net_usd": proposal.alpha.net_usd,
                "snapshot_id": proposal.snapshot_id,
            }


def _audit(book: Book) -> Iterable[Mapping[str, Any]]:
    """The whole trail, oldest line first."""
    for line in sorted(book.audit(book.audit_head().seq), key=lambda one: one.seq):
        yield {
            "seq": line.seq,
            "at": line.at.isoformat(),
            "actor": line.actor,
            "kind": line.kind,
            "body": line.body,
            "hash": line.hash,
        }


def _csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows with a header; empty where there are none."""
    found: Sequence[Mapping[str, Any]] = tuple(rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if found:
        writer.writerow(found[0])
    writer.writerows([neutral(str(value)) for value in row.values()] for row in found)
    return out.getvalue().encode("utf-8")
