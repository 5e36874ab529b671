-- Which member of a tenant may use which application there. Applications have no row: their ids are the customer's.
-- user_tenant_id is the same for all applications of one member; it stands for the membership on the wire.
CREATE TABLE application_users (
    env BIGINT NOT NULL REFERENCES environments (seq),
    app_id {key} NOT NULL,
    user_seq BIGINT NOT NULL,
    tenant_seq BIGINT NOT NULL,
    user_tenant_id {key} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (env, app_id, user_seq, tenant_seq),
    FOREIGN KEY (user_seq, tenant_seq) REFERENCES user_tenants (user_seq, tenant_seq) ON DELETE CASCADE
){clustered};
CREATE INDEX application_users_by_user ON application_users (user_seq, tenant_seq);

-- The tenant that a person works in, by application.
CREATE TABLE application_tenants (
    user_seq BIGINT NOT NULL,
    app_id {key} NOT NULL,
    tenant_seq BIGINT NOT NULL,
    PRIMARY KEY (user_seq, app_id),
    FOREIGN KEY (user_seq, tenant_seq) REFERENCES user_tenants (user_seq, tenant_seq) ON DELETE CASCADE
){clustered};
CREATE INDEX application_tenants_by_member ON application_tenants (user_seq, tenant_seq);
