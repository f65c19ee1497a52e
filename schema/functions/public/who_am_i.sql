-- The platform or worker that signed in; scopes are those of the platform's key, NULL for a worker.
--
-- Cost:  O(1)
-- Test:  tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION who_am_i()
RETURNS TABLE (kind text, id uuid, name text, email text, scopes text[])
LANGUAGE sql STABLE
AS $$
    SELECT 'worker', w.id, w.name, w.email, NULL::text[]
    FROM workers AS w
    WHERE w.id = ops.tenant() AND ops.tenant_kind() = 'worker'
    UNION ALL
    SELECT 'platform', p.id, p.name, p.contact_email, string_to_array(current_setting('gigstream.scopes', TRUE), ' ')
    FROM platforms AS p
    WHERE p.id = ops.tenant() AND ops.tenant_kind() = 'platform'
$$;
