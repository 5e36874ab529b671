-- Long lists of everything that can be listed by the page (lists.txt) beside the users of the tenant "bench": :rows rows
-- of each.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA foreign_keys = OFF;
PRAGMA cache_size = -200000;
CREATE TEMP TABLE n AS WITH RECURSIVE c (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < :rows)
    SELECT i, 1767225600000 + i * 1000 AS at FROM c;
CREATE TEMP TABLE here AS SELECT u.env, MIN(u.seq) AS user, COUNT(*) AS users, MIN(u.id) AS user_id,
    (SELECT seq FROM tenants WHERE tenant_id = 'bench') AS tenant FROM users u;

INSERT INTO tenants (env, id, tenant_id, name, name_key, search_key, created_at, updated_at)
SELECT env, printf('tenant-%07d', i), printf('account-%07d', i), printf('Account %07d', i), printf('account %07d', i),
    printf('account %07d', i), at, at FROM n, here;
INSERT INTO roles (env, tenant_seq, id, role_key, name, name_key, level, created_at, updated_at)
SELECT env, tenant, printf('role-%07d', i), printf('key-%07d', i), printf('Role %07d', i), printf('role %07d', i), i % 100,
    at, at FROM n, here;
INSERT INTO user_groups (env, tenant_seq, id, name, name_key, created_at, updated_at)
SELECT env, tenant, printf('group-%07d', i), printf('Group %07d', i), printf('group %07d', i), at, at FROM n, here;
INSERT INTO audits (env, tenant_id, id, created_at, severity, action, description, resource, user_id, ip, search_key)
SELECT env, 'bench', printf('audit-%07d', i), at, 'Info', 'users_update', printf('Changed user %07d', i), 'user', user_id,
    '203.0.113.7', printf('changed user %07d', i) FROM n, here;
INSERT INTO messages (env, lane, id, state, recipient, template_type, tenant_id, due_at, created_at, updated_at)
SELECT env, env * 2, printf('message-%07d', i), 'sent', printf('user%07d@bench.example', i), 'ActivateUser', 'bench', at, at, at
FROM n, here;
INSERT INTO user_phones (env, user_seq, id, phone_number, phone_key, verified, created_at, updated_at)
SELECT env, user + i, printf('phone-%07d', i), printf('+4315%07d', i), printf('+4315%07d', i), 1, at, at
FROM n, here WHERE i < users;
UPDATE users SET username = printf('name%07d', seq), username_key = printf('name%07d', seq);
INSERT INTO totals (list, kind, total, generation)
SELECT -env, k.kind, :rows, 1 FROM here, (SELECT 'tenants' AS kind UNION ALL SELECT 'audits') k
WHERE TRUE ON CONFLICT (list, kind) DO UPDATE SET total = total + excluded.total, generation = generation + 1;
