"""Rows of tables and of dumps, many in one file: the good ones between them are all taken."""

from collections.abc import Callable, Sequence
from pathlib import Path

from fuzz.harness import FoundError, Parser, folder, narrowed
from modelcensus.catalog.region_files import read_regions
from modelcensus.sources import ImportOptions, read_batch
from modelcensus.vocabulary import CensusError


def taken(table: str, column: str = "repository", **options: object) -> Callable[[Path], set[str]]:
    """What stands in a column of a table of the batch that an import makes of a file."""
    chosen = ImportOptions.model_validate(options)

    def read(path: Path) -> set[str]:
        told = read_batch([path], chosen).tables[table]
        kept = told.to_table(columns=[column]) if not hasattr(told, "column") else told
        return {str(v) for v in kept[column].to_pylist()}

    return read


def rows(
    file: str, header: str, good: str, seeds: Sequence[str], read: Callable[[Path], set[str]], expected: str = "acme/good%d", together: int = 50_000,
) -> Parser:  # fmt: skip
    """An input is a row; it holds no quote character, which could join rows (whole files: `fuzz.files`)."""

    def take(inputs: Sequence[bytes]) -> None:
        lines, count = [], 0
        for number, given in enumerate(inputs):
            lines.append(given.replace(b'"', b"").replace(b"\r", b"") if header else given.replace(b"\r", b""))
            if number % 10 == 9:
                lines.append(good.replace("%d", str(count)).encode())
                count += 1
        path = folder() / file
        path.write_bytes(b"\n".join([*([header.encode()] if header else []), *lines, b""]))
        try:
            found = read(path)
        except CensusError as error:
            if not count:
                return  # nothing good among them: refused, in one line
            raise FoundError(f"{file}: refused whole ({error})") from error
        except Exception as error:
            raise narrowed(inputs, take, f"{type(error).__name__}: {error}") from error
        lost = {expected.replace("%d", str(n)) for n in range(count)} - found
        if lost:
            raise FoundError(f"{file}: {len(lost)} of {count} good rows lost, {min(lost)} for one")

    return Parser(lambda: [s.encode() for s in seeds], take, 1000, together, lines=True)


PARSERS = {
    "rows of tables": rows(
        "t.csv", "id,day,n", "acme/good%d,2026-05-01,7",
        ("acme/tiny-7b,2026-05-01,1234", "a/b,2026-05-XX,0", "x/y-1.5,2026-05-01..2026-05-03,99"),
        taken("observations", source="tables", map={"repo": "id", "observed_on": "day", "all_time": "n"}),
    ),
    "rows of periods": rows(
        "p.csv", "id,start,end,n", "acme/good%d,2026-05-01,2026-05-02,7", ("acme/tiny-7b,2026-05-01,2026-06-01,1234",),
        taken("observations", source="tables", map={"repo": "id", "period_start": "start", "period_end": "end", "downloads": "n"}),
    ),
    "rows of a dump": rows(
        "d.ndjson", "", '{"id":"acme/good%d","downloads":7,"downloadsAllTime":9}',
        (
            '{"id":"acme/tiny-7b","downloads":123,"downloadsAllTime":456,"createdAt":"2024-01-02T03:04:05.000Z","tags":["license:mit","base_model:a/b"],"likes":3}',
            '{"modelId":"a/b","downloads":null,"config":{"architectures":["X"]},"safetensors":{"parameters":{"BF16":1000}}}',
        ),
        taken("observations", source="hub_dump", date="2026-05-01"),
    ),
    "rows of publisher analytics": rows(
        "a.csv", "repoType,repoName,total,timestamp,downloads", "model,acme/good%d,9,2026-05-01T00:00:00.000Z,7",
        ("model,acme/tiny-7b,1234,2026-05-01T00:00:00.000Z,12", "dataset,acme/d,1,2026-05-01T00:00:00.000Z,0"),
        taken("observations", source="publisher_analytics"),
    ),
    "rows of Ollama's library": rows(
        "o.csv", "date,model,pulls", "2026-05-01,good%d,35.0M", ("2026-05-01,llama3.1,118.7M", "2026-05-01,acme/x,6,487"),
        taken("observations", source="ollama"), "library/good%d",
    ),
    "rows of ModelScope": rows(
        "m.ndjson", "", '{"id":"acme/good%d","downloads":7}',
        ('{"id":"Qwen/Qwen3-8B","downloads":123,"likes":4,"created_at":"2026-01-02","license":"mit","params":8000000000}',),
        taken("observations", source="modelscope", date="2026-05-01"),
    ),
    "rows of OpenRouter": rows(
        "r.csv", "date,model,tokens", "2026-05-01,acme/good%d,7", ("2026-05-01,qwen/qwen3-8b,123456789", "2026-05-02,other,1"),
        taken("observations", source="openrouter"), together=2_000,
    ),
    "rows of a published series": rows(
        "s.csv", "org,month,n", "good%d,2026-02,7", ("Qwen,2026-02,1234567", "meta-llama,2026-01,0", "Qwen,2026,12"),
        taken("reported", "organization", source="reported", name="x", map={"organization": "org", "month": "month", "downloads": "n"}),
        "good%d",
    ),
    "rows of published shares": rows(
        "h.csv", "org,month,n,share,exact", "good%d,1999-02,7,0.07,true", ("Qwen,2026-02,1234567,0.41,false", "meta-llama,2026-01,0,0,true"),
        taken("reported", "organization", source="reported", name="x", map={"organization": "org", "month": "month", "downloads": "n", "share": "share", "exact": "exact"}),
        "good%d",
    ),
    "rows of a tracked list": rows(
        "l.csv", "model_id,note", "acme/good%d,", ("Qwen/Qwen3-8B,x", "acme/tiny-7b,"),
        taken("lists", source="tracked_list", date="2026-08-17"),
    ),
    "rows of a region file": rows(
        "g.csv", "hf_org,region", "good%d,china", ("Qwen,china", "meta-llama,us", "mistralai,eu"),
        lambda path: set(read_regions(path, {}).regions), "good%d",
    ),
    "rows of Artificial Analysis": rows(
        "q.csv", "name,slug,creator,country,is_open_weights,huggingface_url,release_date,artificial_analysis_intelligence_index,gpqa",
        "Good %d,good,Acme,us,true,https://huggingface.co/acme/good%d,2026-01-02,41.5,0.5",
        ("Qwen3 8B,qwen3-8b,Alibaba,cn,true,https://huggingface.co/Qwen/Qwen3-8B,2025-04-28,12.5,0.58", "GPT,gpt,OpenAI,us,false,,2025-08,60,"),
        taken("scores", source="quality", date="2026-05-01"),
    ),
    "rows of the Arena": rows(
        "e.csv", "model,organization,license,arena_score,95_pct_ci,commit_date,url",
        "good-%d,Acme,MIT,1200,+5/-4,2024-05-06,https://huggingface.co/acme/good%d",
        ("qwen2-72b,Alibaba,Qianwen,1187,+4/-3,2024-06-20,https://huggingface.co/Qwen/Qwen2-72B", "gpt-4,OpenAI,Proprietary,1250,,2024-05-06T10:00:00Z,"),
        taken("scores", source="quality"),
    ),
    "rows of the Open LLM Leaderboard": rows(
        "b.csv", "fullname,Average ⬆️,IFEval,GPQA,Flagged,Upload To Hub Date,Submission Date", "acme/good%d,30.5,40,5.1,false,2024-06-01,2024-06-02",
        ("Qwen/Qwen2-7B,25.1,31,6,false,2024-06-03,2024-06-04", "a/b,1,,2,true,2024-06-03,"),
        taken("scores", source="quality", date="2026-05-01"),
    ),
}  # fmt: skip
