-- migrate:up

-- public holds the domain's eight tables; everything that supports them lives in ops, money in ledger.
CREATE SCHEMA IF NOT EXISTS ops;
CREATE SCHEMA ledger;

-- RFC 9562 version 7: 48 bits of milliseconds, then 12 bits of the millisecond's fraction, so that ids made one after
-- the other sort in that order and an index grows at its end. Column defaults need it, so it is created with them.
CREATE FUNCTION ops.uuid_v7(p_at timestamptz DEFAULT clock_timestamp()) RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN (
    SELECT
        encode(
            substring(int8send(t.us / 1000) FROM 3)
            || int2send((28672 + (t.us % 1000) * 4096 / 1000)::smallint)
            || substring(uuid_send(gen_random_uuid()) FROM 9),
            'hex'
        )::uuid
    FROM (SELECT (extract(EPOCH FROM p_at) * 1000000)::bigint AS us) AS t
);

-- EIP-55 is case; the database holds the shape and the layer that takes an address checks the checksum.
CREATE DOMAIN ops.address AS text CHECK (value ~ '^0x[0-9a-fA-F]{40}$');

-- USDC, six decimals. numeric accepts NaN and NaN passes every comparison that only asks for "not below zero".
CREATE DOMAIN ops.usdc AS numeric(18, 6) CHECK (value >= 0 AND value <> 'NaN');
