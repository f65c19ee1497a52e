"""The faults that `make mutants` plants, each with the rows that must see it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In `file`, every `was` becomes `becomes`."""

    file: str
    was: str
    becomes: str


@dataclass(frozen=True)
class Mutation:
    """One fault: what is wrong in a few words, the edits that make it so, the rows to play."""

    name: str
    rows: tuple[str, ...]
    edits: tuple[Edit, ...]


FUNCTIONS = "schema/functions/public"
LAYER = "layers/shared/gigstream"
CHAIN = "layers/chain/gigstream_chain"
CONTRACT = "infra/contracts/PaymentStreaming.vy"

MUTATIONS = [
    Mutation(
        "accrual rounds where it must cut",
        ("R1",),
        (
            Edit(f"{FUNCTIONS}/stream_accrued.sql", "0.000001 * div(", "0.000001 * round(1.0 *"),
            Edit(f"{FUNCTIONS}/stream_accrued.sql", "p_anchor_time))),", "p_anchor_time))) /"),
        ),
    ),
    Mutation(
        "resume does not move the end",
        ("R1",),
        (
            Edit(
                f"{FUNCTIONS}/resume_stream.sql",
                "v_stream.end_time + (v_anchor - greatest(v_stream.paused_at, v_stream.anchor_time))",
                "v_stream.end_time",
            ),
        ),
    ),
    Mutation(
        "resume keeps the old anchor amount",
        ("R1",),
        (Edit(f"{FUNCTIONS}/resume_stream.sql", "anchor_amount = s.released_amount,", ""),),
    ),
    Mutation(
        "a top-up keeps the old anchor",
        ("R1",),
        (Edit(f"{FUNCTIONS}/top_up_stream.sql", "        anchor_time = v_anchor,\n", ""),),
    ),
    Mutation(
        "what is disputed is split to the nearest and not cut",
        ("R1",),
        (
            Edit(
                f"{FUNCTIONS}/resolve_dispute.sql",
                "div(refunded * 1000000 * p_to_worker, 10000)",
                "round(refunded * 1000000 * p_to_worker / 10000)",
            ),
        ),
    ),
    Mutation(
        "a stream is released for whoever asks",
        ("R16",),
        (
            Edit(
                f"{FUNCTIONS}/release_stream.sql",
                "s.id = p_stream_id AND ops.tenant() IN (s.platform_id, s.worker_id)",
                "s.id = p_stream_id",
            ),
        ),
    ),
    Mutation(
        "a release is not numbered",
        ("R2", "R4"),
        (Edit(f"{FUNCTIONS}/release_streams.sql", "s.release_seq + (d.amount > 0)::integer", "s.release_seq"),),
    ),
    Mutation(
        "a tick from the future pays early",
        ("R19",),
        (
            Edit(f"{FUNCTIONS}/release_due.sql", "least(p_as_of, clock_timestamp())", "p_as_of"),
            Edit(f"{FUNCTIONS}/release_streams.sql", "least(p_as_of, clock_timestamp())", "p_as_of"),
        ),
    ),
    Mutation(
        "release workers do not lock the streams they take",
        ("R5", "R2"),
        (Edit(f"{FUNCTIONS}/release_due.sql", "        FOR NO KEY UPDATE OF s SKIP LOCKED\n", ""),),
    ),
    Mutation(
        "a tick takes a stream for due that another has just released",
        ("R5",),
        (Edit(f"{FUNCTIONS}/release_due.sql", " AND coalesce(s.next_release_at, 'infinity') <= v_now", ""),),
    ),
    Mutation(
        "balances are not locked in one order",
        ("R5", "R2"),
        (Edit("schema/triggers/apply_transfers.sql", "    ORDER BY a.id\n", "    ORDER BY random()\n"),),
    ),
    Mutation(
        "the tenant outlives its transaction in the pooler's session",
        ("R6", "R16"),
        (Edit("schema/functions/ops/act_as.sql", ", TRUE)", ", FALSE)"),),
    ),
    Mutation(
        "statements are prepared behind the pooler",
        ("R6",),
        (Edit(f"{LAYER}/db.py", "prepare_threshold=None", "prepare_threshold=0"),),
    ),
    Mutation(
        "a serialization failure is not tried again",
        ("R8",),
        (Edit(f"{LAYER}/db.py", "ATTEMPTS = 5", "ATTEMPTS = 1"),),
    ),
    Mutation(
        "an answer is stored after the commit",
        ("R3", "R9"),
        (Edit(f"{LAYER}/db.py", "[claim.store(result), COMMIT]", "[COMMIT, claim.store(result)]"),),
    ),
    Mutation(
        "an idempotency key is not claimed",
        ("R9",),
        (Edit("schema/functions/ops/claim_request.sql", "    IF FOUND THEN\n", "    IF TRUE THEN\n"),),
    ),
    Mutation(
        "an idempotency key forgets its request",
        ("R9",),
        (
            Edit(
                "schema/functions/ops/claim_request.sql",
                "    IF v_hash IS DISTINCT FROM p_request_hash THEN\n",
                "    IF FALSE THEN\n",
            ),
        ),
    ),
    Mutation(
        "idempotency keys are shared by tenants",
        ("R9",),
        (
            Edit(
                "schema/functions/ops/principal.sql",
                "    SELECT coalesce(ops.tenant_kind() || ':' || ops.tenant()::text,",
                "    SELECT coalesce('anybody',",
            ),
        ),
    ),
    Mutation(
        "an advance is not locked before pay repays it",
        ("R20",),
        (Edit("schema/triggers/apply_transfers.sql", "            FOR NO KEY UPDATE OF l\n", ""),),
    ),
    Mutation(
        "an advance takes all of a pay",
        ("R20",),
        (Edit("schema/triggers/apply_transfers.sql", "- p.released) * 1000000, 2)", "- p.released) * 1000000, 1)"),),
    ),
    Mutation(
        "a worker has several advances open",
        ("R20",),
        (
            Edit(
                "schema/migrations/0002_domain.sql",
                "CREATE UNIQUE INDEX loans_open_key",
                "CREATE INDEX loans_open_key",
            ),
        ),
    ),
    Mutation(
        "an early repayment does not lock the advance",
        ("R20",),
        (
            Edit(
                f"{FUNCTIONS}/repay_advance.sql",
                "    WHERE l.id = p_loan_id AND l.worker_id = ops.tenant()\n    FOR NO KEY UPDATE;",
                "    WHERE l.id = p_loan_id AND l.worker_id = ops.tenant();",
            ),
        ),
    ),
    Mutation(
        "a token for another audience is taken",
        ("R15",),
        (Edit(f"{LAYER}/tokens.py", 'options={"require": [', 'options={"verify_aud": False, "require": ['),),
    ),
    Mutation(
        "a token without an end is taken",
        ("R15",),
        (Edit(f"{LAYER}/tokens.py", ', "iat", "exp"]', ', "iat"]'),),
    ),
    Mutation(
        "a token of another kind is taken",
        ("R15",),
        (Edit(f"{LAYER}/tokens.py", 'if claims["typ"] != "access":', "if False:"),),
    ),
    Mutation(
        "everybody sees every task",
        ("R16",),
        (
            Edit(
                "schema/roles.sql",
                "CREATE POLICY tenant_read ON tasks FOR SELECT TO api\n"
                "USING ((SELECT ops.tenant()) = any(ARRAY[platform_id, worker_id]));",
                "CREATE POLICY tenant_read ON tasks FOR SELECT TO api USING (true);",
            ),
        ),
    ),
    Mutation(
        "a revoked key still opens",
        ("R16",),
        (Edit("schema/functions/ops/authenticate_key.sql", "        AND k.revoked_at IS NULL\n", ""),),
    ),
    Mutation(
        "a scope is not asked for",
        ("R16",),
        (
            Edit(
                "schema/functions/ops/authenticate_key.sql",
                "p_scope <> '*' AND p_scope <> ALL (v_key.scopes)",
                "FALSE",
            ),
        ),
    ),
    Mutation(
        "money is answered as a number",
        ("R17",),
        (Edit(f"{LAYER}/wire.py", "Decimal: money.text,", "Decimal: float,"),),
    ),
    Mutation(
        "a view raises what nobody foresaw",
        ("R17",),
        (
            Edit(
                "functions/api/workers/reputation.py",
                "return app.read(reputation.score(worker_id))",
                "return app.read(reputation.score(worker_id)).nothing",
            ),
        ),
    ),
    Mutation(
        "a field that no model knows is taken",
        ("R17",),
        (Edit(f"{LAYER}/models/common.py", 'extra="forbid"', 'extra="ignore"'),),
    ),
    Mutation(
        "posted money goes with its task",
        ("R22",),
        (
            Edit(
                "schema/migrations/0003_ledger.sql",
                "task_id uuid REFERENCES tasks (id) ON DELETE RESTRICT",
                "task_id uuid REFERENCES tasks (id) ON DELETE CASCADE",
            ),
            Edit(
                "schema/triggers/refuse_change.sql",
                "BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.transfers",
                "BEFORE UPDATE OR TRUNCATE ON ledger.transfers",
            ),
        ),
    ),
    Mutation(
        "a table can be emptied at once",
        ("R22",),
        (Edit("schema/triggers/refuse_change.sql", "BEFORE TRUNCATE ON workers\n", "BEFORE UPDATE ON workers\n"),),
    ),
    Mutation(
        "a webhook gets a new id at each attempt",
        ("R13",),
        (Edit("functions/jobs/deliver_webhooks.py", "str(claimed.event_id), int(", "str(claimed.id), int("),),
    ),
    Mutation(
        "a webhook that failed is not sent again",
        ("R13",),
        (Edit(f"{LAYER}/rules/retries.py", "    if attempts > len(DELAYS):", "    if attempts:"),),
    ),
    Mutation(
        "a lease never runs out",
        ("R13",),
        (
            Edit(
                "schema/functions/ops/claim_deliveries.sql",
                "leased_until IS NULL OR d.leased_until <= statement_timestamp()",
                "leased_until IS NULL",
            ),
        ),
    ),
    Mutation(
        "one public address is enough",
        ("R14",),
        (Edit(f"{LAYER}/targets.py", "not all(map(is_public, named))", "not any(map(is_public, named))"),),
    ),
    Mutation(
        "a webhook's host is resolved again to connect to it",
        ("R14",),
        (Edit(f"{LAYER}/targets.py", "    return named\n", "    return [target.host]\n"),),
    ),
    Mutation(
        "an address that stands for another is taken for what it says",
        ("R14",),
        (Edit(f"{LAYER}/targets.py", " and not any(ip in network for network in _DENIED)", ""),),
    ),
    Mutation(
        "the contract pays before it writes down that it has",
        ("R23",),
        (
            Edit(CONTRACT, "    self.streams[stream_id] = terms\n    self.books -= amount\n    worker:", "    worker:"),
            Edit(
                CONTRACT,
                "    log StreamReleased(stream_id=stream_id, amount=amount)\n    return amount",
                "    self.streams[stream_id] = terms\n    self.books -= amount\n"
                "    log StreamReleased(stream_id=stream_id, amount=amount)\n    return amount",
            ),
        ),
    ),
    Mutation(
        "the contract does not note payment numbers",
        ("R23",),
        (Edit(CONTRACT, "        self.used[slot] = before | mask\n", ""),),
    ),
    Mutation(
        "the contract notes a batch's numbers in its first slot only",
        ("R23",),
        (Edit(CONTRACT, "range(first >> 8, (last >> 8) + 1,", "range(first >> 8, (first >> 8) + 1,"),),
    ),
    Mutation(
        "a batch of the contract may reach the streams' escrow",
        ("R23",),
        (Edit(CONTRACT, '    assert due <= self._custody(books), "custody is short"\n', ""),),
    ),
    Mutation(
        "the contract takes a token's false for a payment",
        ("R23",),
        (Edit(CONTRACT, "len(answer) == 32 and convert(answer, uint256) == 1", "len(answer) == 32"),),
    ),
    Mutation(
        "the contract's resume does not move the end",
        ("R23",),
        (Edit(CONTRACT, "self._end(terms) + anchor_time - paused_at", "self._end(terms)"),),
    ),
    Mutation(
        "the contract's halt holds up claims",
        ("R23",),
        (
            Edit(
                CONTRACT,
                "    amount: uint256 = self._accrued(terms, block.timestamp) - (",
                '    assert self.books >> HALTED_AT == 0, "halted"\n'
                "    amount: uint256 = self._accrued(terms, block.timestamp) - (",
            ),
        ),
    ),
    Mutation(
        "a worker whom the contract cannot pay loses what he has earned",
        ("R23",),
        (Edit(CONTRACT, "            self.books += due\n", ""),),
    ),
    Mutation(
        "a payment is sent before it is stored",
        ("R10",),
        (
            Edit(
                f"{CHAIN}/web3_rail.py",
                "        self.store(settlement, signed, gas, fees)\n",
                "        self.nodes[0].send(signed.raw)\n        self.store(settlement, signed, gas, fees)\n",
            ),
        ),
    ),
    Mutation(
        "what was not answered is signed again with the chain's nonce",
        ("R10",),
        (
            Edit(
                f"{CHAIN}/web3_rail.py",
                "self.broadcast(settlement, Signed(bytes(newest.raw), newest.tx_hash), newest.max_fee_per_gas)",
                "self.replace(__import__('dataclasses').replace(settlement, nonce=self.most_nonce), newest)",
            ),
        ),
    ),
    Mutation(
        "a replacement takes a new nonce",
        ("R10", "R11"),
        (
            Edit(
                f"{CHAIN}/web3_rail.py",
                "        signed = self.sign(settlement, payments, newest.gas, fees)\n",
                "        other = __import__('dataclasses').replace(settlement, nonce=self.signer.next_nonce)\n"
                "        signed = self.sign(other, payments, newest.gas, fees)\n",
            ),
        ),
    ),
    Mutation(
        "no answer is taken for a failure",
        ("R10",),
        (
            Edit(
                f"{CHAIN}/web3_rail.py",
                "    if receipt is not None:\n",
                "    if receipt is None and own and 'no answer' in (one.attempts[-1].answer or ''):\n"
                "        run.write(settlements.revert(settlement.id, 'no answer', tx_hash=own[-1]))\n"
                "        return 'reverted'\n"
                "    if receipt is not None:\n",
            ),
        ),
    ),
    Mutation(
        "a payout may go into two settlements",
        ("R10",),
        (
            Edit(
                "schema/migrations/0013_settlements.sql",
                "transaction_id uuid PRIMARY KEY REFERENCES transactions (id) ON DELETE RESTRICT,\n    chain_id",
                "transaction_id uuid REFERENCES transactions (id) ON DELETE RESTRICT,\n    chain_id",
            ),
            Edit(
                f"{FUNCTIONS}/queue_settlements.sql",
                "NOT EXISTS (SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = t.id)",
                "TRUE",
            ),
            Edit(
                f"{FUNCTIONS}/queue_settlements.sql",
                "NOT EXISTS (SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = u.id)",
                "TRUE",
            ),
        ),
    ),
    Mutation(
        "another transaction's receipt ends a settlement",
        ("R10",),
        (
            Edit(f"{CHAIN}/rpc.py", ' or answer.get("transactionHash") != tx_hash', ""),
            Edit(
                f"{CHAIN}/web3_rail.py",
                "if paid is None or not agree(settlement, payments, paid):",
                "if paid is None:",
            ),
            Edit("schema/functions/ops/require_attempt.sql", "IF p_settlement.rail = 'web3' AND", "IF FALSE AND"),
        ),
    ),
    Mutation(
        "a receipt counts though its block is gone",
        ("R10",),
        (
            Edit(
                f"{CHAIN}/rpc.py",
                'block.get("hash") == receipt.block_hash and receipt.tx_hash in block.get("transactions", [])',
                "True",
            ),
        ),
    ),
    Mutation(
        "a conflict is never declared",
        ("R11",),
        (Edit(f"{CHAIN}/web3_rail.py", "if observed < SIGHTINGS:", "if observed:"),),
    ),
    Mutation(
        "a paused signer goes on",
        ("R11",),
        (
            Edit(f"{CHAIN}/web3_rail.py", "if self.signer.paused_at is not None:", "if False:"),
            Edit(f"{FUNCTIONS}/reserve_settlement.sql", "IF v_signer.paused_at IS NOT NULL THEN", "IF FALSE THEN"),
        ),
    ),
    Mutation(
        "nobody minds that the key was used elsewhere",
        ("R11",),
        (Edit(f"{FUNCTIONS}/reserve_settlement.sql", "IF p_chain_nonce > v_signer.next_nonce THEN", "IF FALSE THEN"),),
    ),
    Mutation(
        "a replacement offers no more than before",
        ("R11",),
        (
            Edit(f"{CHAIN}/web3_rail.py", "return -(-fee * 9 // 8)", "return fee"),
            Edit(f"{CHAIN}/web3_rail.py", "max(LEAST_FEE, 2 * self.base_fee + TIP)", "LEAST_FEE + TIP"),
        ),
    ),
    Mutation(
        "a payee who was not paid counts as paid",
        ("R11",),
        (Edit(f"{CHAIN}/web3_rail.py", "failed=paid.failed,", ""),),
    ),
]
