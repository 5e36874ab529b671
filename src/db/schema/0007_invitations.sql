-- Links that bring people into a tenant. Whoever has one may sign up into the tenant, or join it, until it expires; only
-- the hash of its token is kept. A person has one link per tenant at most; those without a person are the
-- environment's. roles_given 0: joining gives the tenant's default roles.
CREATE TABLE tenant_invites (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    tenant_seq BIGINT NOT NULL REFERENCES tenants (seq),
    user_seq BIGINT REFERENCES users (seq) ON DELETE CASCADE,
    id TEXT NOT NULL,
    token_hash {key} NOT NULL,
    should_send_email INTEGER NOT NULL DEFAULT 0,
    roles_given INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (env, id),
    UNIQUE (env, token_hash)
);
CREATE UNIQUE INDEX tenant_invites_of_user ON tenant_invites (tenant_seq, user_seq)
    WHERE user_seq IS NOT NULL;
CREATE INDEX tenant_invites_by_tenant ON tenant_invites (tenant_seq, expires_at);
CREATE INDEX tenant_invites_by_user ON tenant_invites (user_seq) WHERE user_seq IS NOT NULL;
CREATE INDEX tenant_invites_by_created ON tenant_invites (env, created_at, seq);

CREATE TABLE tenant_invite_roles (
    invite_seq BIGINT NOT NULL REFERENCES tenant_invites (seq) ON DELETE CASCADE,
    role_seq BIGINT NOT NULL REFERENCES roles (seq) ON DELETE CASCADE,
    PRIMARY KEY (invite_seq, role_seq)
){clustered};
CREATE INDEX tenant_invite_roles_by_role ON tenant_invite_roles (role_seq);
