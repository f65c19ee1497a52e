-- SHA-256 of a seal after the one with digest p_previous (empty for the first): all that it says, each part of a fixed
-- width, so that no two seals read the same. It must never change, or the chain so far reads as rewritten.
--
-- Test:  tests/schema/test_audit_seals.py

CREATE OR REPLACE FUNCTION ops.seal_digest(
    p_previous bytea, p_number bigint, p_xid xid8, p_sealed_at timestamptz, p_entries ops.audit_entry[]
) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT
        sha256(
            p_previous || int8send(p_number) || xid8send(p_xid) || timestamptz_send(p_sealed_at)
            || string_agg(xid8send(e.xid) || uuid_send(e.audit_id) || e.digest, ''::bytea ORDER BY e.position)
        )
    FROM unnest(p_entries) WITH ORDINALITY AS e (xid, audit_id, digest, position)
$$;
