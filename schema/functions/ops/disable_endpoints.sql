-- Ends the deliveries of endpoints: what waits for them fails, and their platforms' other endpoints are told. p_reason
-- is 'gone' (answered 410) or 'failing' (nothing but failures for five days).
--
-- Locks:  the endpoints, which the caller holds, and what waits for them
-- Cost:   O(deliveries that wait)
-- Test:   tests/jobs/test_deliver_webhooks.py

CREATE OR REPLACE FUNCTION ops.disable_endpoints(p_endpoints uuid[], p_reason text) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    UPDATE ops.webhook_endpoints SET disabled_at = clock_timestamp(), disabled_reason = p_reason
    WHERE id = ANY(p_endpoints);

    UPDATE ops.webhook_deliveries
    SET status = 'failed', next_attempt_at = NULL, leased_until = NULL, error = coalesce(error, 'the endpoint is disabled')
    WHERE endpoint_id = ANY(p_endpoints) AND status = 'pending';

    INSERT INTO ops.outbox (event, platform_id, object_type, object_id, payload)
    SELECT
        'webhook_endpoint.disabled', e.platform_id, 'webhook_endpoint', e.id,
        jsonb_build_object('url', e.url, 'disabled_reason', p_reason)
    FROM ops.webhook_endpoints AS e
    WHERE e.id = ANY(p_endpoints)
    ORDER BY e.id;

    SELECT ops.audit('webhook_endpoint.disabled', 'webhook_endpoint', e.id, jsonb_build_object('reason', p_reason))
    FROM unnest(p_endpoints) AS e (id);
$$;
