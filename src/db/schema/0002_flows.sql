-- Things that are begun in one request and ended in another: a token, or a token and a code, that works once, for one
-- purpose, for a while. Only the hash of the token is kept; code and data are sealed, bound to that hash.
CREATE TABLE flows (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    kind {key} NOT NULL,
    token_hash {key} NOT NULL,
    user_seq BIGINT REFERENCES users (seq) ON DELETE CASCADE,
    tenant_seq BIGINT REFERENCES tenants (seq),
    sealed {bytes},
    attempts INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (env, kind, token_hash)
);
CREATE INDEX flows_by_user ON flows (user_seq, kind) WHERE user_seq IS NOT NULL;
CREATE INDEX flows_by_expiry ON flows (expires_at);
