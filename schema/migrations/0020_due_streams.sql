-- migrate:up

-- When each active stream is due: what were two indexes of streams. A release changes that hour and none of the columns
-- that streams is looked up by, so without it among them the row's new version stays on its page and the ten indexes
-- that are left need no new entries. Kept by the trigger behind streams.
CREATE TABLE ops.due_streams (
    stream_id uuid PRIMARY KEY REFERENCES streams (id) ON DELETE CASCADE,
    platform_id uuid NOT NULL,
    next_release_at timestamptz (0) NOT NULL
);

INSERT INTO ops.due_streams (stream_id, platform_id, next_release_at)
SELECT
    id,
    platform_id,
    next_release_at
FROM streams
WHERE status = 'active';

CREATE INDEX due_streams_at_idx ON ops.due_streams (next_release_at);
CREATE INDEX due_streams_platform_idx ON ops.due_streams (platform_id, next_release_at);

ALTER TABLE ops.due_streams ENABLE ROW LEVEL SECURITY;

DROP INDEX streams_due_idx, streams_platform_due_idx;

-- Streams that began together lie together and are due together: there is room for a new version of each.
ALTER TABLE streams SET (fillfactor = 50);
