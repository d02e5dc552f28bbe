"""`launch` as people run it."""

import json


def test_a_launch_as_table_and_as_json(run):
    subject = "deepseek-ai/DeepSeek-V4-Pro"
    table = run("launch", subject, "--within", "mainline").stdout.decode()
    assert "day 30" in table and "comparable: releases" in table and "modelcensus explain p" in table
    told = json.loads(run("launch", subject, "--within", "mainline", "--format", "json").stdout)
    assert told["subject"] == subject
    rows = told["repositories"]["rows"]
    assert [r["period"] for r in rows] == ["day 1", "day 3", "day 7", "day 14", "day 30"]
    assert rows[-1]["low"] == 1_271_624 and rows[-1]["outlook"] == "day 30 is reached"


def test_what_is_no_launch_says_so(run):
    assert "FAMILY@GENERATION" in run("launch", "Qwen", status=1).stderr.decode()
    assert "Qwen3.5" in run("launch", "Qwen@Qwen3.55", status=1).stderr.decode()
