"""`modelcensus site`: the app's pages as files."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from modelcensus.claims import find_packs
from modelcensus.cli.options import KnowledgeOption, LedgerOption, notes, open_census, say
from modelcensus.cli.report import chosen_packs
from modelcensus.vocabulary import RequestError

Count = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=500))]


def site(
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("site"),
    subjects: Count = 12,
    variants: Count = 12,
    base: str = "",
    claims: Annotated[list[str] | None, Parameter(name="--claims", negative="--no-claims")] = None,
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Write the app's pages as a folder of files that needs no server: it opens from disk, and stands at any address.

    Parameters
    ----------
    output
        Folder to write to: new, empty, or an earlier site, whose files are replaced.
    subjects
        Families, organizations, regions, models and launches that get a page: the most downloaded of each.
    variants
        Choices that are prepared for each page of the menu; where the app has a control, the site has links to these.
    base
        Address at which the site will stand (https://HOST/PATH/): for preview pictures and a sitemap.
    claims
        Pack whose claims get a page each: its id; repeated (default: qwen-2026 and your own in claims/; --no-claims: none).
    """
    from modelcensus.publish.scene import Scene  # drawing and the app take a second to load
    from modelcensus.serve.app import create_app
    from modelcensus.site import Bounds, write_site

    with notes.status("opening the ledger") as status:
        census = open_census(ledger, knowledge)
        packs = chosen_packs(census, claims)
        if unknown := [p.id for p in packs if p not in find_packs()]:
            raise RequestError(
                f"the app has no pack {', '.join(unknown)}", where="--claims",
                remedy="put its file into the folder claims/ where you work",
            )  # fmt: skip
        app = create_app(lambda: census)
        written = write_site(app, Scene(census), output, packs, Bounds(subjects, variants), base, status.update)
    left = f"; {written.left_out} files above the bound of a site were left out" if written.left_out else ""
    say(f"{written.index}: {written.pages:,} pages, {written.files:,} files, {written.bytes / 1e6:.1f} MB{left}")
