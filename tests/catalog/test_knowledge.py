"""The knowledge files: they load, contradict neither themselves nor their reference, and name the file in errors."""

import csv
from collections import Counter
from datetime import date
from importlib.resources import files

import pytest

from ledgers import catalog_of, fact
from modelcensus.catalog import load_knowledge
from modelcensus.vocabulary import KnowledgeError
from modelcensus.vocabulary.names import ORGANIZATION_DIMENSIONS

ARGUED = {"ai21labs"}
"""Organizations whose region is not the reference's, each with the reason in its note."""


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


def twice(words) -> list:
    return sorted(w for w, n in Counter(words).items() if n > 1)


def test_all_knowledge_loads(knowledge):
    assert len(knowledge.organizations) > 200
    assert len(knowledge.families) > 100
    assert {"hub", "text-vision", "mainline", "makers"} <= set(knowledge.scopes)
    assert knowledge.grouping in knowledge.groupings


def test_no_namespace_is_written_down_twice(knowledge):
    """Read from the files themselves: a later entry of the same key replaces the earlier without a word."""
    folder = files("modelcensus.catalog") / "knowledge" / "organizations"
    stated = [
        line.split("namespace:")[1].strip().strip("\"'")
        for path in folder.iterdir()
        for line in path.read_text().splitlines()
        if line.strip().startswith("- namespace:")
    ]
    assert len(stated) == len(knowledge.organizations)
    assert twice(stated) == []
    assert twice(n.lower() for n in stated) == []


def test_no_former_namespace_belongs_to_two_organizations(knowledge):
    assert twice(f for o in knowledge.organizations.values() for f in o.former) == []


def test_no_family_word_and_no_architecture_belongs_to_two_families(knowledge):
    families = knowledge.families.values()
    assert twice(w for f in families for w in f.names) == []
    assert twice(a.lower() for f in families for a in f.architectures) == []


def test_words_are_lower_case_as_the_names_that_they_are_sought_in(knowledge):
    assert [w for f in knowledge.families.values() for w in f.names if w != w.lower()] == []


def test_peers_of_organizations_are_known_organizations(knowledge):
    members = {m for p in knowledge.peers.values() if p.dimension == "organization" for m in p.members}
    assert sorted(members - set(knowledge.organizations)) == []
    assert {p.dimension for p in knowledge.peers.values()} <= set(ORGANIZATION_DIMENSIONS) | {"family"}


def test_countries_of_a_grouping_stand_in_one_region(knowledge):
    for grouping in knowledge.groupings.values():
        assert twice(c for countries in grouping.regions.values() for c in countries) == []
        assert set(grouping.labels) == {*grouping.regions, grouping.rest}


def test_norway_is_a_country(knowledge):
    """YAML 1.1 reads a bare NO as false."""
    assert knowledge.region("NO") == "eu"


def test_regions_equal_the_reference_except_where_argued(knowledge, real_data):
    rows = list(csv.DictReader(real_data("tracked-models/organization_regions.csv").open()))
    assert len(rows) == 118
    owner = {n: o for o in knowledge.organizations.values() for n in (*o.former, o.namespace)}
    ours = {r["hf_org"]: knowledge.region(owner[r["hf_org"]].country) for r in rows if r["hf_org"] in owner}
    assert sorted(r["hf_org"] for r in rows if r["hf_org"] not in ours) == []
    assert {r["hf_org"] for r in rows if ours[r["hf_org"]] != r["region"]} == ARGUED
    assert all(knowledge.organizations[o].note for o in ARGUED)


def test_a_users_folder_adds_and_overrides(tmp_path):
    (tmp_path / "mine.yml").write_text(
        "version: 2027-01-01\n"
        "organizations:\n"
        "  - {namespace: Qwen, name: Mine, country: FR, kind: company}\n"
        "  - {namespace: nobody-knows, name: New, country: DE, kind: startup}\n"
        "sizes:\n"
        "  - {repository: Qwen/Qwen3-8B, total_b: 9.5}\n"
    )
    (tmp_path / "family.yml").write_text(
        "version: 2027-01-01\nfamily: Zebrafish\ntype: language\norganizations: [nobody-knows]\nnames: [zebrafish]\n"
    )
    before, after = load_knowledge(), load_knowledge([tmp_path])
    assert after.digest != before.digest
    assert after.version == date(2027, 1, 1)
    assert len(after.organizations) == len(before.organizations) + 1
    engine = catalog_of([fact("Qwen/Qwen3-8B"), fact("nobody-knows/zebrafish-7b")], after)
    rows = engine.rows("select repository, organization_name, region, family, params_b from catalog order by 1")
    assert [tuple(r.values()) for r in rows] == [
        ("Qwen/Qwen3-8B", "Mine", "eu", "Qwen", 9.5),
        ("nobody-knows/zebrafish-7b", "New", "eu", "Zebrafish", 7.0),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "version: 2027-01-01\norganizations:\n  - {namespace: a, name: b, country: France, kind: company}\n",
            "country",
        ),
        ("version: 2027-01-01\norganizations:\n  - {namespace: a, name: b, country: FR, kind: firm}\n", "kind"),
        ("version: 2027-01-01\norganizations:\n  - {name: b, country: FR, kind: company}\n", "namespace"),
        ("version: 2027-01-01\norganizations: [{namespace: a\n", "not YAML"),
        ("organizations: []\n", "version"),
        ("version: 2027-01-01\norganisations: []\n", "organisations"),
        ("version: 2027-01-01\nfamily: X\ntype: language\ncolour: red\n", "colour"),
        ("- a list\n", "mapping"),
        ("version: 2027-01-01\norganizations: null\n", "organizations"),
        ("version: 2027-01-01\norganizations: [just a text]\n", "just a text"),
        ("version: 2027-01-01\npeers: [a, b]\n", "peers"),
        ("version: 2027-01-01\nsizes:\n  - {total_b: 3}\n", "repository"),
        ("version: 2027-01-01\nsizes: [text]\n", "text"),
        ("version: 2027-01-01\nscopes: {mine: true}\n", ""),
        ("version: soon\n", "version"),
        ("version: 2027-01-01\nfamily: X\ntype: language\nnames: [qwen]\n", "twice"),
        ("version: 2027-01-01\nfamily: X\ntype: language\nnames: [Upper]\n", "lower-case"),
        ("version: 2027-01-01\nfamily: several\ntype: language\n", "several"),
        (
            "version: 2027-01-01\norganizations:\n  - {namespace: qwen, name: b, country: FR, kind: company}\n",
            "twice",
        ),
        ("version: 2027-01-01\nvariants:\n  - {variant: x, names: ['(']}\n", "pattern"),
        ("version: 2027-01-01\ndefault: nowhere\n", "nowhere"),
    ],
)
def test_a_bad_file_is_an_error_that_names_it(tmp_path, content, said):
    path = tmp_path / "broken.yml"
    path.write_text(content)
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge([tmp_path])
    assert str(path) in str(caught.value)
    assert said in str(caught.value)
    assert caught.value.remedy


def test_a_file_that_is_no_text_is_an_error_that_names_it(tmp_path):
    (tmp_path / "broken.yml").write_bytes(b"version: 2027-01-01\nname: \xff\xfe\x00")
    with pytest.raises(KnowledgeError, match=r"broken\.yml"):
        load_knowledge([tmp_path])


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(KnowledgeError, match="no such folder"):
        load_knowledge([tmp_path / "absent"])
