-- Who may come from where. tenant_seq 0 is the environment's own list, which holds for all its tenants.

-- Address ranges. low and high are the first and the last address of the range as texts that sort like addresses
-- (server/cidr.h), so that "is this address in a range" is a comparison in the database.
CREATE TABLE ip_restrictions (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    tenant_seq BIGINT NOT NULL DEFAULT 0,
    id {key} NOT NULL,
    ip TEXT NOT NULL,
    low {key} NOT NULL,
    high {key} NOT NULL,
    strategy {key} NOT NULL,
    is_active INTEGER NOT NULL DEFAULT 1,
    description TEXT,
    search_key {key} NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id),
    UNIQUE (env, tenant_seq, strategy, low, high)
);

-- E-mail domains, in lower-case ASCII (xn-- for others), without a dot at the end.
CREATE TABLE domain_restrictions (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    tenant_seq BIGINT NOT NULL DEFAULT 0,
    id {key} NOT NULL,
    domain {key} NOT NULL,
    type {key} NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (env, id),
    UNIQUE (env, tenant_seq, type, domain)
);
