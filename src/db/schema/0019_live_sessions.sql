-- Everybody's sessions at a look: lists of a tenant in five orders, counts by person, address and client, and what
-- changed since one looked.

-- client is the user agent in few words, mfa how strong the second factor was (server/session_token.h).
ALTER TABLE sessions ADD COLUMN client {key} NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN mfa BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET client = SUBSTR(COALESCE(user_agent, ''), 1, 60), ip = COALESCE(ip, ''),
    mfa = CASE WHEN (methods & 256) <> 0 THEN 5 WHEN (methods & 32) <> 0 THEN 4 WHEN (methods & 64) <> 0 THEN 3
               WHEN (methods & 128) <> 0 THEN 2 WHEN (methods & 512) <> 0 THEN 1 ELSE 0 END;
CREATE INDEX sessions_by_tenant_use ON sessions (tenant_seq, used_at, seq);
CREATE INDEX sessions_by_tenant_ip ON sessions (tenant_seq, ip, created_at, seq, expires_at);
CREATE INDEX sessions_by_tenant_client ON sessions (tenant_seq, client, created_at, seq, expires_at);
CREATE INDEX sessions_by_tenant_mfa ON sessions (tenant_seq, mfa, created_at, seq);
CREATE INDEX sessions_by_tenant_user ON sessions (tenant_seq, user_seq, expires_at);

-- One row for each session that came into a tenant or left it, written by the database itself, whatever statement did
-- it. seq grows with every row; tx is the transaction, 0 where only one writes at a time. Rows that other transactions
-- may still come before are not looked at yet, so that (tx, seq) is the order in which readers see them. The newest row
-- is never swept away: a number is not used twice.
CREATE TABLE session_changes (
    seq {seq},
    tx BIGINT NOT NULL,
    env BIGINT NOT NULL,
    tenant_seq BIGINT NOT NULL,
    user_seq BIGINT NOT NULL,
    session_id {key} NOT NULL,
    ended INTEGER NOT NULL
);
CREATE INDEX session_changes_by_tx ON session_changes (tx, seq);

-- only: sqlite
CREATE TRIGGER sessions_came AFTER INSERT ON sessions BEGIN
    INSERT INTO session_changes (tx, env, tenant_seq, user_seq, session_id, ended)
    VALUES (0, NEW.env, NEW.tenant_seq, NEW.user_seq, NEW.id, 0);
END;
CREATE TRIGGER sessions_went AFTER DELETE ON sessions BEGIN
    INSERT INTO session_changes (tx, env, tenant_seq, user_seq, session_id, ended)
    VALUES (0, OLD.env, OLD.tenant_seq, OLD.user_seq, OLD.id, 1);
END;
CREATE TRIGGER sessions_moved AFTER UPDATE OF tenant_seq ON sessions WHEN NEW.tenant_seq <> OLD.tenant_seq BEGIN
    INSERT INTO session_changes (tx, env, tenant_seq, user_seq, session_id, ended)
    VALUES (0, OLD.env, OLD.tenant_seq, OLD.user_seq, OLD.id, 1), (0, NEW.env, NEW.tenant_seq, NEW.user_seq, NEW.id, 0);
END;
-- only: postgresql
CREATE FUNCTION session_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    here BIGINT := CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT);
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO session_changes (tx, env, tenant_seq, user_seq, session_id, ended)
        VALUES (here, OLD.env, OLD.tenant_seq, OLD.user_seq, OLD.id, 1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO session_changes (tx, env, tenant_seq, user_seq, session_id, ended)
        VALUES (here, NEW.env, NEW.tenant_seq, NEW.user_seq, NEW.id, 0);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sessions_changed AFTER INSERT OR DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION session_changed();
CREATE TRIGGER sessions_moved AFTER UPDATE OF tenant_seq ON sessions FOR EACH ROW
    WHEN (NEW.tenant_seq <> OLD.tenant_seq) EXECUTE FUNCTION session_changed();
-- only: all
