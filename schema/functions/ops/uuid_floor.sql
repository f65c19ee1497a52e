-- The least id that ops.uuid_v7 can make at a moment: where rows of a later time begin in an index by id.
-- NULL for NULL.
--
-- Test:  tests/functions/test_audit_logs.py

CREATE OR REPLACE FUNCTION ops.uuid_floor(p_at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT
        encode(
            substring(int8send(t.us / 1000) FROM 3)
            || int2send((28672 + (t.us % 1000) * 4096 / 1000)::smallint)
            || '\x8000000000000000'::bytea,
            'hex'
        )::uuid
    FROM (SELECT greatest(0, extract(EPOCH FROM p_at) * 1000000)::bigint AS us) AS t
);
