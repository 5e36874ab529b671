-- The spine: environments, tenants, users, roles, permissions, groups, configurations, audits.
--
-- Rules of every table here
--   * Written once for SQLite and PostgreSQL. {seq}, {key}, {bytes} and {clustered} stand for the engine's words (see
--     the drivers); a line "-- only: NAME" starts a part for one engine, "-- only: all" ends it.
--   * Rows point at each other by `seq`, a small integer that never leaves the server: indexes over a million
--     users stay compact. The public id is a column of its own.
--   * Times are BIGINT milliseconds given by the caller; booleans are INTEGER 0 or 1; JSON is text.
--   * *_key columns hold folded text (base/utf8 utf8_fold) and compare byte by byte on both engines.

CREATE TABLE environments (
    seq {seq},
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    host TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Keys that sign tokens. The private half is sealed with the storage key.
CREATE TABLE signing_keys (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    public_pem TEXT NOT NULL,
    private_sealed {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT,
    UNIQUE (env, id)
);

-- Counts and change numbers of lists, so that no reader ever counts a list. A list is named by `list`: the seq of a
-- tenant, or the negative seq of an environment for "all of it". kind: users, tenants, roles, audits.
CREATE TABLE totals (
    list BIGINT NOT NULL,
    kind TEXT NOT NULL,
    total BIGINT NOT NULL DEFAULT 0,
    generation BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (list, kind)
){clustered};

CREATE TABLE tenants (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    id TEXT NOT NULL,
    tenant_id {key} NOT NULL,
    parent BIGINT REFERENCES tenants (seq),
    name TEXT NOT NULL,
    name_key {key} NOT NULL,
    search_key {key} NOT NULL,
    alias TEXT,
    alias_key {key},
    metadata TEXT NOT NULL DEFAULT '{}',
    is_reseller INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    creator_name TEXT,
    creator_email TEXT,
    website TEXT,
    application_url TEXT,
    login_url TEXT,
    logo TEXT,
    logo_url TEXT,
    address TEXT,
    address2 TEXT,
    timezone TEXT,
    date_format TEXT,
    time_format TEXT,
    currency TEXT,
    status TEXT,
    tenant_type TEXT,
    domain TEXT,
    country_code TEXT,
    state TEXT,
    city TEXT,
    post_code TEXT,
    industry TEXT,
    number_of_employees BIGINT,
    annual_revenue BIGINT,
    year_founded BIGINT,
    total_funding TEXT,
    has_custom_login INTEGER NOT NULL DEFAULT 0,
    sub_account_access_type TEXT,
    UNIQUE (env, tenant_id),
    UNIQUE (env, id)
);
-- Lists leave removed tenants out; the partial indexes match their "deleted_at IS NULL".
CREATE INDEX tenants_by_name ON tenants (env, name_key, seq) WHERE deleted_at IS NULL;
CREATE INDEX tenants_by_created ON tenants (env, created_at, seq) WHERE deleted_at IS NULL;
CREATE INDEX tenants_by_updated ON tenants (env, updated_at, seq) WHERE deleted_at IS NULL;
CREATE INDEX tenants_by_tenant_id ON tenants (env, tenant_id, seq) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX tenants_by_alias ON tenants (env, alias_key)
    WHERE deleted_at IS NULL AND alias_key IS NOT NULL;
CREATE INDEX tenants_by_parent ON tenants (parent) WHERE parent IS NOT NULL;

CREATE TABLE users (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    id {key} NOT NULL,
    email TEXT,
    email_key {key},
    username TEXT,
    username_key {key},
    phone_number TEXT,
    external_id TEXT,
    name TEXT,
    name_key {key} NOT NULL,
    search_key {key} NOT NULL,
    password_hash TEXT,
    profile_picture_url TEXT,
    provider TEXT NOT NULL DEFAULT 'local',
    managed_by TEXT NOT NULL DEFAULT 'frontegg',
    metadata TEXT NOT NULL DEFAULT '{}',
    vendor_metadata TEXT NOT NULL DEFAULT '{}',
    active_tenant_id {key},
    verified INTEGER NOT NULL DEFAULT 0,
    is_locked INTEGER NOT NULL DEFAULT 0,
    invisible INTEGER NOT NULL DEFAULT 0,
    super_user INTEGER NOT NULL DEFAULT 0,
    mfa_enrolled INTEGER NOT NULL DEFAULT 0,
    mfa_bypass INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_login BIGINT,
    password_changed_at BIGINT,
    UNIQUE (env, id),
    UNIQUE (env, email_key)
);
CREATE UNIQUE INDEX users_by_username ON users (env, username_key) WHERE username_key IS NOT NULL;
CREATE INDEX users_by_phone ON users (env, phone_number) WHERE phone_number IS NOT NULL;
CREATE INDEX users_by_external ON users (env, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE user_tenants (
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    tenant_seq BIGINT NOT NULL REFERENCES tenants (seq),
    created_at BIGINT NOT NULL,
    invited_at BIGINT,
    activated_at BIGINT,
    expires_at BIGINT,
    is_disabled INTEGER NOT NULL DEFAULT 0,
    sub_account_access INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_seq, tenant_seq)
){clustered};
CREATE INDEX user_tenants_disabled ON user_tenants (tenant_seq) WHERE is_disabled = 1;
CREATE INDEX user_tenants_by_expiry ON user_tenants (expires_at) WHERE expires_at IS NOT NULL;

-- One row for each list a user is in: the whole environment, and each of the user's tenants (see totals for `list`).
-- It repeats the columns that lists sort and filter by, so that any page of any list is one range of one index.
-- Kept by store/user_order.c in the transaction that changes the user.
CREATE TABLE user_order (
    list BIGINT NOT NULL,
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    name_key {key} NOT NULL,
    email_key {key} NOT NULL,
    id {key} NOT NULL,
    active_tenant_id {key} NOT NULL,
    provider {key} NOT NULL,
    verified INTEGER NOT NULL,
    is_locked INTEGER NOT NULL,
    PRIMARY KEY (user_seq, list)
){clustered};
CREATE INDEX user_order_by_created ON user_order (list, created_at, user_seq);
CREATE INDEX user_order_by_name ON user_order (list, name_key, user_seq);
CREATE INDEX user_order_by_email ON user_order (list, email_key, user_seq);
CREATE INDEX user_order_by_id ON user_order (list, id, user_seq);
CREATE INDEX user_order_by_tenant ON user_order (list, active_tenant_id, user_seq);
CREATE INDEX user_order_by_provider ON user_order (list, provider, user_seq);
CREATE INDEX user_order_by_verified ON user_order (list, verified, user_seq);
CREATE INDEX user_order_by_locked ON user_order (list, is_locked, user_seq);

CREATE TABLE roles (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    tenant_seq BIGINT REFERENCES tenants (seq),
    id TEXT NOT NULL,
    role_key {key} NOT NULL,
    name TEXT NOT NULL,
    name_key {key} NOT NULL,
    description TEXT,
    level BIGINT NOT NULL DEFAULT 0,
    is_default INTEGER NOT NULL DEFAULT 0,
    first_user_role INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id)
);
CREATE UNIQUE INDEX roles_by_key ON roles (env, COALESCE(tenant_seq, 0), role_key);
CREATE INDEX roles_by_name ON roles (env, name_key, seq);
CREATE INDEX roles_by_level ON roles (env, level, seq);
CREATE INDEX roles_by_created ON roles (env, created_at, seq);
CREATE INDEX roles_by_tenant ON roles (tenant_seq) WHERE tenant_seq IS NOT NULL;

CREATE TABLE permission_categories (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key {key} NOT NULL,
    description TEXT,
    fe_category INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id),
    UNIQUE (env, name_key)
);

CREATE TABLE permissions (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    category_seq BIGINT REFERENCES permission_categories (seq) ON DELETE SET NULL,
    id TEXT NOT NULL,
    permission_key {key} NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    fe_permission INTEGER NOT NULL DEFAULT 0,
    assignment_type TEXT NOT NULL DEFAULT 'ASSIGNABLE',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id),
    UNIQUE (env, permission_key)
);
CREATE INDEX permissions_by_category ON permissions (category_seq) WHERE category_seq IS NOT NULL;

CREATE TABLE role_permissions (
    role_seq BIGINT NOT NULL REFERENCES roles (seq) ON DELETE CASCADE,
    permission_seq BIGINT NOT NULL REFERENCES permissions (seq) ON DELETE CASCADE,
    PRIMARY KEY (role_seq, permission_seq)
){clustered};
CREATE INDEX role_permissions_by_permission ON role_permissions (permission_seq, role_seq);

CREATE TABLE user_roles (
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    tenant_seq BIGINT NOT NULL REFERENCES tenants (seq),
    role_seq BIGINT NOT NULL REFERENCES roles (seq) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_seq, tenant_seq, role_seq)
){clustered};
CREATE INDEX user_roles_by_role ON user_roles (role_seq, user_seq);

CREATE TABLE user_groups (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    tenant_seq BIGINT NOT NULL REFERENCES tenants (seq),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key {key} NOT NULL,
    color TEXT,
    description TEXT,
    metadata TEXT NOT NULL DEFAULT '{}',
    managed_by TEXT NOT NULL DEFAULT 'frontegg',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id)
);
CREATE UNIQUE INDEX user_groups_by_name ON user_groups (tenant_seq, name_key);
CREATE TABLE group_users (
    group_seq BIGINT NOT NULL REFERENCES user_groups (seq) ON DELETE CASCADE,
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    PRIMARY KEY (group_seq, user_seq)
){clustered};
CREATE INDEX group_users_by_user ON group_users (user_seq);
CREATE TABLE group_roles (
    group_seq BIGINT NOT NULL REFERENCES user_groups (seq) ON DELETE CASCADE,
    role_seq BIGINT NOT NULL REFERENCES roles (seq) ON DELETE CASCADE,
    PRIMARY KEY (group_seq, role_seq)
){clustered};
CREATE INDEX group_roles_by_role ON group_roles (role_seq);

-- JSON documents by name. tenant_seq 0 is the environment's own document.
CREATE TABLE configurations (
    env BIGINT NOT NULL REFERENCES environments (seq),
    tenant_seq BIGINT NOT NULL DEFAULT 0,
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (env, tenant_seq, name)
){clustered};

-- Values that must not be readable in the file, sealed with the storage key, bound to env, scope and name.
CREATE TABLE sealed_values (
    env BIGINT NOT NULL REFERENCES environments (seq),
    tenant_seq BIGINT NOT NULL DEFAULT 0,
    name TEXT NOT NULL,
    sealed {bytes} NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (env, tenant_seq, name)
){clustered};

CREATE TABLE audits (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    tenant_id {key},
    id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    severity TEXT NOT NULL,
    action TEXT NOT NULL,
    description TEXT,
    resource TEXT,
    resource_id TEXT,
    user_id TEXT,
    user_name TEXT,
    email TEXT,
    email_key {key},
    ip TEXT,
    user_agent TEXT,
    trace_id TEXT,
    extra TEXT,
    search_key {key} NOT NULL
);
CREATE INDEX audits_by_time ON audits (env, created_at, seq);
CREATE INDEX audits_by_tenant ON audits (env, tenant_id, created_at, seq);
CREATE INDEX audits_by_user ON audits (env, user_id, created_at, seq) WHERE user_id IS NOT NULL;
CREATE INDEX audits_by_email ON audits (env, email_key, created_at, seq)
    WHERE email_key IS NOT NULL;

-- Substring search over users (name, e-mail, user name, phone), three characters and more. On SQLite the index is kept
-- by store/users.c: triggers on virtual tables would need a trusted schema.
-- only: sqlite
CREATE VIRTUAL TABLE user_search USING fts5 (
    search_key, content = 'users', content_rowid = 'seq', columnsize = 0,
    tokenize = 'trigram case_sensitive 1'
);
-- only: postgresql
-- Without the right to create the extension, searches still work, by scanning.
DO $do$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX user_search ON users USING gin (search_key gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported
    OR undefined_object THEN
    RAISE NOTICE 'pg_trgm is not available: substring search will scan';
END
$do$;
-- only: all
