-- Flows in which people approve a request, and requests under way. tenant_seq 0 is the environment's own flow.
CREATE TABLE approval_flows (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    tenant_seq BIGINT NOT NULL DEFAULT 0,
    id {key} NOT NULL,
    name TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id)
);
CREATE INDEX approval_flows_by_tenant ON approval_flows (env, tenant_seq, seq);

-- A request as it was started: `document` is the flow of that moment. status: 0 waits, 1 approved, 2 refused, 3 out of time.
CREATE TABLE approval_executions (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    id {key} NOT NULL,
    tenant_id {key} NOT NULL,
    user_id {key} NOT NULL,
    session_id TEXT,
    requester TEXT NOT NULL,
    document TEXT NOT NULL,
    data TEXT NOT NULL,
    webhook_url TEXT,
    step BIGINT NOT NULL DEFAULT 0,
    status BIGINT NOT NULL DEFAULT 0,
    reported INTEGER NOT NULL DEFAULT 0,
    tries BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    auto_at BIGINT NOT NULL DEFAULT 0,
    remind_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (env, id)
);

-- Who was asked, in which step. What names them in a mail is kept as a hash. decision: NULL none yet, 0 no, 1 yes.
CREATE TABLE approval_approvers (
    seq {seq},
    execution_seq BIGINT NOT NULL REFERENCES approval_executions (seq) ON DELETE CASCADE,
    step BIGINT NOT NULL,
    email TEXT NOT NULL,
    token_hash {key} NOT NULL,
    decision INTEGER,
    decided_at BIGINT,
    UNIQUE (execution_seq, step, token_hash)
);
