-- What machines sign in with: API tokens (a client id and a secret that are exchanged) and access tokens (a signed text).

-- id is the client id, or the sub of the access token. owner_seq: of a person's token the person, of a tenant's the person
-- who made it, none if no person did. The token goes with the owner's place in the tenant. Of API tokens the hash of the
-- secret is kept; of access tokens nothing, their signature is enough.
CREATE TABLE machine_tokens (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    tenant_seq BIGINT NOT NULL REFERENCES tenants (seq),
    owner_seq BIGINT,
    id {key} NOT NULL,
    kind {key} NOT NULL,
    secret_hash TEXT,
    description TEXT,
    metadata TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    exchanged_at BIGINT,
    expires_at BIGINT,
    UNIQUE (env, id),
    FOREIGN KEY (owner_seq, tenant_seq) REFERENCES user_tenants (user_seq, tenant_seq) ON DELETE CASCADE
);
CREATE INDEX machine_tokens_by_tenant ON machine_tokens (tenant_seq, kind, seq);
CREATE INDEX machine_tokens_by_owner ON machine_tokens (owner_seq, tenant_seq) WHERE owner_seq IS NOT NULL;
CREATE INDEX machine_tokens_by_kind ON machine_tokens (env, kind, seq);

CREATE TABLE machine_token_roles (
    token_seq BIGINT NOT NULL REFERENCES machine_tokens (seq) ON DELETE CASCADE,
    role_seq BIGINT NOT NULL REFERENCES roles (seq) ON DELETE CASCADE,
    PRIMARY KEY (token_seq, role_seq)
){clustered};
CREATE INDEX machine_token_roles_by_role ON machine_token_roles (role_seq);

CREATE TABLE machine_token_permissions (
    token_seq BIGINT NOT NULL REFERENCES machine_tokens (seq) ON DELETE CASCADE,
    permission_seq BIGINT NOT NULL REFERENCES permissions (seq) ON DELETE CASCADE,
    PRIMARY KEY (token_seq, permission_seq)
){clustered};
CREATE INDEX machine_token_permissions_by_permission ON machine_token_permissions (permission_seq);

-- Refresh tokens of API tokens, one row for each exchange; as in sessions only hashes, and the secret is new each time.
CREATE TABLE machine_sessions (
    seq {seq},
    token_seq BIGINT NOT NULL REFERENCES machine_tokens (seq) ON DELETE CASCADE,
    id {key} NOT NULL UNIQUE,
    family_hash TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX machine_sessions_by_token ON machine_sessions (token_seq, seq);
