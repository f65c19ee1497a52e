-- A platform's row shows the address of its newest webhook endpoint. The secret beside it stays empty: it is derived
-- when it is needed and stored nowhere.
--
-- On:     ops.webhook_endpoints, after insert, update or delete, each row
-- Locks:  the platform
-- Cost:   O(1)
-- Test:   tests/functions/test_webhook_endpoints.py

CREATE OR REPLACE FUNCTION ops.mirror_webhook() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE platforms AS p
    SET webhook_url = (
        SELECT e.url FROM ops.webhook_endpoints AS e WHERE e.platform_id = p.id ORDER BY e.id DESC LIMIT 1
    )
    WHERE p.id = coalesce(NEW.platform_id, OLD.platform_id);
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _500_mirror_webhook
AFTER INSERT OR DELETE OR UPDATE OF url ON ops.webhook_endpoints
FOR EACH ROW EXECUTE FUNCTION ops.mirror_webhook();
