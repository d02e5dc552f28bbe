"""What the answer to a question for one repository says of it."""

import json
from dataclasses import asdict, dataclass
from urllib.parse import unquote

from modelcensus.sources.hub_api.asking import Step
from modelcensus.sources.hub_api.client import Answer
from modelcensus.vocabulary import InputError


@dataclass(frozen=True)
class Standing:
    """What became of the repository that was asked for: a row of the table `statuses`, without its day."""

    repository: str
    hub_id: str | None
    status: str
    target: str | None
    target_hub_id: str | None
    evidence: str

    def as_text(self) -> str:
        """For the checkpoint."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> "Standing":
        """What `as_text` wrote."""
        return cls(**json.loads(text))


def standing(step: Step, answer: Answer) -> Standing | None:
    """How the repository stands; nothing where it is there under the name and `_id` that it was known by."""
    known = step.hub_id or None
    if answer.status == 200:
        row = _object(answer.body)
        target, target_id = row.get("id"), row.get("_id")
        if row.get("disabled") is True:
            return Standing(step.single, known or target_id, "disabled", None, None, "disabled: true")
        moved = "; ".join(
            f"307 to {unquote(r.partition('?')[0]).removeprefix('/api/models/')}" for r in answer.redirects
        )
        if known and target_id and known != target_id:
            evidence = moved or "the same name"
            return Standing(step.single, known, "replaced", target, target_id, f"{evidence}; another _id")
        if isinstance(target, str) and target != step.single:
            return Standing(
                step.single, target_id, "renamed", target, target_id, moved or "answered under another id"
            )
        return None
    evidence = f"{answer.status} {answer.error or answer.message}".strip()
    if answer.status == 401 and "credentials" in answer.message.lower():
        raise InputError(
            "the Hub does not accept the client's login",
            where="the token of `hf auth login` or HF_TOKEN",
            remedy="log in again, or collect with --anonymous",
        )
    if answer.error == "GatedRepo":
        status = "gated"
    elif "disabled" in answer.message.lower():
        status = "disabled"
    elif answer.status in (401, 404, 410, 451) or answer.error == "RepoNotFound":
        status = "missing"
    else:
        status = "unanswered"
    return Standing(step.single, known, status, None, None, evidence)


def _object(body: bytes) -> dict:
    """The fields of an answer; none of what is no repository, which the crawl does not keep either."""
    try:
        row = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}
