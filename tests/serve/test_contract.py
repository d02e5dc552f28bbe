"""The API keeps its own schema, whatever is asked: no failure of the server, no answer that the schema does not allow."""

from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from modelcensus.measures import Census, measures
from modelcensus.serve import ANY_HOST, Front, Rates
from modelcensus.serve.app import create_app

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
PATIENCE = 120
"""Seconds that an answer may take on a busy machine."""
QUICK = ("share", "rank", "concentration", "coverage")


@pytest.fixture(scope="module")
def contract(sample: Census) -> Any:
    app = Front(create_app(lambda: sample), hosts=ANY_HOST, rates=Rates(10**6, 10**6))
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


def hold_to_the_schema(contract: Any, examples: int, names: tuple[str, ...]) -> int:
    """Ask every operation so many times with what its schema allows and what it does not; the operations asked."""
    asked = 0
    for found in contract.get_all_operations():
        operation = found.ok()

        @settings(max_examples=examples)
        @given(case=st.one_of(operation.as_strategy(generation_mode=m) for m in schemathesis.GenerationMode))
        def hold(case: schemathesis.Case) -> None:
            name = str(case.path_parameters.get("name", "")) if case.path_parameters else ""
            if name and len(name) % 2:  # else nothing beyond the name of a measure would ever be looked at
                case.path_parameters["name"] = names[sum(name.encode()) % len(names)]
            case.call_and_validate(checks=CHECKS, timeout=PATIENCE)

        hold()
        asked += 1
    return asked


def test_every_operation_keeps_its_schema(contract: Any) -> None:
    assert hold_to_the_schema(contract, 15, QUICK) >= 10


@pytest.mark.slow
def test_every_operation_keeps_its_schema_for_long(contract: Any) -> None:
    assert hold_to_the_schema(contract, 200, tuple(sorted(measures()))) >= 10
