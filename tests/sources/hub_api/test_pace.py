"""No window is ever used up: against a counting server in plain Python, whatever else is asked beside it."""

import math
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from modelcensus.sources.hub_api.pace import Limit, Pace, Window
from modelcensus.sources.hub_api.plan import cost


@dataclass
class Counting:
    """Fixed windows on a clock of its own; counts what it would have to refuse."""

    quota: int
    window: int
    now: float = 1000.0
    used: dict = field(default_factory=dict)
    refused: int = 0

    def ask(self) -> Limit:
        number = math.floor(self.now / self.window)
        self.used[number] = self.used.get(number, 0) + 1
        if self.used[number] > self.quota:
            self.refused += 1
        left = max(self.quota - self.used[number], 0)
        return Limit(left, math.ceil((number + 1) * self.window - self.now), self.quota, self.window)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@settings(max_examples=20)
@given(
    quota=st.integers(3, 30), window=st.integers(2, 300), takes=st.floats(0, 5), killed=st.sets(st.integers(0, 80)),
    start=st.floats(0, 1000),
)  # fmt: skip
def test_a_window_is_never_used_up_although_runs_are_killed(tmp_path_factory, quota, window, takes, killed, start):
    server = Counting(quota, window, 1000 + start)
    file = tmp_path_factory.mktemp("pace") / "pace.json"

    def pace():
        return Pace(file, "hub anonymous", quota, window, sleep=server.sleep, clock=lambda: server.now)

    running = pace()
    for number in range(81):
        running.before()
        limit = server.ask()
        server.now += takes
        if number in killed:  # after the request was sent, before its answer was read
            running = pace()
        else:
            running.after(limit)
    assert server.refused == 0
    windows = 81 / max(quota - Window(quota, window, quota).reserve, 1)
    assert server.now - 1000 - start <= (windows + 2 + len(killed)) * (window + 2) + 81 * takes, (
        "no waiting for nothing"
    )


@settings(max_examples=8)
@given(beside=st.integers(0, 3), quota=st.integers(20, 60))
def test_what_others_ask_at_the_same_address_is_seen_in_the_next_answer(tmp_path_factory, beside, quota):
    server = Counting(quota, 300)
    file = tmp_path_factory.mktemp("pace") / "pace.json"
    ours = Pace(file, "k", 500, 300, sleep=server.sleep, clock=lambda: server.now)
    for _ in range(3 * quota):
        ours.before()
        limit = server.ask()
        for _ in range(beside if limit.left > 3 else 0):
            server.ask()
        ours.after(limit)
    assert server.refused <= 3 * (1 + beside), "at most where the others took the rest in one go"
    assert not (beside == 0 and server.refused)


def test_two_identities_have_windows_of_their_own(tmp_path):
    a = Pace(tmp_path / "p", "a", 10, 300, clock=lambda: 50.0)
    b = Pace(tmp_path / "p", "b", 1000, 300, clock=lambda: 50.0)
    a.refused(None, None)
    assert a.window.left == 0 and b.window.left == 1000


def test_a_clock_that_was_turned_back_does_not_wait_for_ever(tmp_path):
    now, slept = [10_000.0], []
    pace = Pace(tmp_path / "p", "a", 10, 300, sleep=slept.append, clock=lambda: now[0])
    pace.refused(5, None)
    now[0] = 1.0
    pace.before()
    assert not slept


def test_a_file_of_states_that_was_damaged_is_started_anew(tmp_path):
    (tmp_path / "p").write_text('{"a": {"quota"')
    pace = Pace(tmp_path / "p", "a", 10, 300, clock=lambda: 5.0)
    pace.before()
    assert pace.window.left == 9


@given(st.integers(0, 40_000), st.integers(1, 1000), st.integers(1, 600), st.integers(0, 1000), st.floats(0, 3))
def test_the_plan_is_what_a_counting_server_allows(requests, quota, window, left, each):
    """An oracle that spends request after request."""
    now, remaining, end = 0.0, min(left, quota), float(window)
    for _ in range(requests if requests < 3000 else 0):
        if remaining == 0 and now < end:
            now = end
        while now >= end:
            remaining, end = quota, end + window
        remaining -= 1
        now += each
    planned = cost(requests, quota, window, min(left, quota), each)
    if requests < 3000:
        assert abs(planned.seconds - now) <= 2 * window + each * (quota + 1)
    assert planned.seconds >= requests * each - 1e-6
