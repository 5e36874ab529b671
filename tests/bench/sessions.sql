-- A million sessions (or :sessions of them) of the users of the tenant "bench", as if they had signed in one after
-- another within a day.
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :sessions),
    first (user, users, env, tenant) AS (
        SELECT MIN(u.seq), COUNT(*), MIN(u.env), (SELECT seq FROM tenants WHERE tenant_id = 'bench') FROM users u)
INSERT INTO sessions (env, id, user_seq, tenant_seq, family_hash, secret_hash, rotated_at, methods, ip, user_agent,
    created_at, auth_at, used_at, expires_at, client, mfa)
SELECT env, printf('session-%07d', i), user + (i * 7919) % users, tenant, 'none', 'none', at, 1,
    printf('10.%d.%d.%d', i % 200, i / 200 % 250, i / 50000 % 250), 'Mozilla/5.0 (X11; Linux x86_64)', at, at,
    at + i % 1000 * 1000, at + 30 * 86400000,
    substr('curl Safari on iOS Firefox on Linux Chrome on Windows', 1, 4 + i % 3 * 15), i % 6
FROM (SELECT i, (CAST(strftime('%s', 'now') AS INTEGER) - 86400) * 1000 + i * 80 AS at FROM n) moments, first;
