-- migrate:up

-- The same ids, RFC 9562 version 7, in one expression that names its argument once: the planner puts it in the place of
-- the call, which had cost more than the rest of a row. A microsecond times 512 / 125 is milliseconds and, in twelve
-- bits behind them, their fraction; between the two goes the version, and behind them the random half of a random id.
CREATE OR REPLACE FUNCTION ops.uuid_v7(p_at timestamptz DEFAULT clock_timestamp()) RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN (
    overlay(
        lpad(to_hex((extract(EPOCH FROM p_at) * 1000000)::bigint * 512 / 125), 15, '0') placing '7' FROM 13 FOR 0
    ) || right(gen_random_uuid()::text, 17)
)::uuid;
