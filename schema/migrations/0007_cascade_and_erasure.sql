-- migrate:up

-- A platform without posted money takes its drafts with it, as a worker does.
ALTER TABLE tasks
DROP CONSTRAINT tasks_platform_id_fkey,
ADD CONSTRAINT tasks_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES platforms (id) ON DELETE CASCADE;
ALTER TABLE ops.memberships
DROP CONSTRAINT memberships_platform_id_fkey,
ADD CONSTRAINT memberships_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES platforms (id) ON DELETE CASCADE;

-- A worker who has himself erased stays a nameless member, because a platform's history names him; but no task is given
-- to him any more, not even by a platform that was at it at the same moment.
ALTER TABLE ops.memberships
ADD COLUMN left_at timestamptz,
ADD CONSTRAINT memberships_left CHECK (left_at IS NULL OR open_tasks = 0);
