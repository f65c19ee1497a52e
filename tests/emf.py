"""What CloudWatch asks of a log line with metrics in it, by the specification of the Embedded Metric Format."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema

from gigstream import metrics as ours

UNITS = [
    *["Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits"],
    *["Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second"],
    *["Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second"],
    *["Gigabits/Second", "Terabits/Second", "Count/Second", "None"],
]
NAME = {"type": "string", "minLength": 1, "maxLength": 1024}
METRIC = {
    "type": "object",
    "required": ["Name"],
    "properties": {"Name": NAME, "Unit": {"enum": UNITS}, "StorageResolution": {"enum": [1, 60]}},
}
DIMENSIONS = {"type": "array", "maxItems": 30, "items": {"type": "string", "minLength": 1, "maxLength": 250}}
DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "properties": {
        "Namespace": NAME,
        "Dimensions": {"type": "array", "minItems": 1, "items": DIMENSIONS},
        "Metrics": {"type": "array", "maxItems": 100, "items": METRIC},
    },
}
METADATA = {
    "type": "object",
    "required": ["Timestamp", "CloudWatchMetrics"],
    "properties": {"Timestamp": {"type": "integer"}, "CloudWatchMetrics": {"type": "array", "items": DIRECTIVE}},
}
ROOT = {"type": "object", "required": ["_aws"], "properties": {"_aws": METADATA}}

Metric = tuple[str, tuple[tuple[str, str], ...], str]


def metrics_of(job: str) -> set[str]:
    """The metrics of a job's good run."""
    return {
        *["failures", *ours.COUNTED.get(job, ())],
        *["lag_seconds"] * (job in ours.TIMED),
        *["moved_micro_usdc"] * (job in ours.MOVING),
        *["findings"] * (job in ours.CHECKING),
    }


def metrics(printed: str) -> Iterator[dict[Metric, float]]:
    """Of each line that has some: the values by (namespace, dimensions, name)."""
    for line in printed.splitlines():
        root = json.loads(line)
        if "_aws" in root:
            yield _counted(root)


def _counted(root: dict[str, Any]) -> dict[Metric, float]:
    jsonschema.validate(root, ROOT)
    found: dict[Metric, float] = {}
    for directive in root["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = tuple((name, root[name]) for name in names)
            # What the schema cannot say: dimensions are texts of the root node, metrics its numbers.
            assert all(isinstance(value, str) and 0 < len(value) <= 1024 for _, value in dimensions)
            for metric in directive["Metrics"]:
                value = root[metric["Name"]]
                assert isinstance(value, int | float)
                assert not isinstance(value, bool)
                found[directive["Namespace"], dimensions, metric["Name"]] = value
    return found
