"""What Secrets Manager keeps for a stack: a secret for each class of functions, a JSON object of variables.

Named `<stack>/<class>`. They are made before the stack, which gives each class the right to read its own.
"""

CIRCLE = frozenset({"CIRCLE_API_KEY", "CIRCLE_ENTITY_SECRET"})

HELD = {
    "api": frozenset(
        {
            "API_KEY_PEPPER",
            "CIRCLE_API_KEY",
            "DATABASE_URL_API",
            "JWT_SECRET",
            "JWT_SECRET_PREVIOUS",
            "WEBHOOK_ENCRYPTION_KEY",
        }
    ),
    # A report is read as the platform that ordered it would read it: through the API's role.
    "jobs": CIRCLE | {"ARC_RPC_URL", "DATABASE_URL_API", "DATABASE_URL_JOBS", "WEBHOOK_ENCRYPTION_KEY"},
    "signer": CIRCLE | {"ARC_RPC_URL", "DATABASE_URL_SIGNER"},
}

# What need not be there: while no token's secret is being replaced, and with the rail web3.
OPTIONAL = CIRCLE | {"JWT_SECRET_PREVIOUS"}


def name(stack: str, kind: str) -> str:
    """The secret of a class of functions."""
    return f"{stack}/{kind}"
