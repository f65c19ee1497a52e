-- migrate:up

-- Whether a platform's workers may have advances on what they are predicted to earn with it, and how much of that.
-- Without a row they may not. Advances on pay that has accrued need nobody's consent: that pay is the worker's.
CREATE TABLE ops.advance_terms (
    platform_id uuid PRIMARY KEY REFERENCES platforms (id) ON DELETE CASCADE,
    enabled boolean NOT NULL,
    share_percent smallint NOT NULL DEFAULT 50 CHECK (share_percent BETWEEN 50 AND 80),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What a worker was told before he took an advance; accepted once, and only while it is fresh.
CREATE TABLE ops.loan_quotes (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    worker_id uuid NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    mode text NOT NULL CHECK (mode IN ('earned', 'predictive')),
    amount ops.usdc NOT NULL CHECK (amount > 0),
    fee ops.usdc NOT NULL,
    limit_amount ops.usdc NOT NULL,
    risk_score integer CHECK (risk_score BETWEEN 0 AND 1000),
    predicted_earnings ops.usdc,
    expires_at timestamptz NOT NULL,
    loan_id uuid UNIQUE REFERENCES loans (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (amount <= limit_amount),
    CHECK (num_nonnulls(risk_score, predicted_earnings) = CASE mode WHEN 'predictive' THEN 2 ELSE 0 END)
);

CREATE INDEX loan_quotes_worker_id_idx ON ops.loan_quotes (worker_id, expires_at) WHERE loan_id IS NULL;
CREATE INDEX loan_quotes_expires_at_idx ON ops.loan_quotes (expires_at) WHERE loan_id IS NULL;
CREATE INDEX loan_quotes_platform_id_idx ON ops.loan_quotes (platform_id);

-- An advance is repaying from its first repayment on, and not before.
ALTER TABLE loans
ADD CONSTRAINT loans_repaying CHECK (
    CASE
        WHEN status IN ('pending', 'approved', 'disbursed') THEN amount_repaid = 0
        WHEN status = 'repaying' THEN amount_repaid > 0
        ELSE TRUE
    END
);

-- What the daily job looks for.
CREATE INDEX loans_due_idx ON loans (repayment_due)
WHERE mode = 'predictive' AND status IN ('disbursed', 'repaying');
