-- migrate:up

-- A shard's due streams are found by platform: without this, a batch would read all active streams of its platforms.
CREATE INDEX streams_platform_due_idx ON streams (platform_id, next_release_at) WHERE status = 'active';
