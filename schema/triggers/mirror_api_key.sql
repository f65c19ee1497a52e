-- A platform's row shows its newest API key: the prefix and the hash.
--
-- On:    ops.api_keys, after insert, each row
-- Cost:  O(1)
-- Test:  tests/functions/test_auth_keys.py

CREATE OR REPLACE FUNCTION ops.mirror_api_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE platforms SET api_key = NEW.prefix, api_key_hash = NEW.key_hash WHERE id = NEW.platform_id;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _500_mirror_api_key
AFTER INSERT ON ops.api_keys
FOR EACH ROW EXECUTE FUNCTION ops.mirror_api_key();
