-- Messages that are to go out, and what became of them. `lane` is env * 2 + channel: deliveries are claimed lane by
-- lane, since each has a provider of its own. While a message waits, due_at is the time of the next try; while somebody
-- sends it, due_at is the end of their lease. What it says is sealed, bound to its id, and dropped when it was sent.
CREATE TABLE messages (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    lane BIGINT NOT NULL,
    id {key} NOT NULL,
    state {key} NOT NULL,
    recipient TEXT NOT NULL,
    sender TEXT,
    sender_name TEXT,
    template_type TEXT,
    user_id {key},
    tenant_id {key},
    decoy INTEGER NOT NULL DEFAULT 0,
    sealed {bytes},
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    lease {key},
    number BIGINT,
    provider TEXT,
    provider_ref TEXT,
    status BIGINT,
    error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id)
);
CREATE INDEX messages_due ON messages (lane, due_at, seq) WHERE state = 'queued';
CREATE INDEX messages_by_state ON messages (env, state, seq);
CREATE INDEX messages_by_channel ON messages (env, lane, seq);
-- The texts of failed messages are dropped, and all rows in the end, by age.
CREATE INDEX messages_by_age ON messages (updated_at) WHERE state <> 'queued';
CREATE INDEX messages_kept ON messages (updated_at) WHERE state = 'failed' AND sealed IS NOT NULL;

-- Numbers that are never given twice, e.g. of files in the outbox.
CREATE TABLE counters (
    name {key} NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
){clustered};
