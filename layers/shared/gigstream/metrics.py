"""Metrics: a run's log line says which of its fields CloudWatch counts (Embedded Metric Format). No call, no waiting.

A metric costs by the month, and each job's is one of its own. So only what an alarm or the dashboard reads is one; the
rest of a line is found with Logs Insights. What Lambda and API Gateway count by themselves is not counted again.
"""

from collections.abc import Mapping
from decimal import Decimal

from gigstream import clock, money
from gigstream.config import settings
from gigstream.errors import AuditTampered, CustodyDiffers, InvariantViolated

NAMESPACE = "GigStream"
DIMENSIONS = ("stack", "job")

# Of a job's counts those that are metrics.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "release_streams": ("released", "failed"),
    "release_shard": ("released", "failed"),
    "deliver_webhooks": ("succeeded", "failed"),
    "submit_settlements": ("sent", "paused", "gas_low"),
    "confirm_settlements": ("paid", "conflicts"),
    "index_deposits": ("credited", "suspended"),
    "run_reports": ("failed",),
}
# Whose work has its hour, as ops.job_lag has it.
TIMED = frozenset(
    {
        *["release_streams", "deliver_webhooks", "settle_payouts", "submit_settlements", "confirm_settlements"],
        *["index_deposits", "seal_audit", "run_reports"],
    }
)
# Who moves money, and who looks whether something is not as it should be.
MOVING = frozenset({"release_streams", "release_shard", "confirm_settlements"})
CHECKING = frozenset({"check_ledger", "reconcile_chain", "anchor_audit"})
FINDINGS = (InvariantViolated, CustodyDiffers, AuditTampered)


def done(job: str, counts: Mapping[str, int], *, lag: int, moved: Decimal) -> dict[str, object]:
    """The line of a run that is done: `lag` in seconds, of what is left; `moved` in USDC.

    Money is a whole number of micro-USDC here, because CloudWatch's numbers are floats; it is to be looked at, and
    nothing is reckoned with it.
    """
    values = {"failures": 0} | {name: counts.get(name, 0) for name in COUNTED.get(job, ())}
    if job in CHECKING:
        values["findings"] = 0
    if job in MOVING:
        values["moved_micro_usdc"] = money.micro(moved)
    if job in TIMED:
        values["lag_seconds"] = lag
    return {**counts, **_counted(values)}


def failed(job: str, exc: Exception) -> dict[str, object]:
    """The line of a run that failed. Only one that has found something says what it found."""
    values = {"failures": 1}
    if job in CHECKING and isinstance(exc, FINDINGS):
        values["findings"] = 1
    return _counted(values)


def _counted(values: Mapping[str, int]) -> dict[str, object]:
    """Without a stack, as on one's own machine, nobody counts."""
    stack = settings().stack_name
    if stack is None:
        return {**values}
    metrics = [{"Name": name, "Unit": "Seconds" if name == "lag_seconds" else "Count"} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": [list(DIMENSIONS)], "Metrics": metrics}
    told = {"Timestamp": int(clock.now().timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return {**values, "stack": stack, "_aws": told}
