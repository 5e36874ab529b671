-- The floors' database: one table of 20 columns and three indexes, about 700 bytes of JSON a row, with the ids, names
-- and times of the server's own. Run with the server's database attached as `src`.
PRAGMA journal_mode = WAL;
CREATE TABLE users (
    id TEXT NOT NULL,
    email TEXT NOT NULL,
    username TEXT,
    phone_number TEXT,
    external_id TEXT,
    name TEXT,
    profile_picture_url TEXT,
    provider TEXT,
    managed_by TEXT,
    metadata TEXT,
    vendor_metadata TEXT,
    tenant_id TEXT,
    locale TEXT,
    time_zone TEXT,
    verified INTEGER,
    is_locked INTEGER,
    mfa_enrolled INTEGER,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_login TEXT
);
INSERT INTO users
SELECT id, email, substr(email, 1, 11), printf('+49 30 %09d', seq), 'external-' || id, name,
    'https://images.bench.example/profiles/' || id || '.png', provider, managed_by, metadata, '{"plan":"standard"}',
    active_tenant_id, 'en-GB', 'Europe/Berlin', verified, is_locked, mfa_enrolled,
    strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000, 'unixepoch'),
    strftime('%Y-%m-%dT%H:%M:%fZ', updated_at / 1000, 'unixepoch'),
    strftime('%Y-%m-%dT%H:%M:%fZ', updated_at / 1000, 'unixepoch')
FROM src.users ORDER BY seq;
CREATE UNIQUE INDEX users_by_id ON users (id);
CREATE UNIQUE INDEX users_by_email ON users (email);
CREATE INDEX users_by_created ON users (created_at);
