-- The number of the newest migration.
--
-- Cost:  O(migrations)
-- Test:  tests/functions/test_web_service.py

CREATE OR REPLACE FUNCTION ops.migration_version() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
    SELECT max(version) FROM ops.schema_migrations
$$;
