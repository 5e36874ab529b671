-- More lists whose length is kept (see totals in 0001), by the database itself, whatever statement changes them: groups
-- of a tenant, roles of a tenant or of the environment's own, messages of an environment without decoys, audits that name a
-- tenant. Change numbers move on with whatever moves a row within an order that has an index.
INSERT INTO totals (list, kind, total, generation)
    SELECT tenant_seq, 'groups', COUNT(*), 1 FROM user_groups GROUP BY tenant_seq;
INSERT INTO totals (list, kind, total, generation)
    SELECT COALESCE(tenant_seq, -env), 'roles', COUNT(*), 1 FROM roles GROUP BY COALESCE(tenant_seq, -env);
INSERT INTO totals (list, kind, total, generation)
    SELECT -env, 'messages', COUNT(*), 1 FROM messages WHERE decoy = 0 GROUP BY env;
INSERT INTO totals (list, kind, total, generation)
    SELECT -env, 'audits of ' || tenant_id, COUNT(*), 1 FROM audits WHERE tenant_id IS NOT NULL GROUP BY env, tenant_id;

-- only: sqlite
CREATE TRIGGER groups_came AFTER INSERT ON user_groups BEGIN
    INSERT INTO totals (list, kind, total, generation) VALUES (NEW.tenant_seq, 'groups', 1, 1)
    ON CONFLICT (list, kind) DO UPDATE SET total = total + 1, generation = generation + 1;
END;
CREATE TRIGGER groups_went AFTER DELETE ON user_groups BEGIN
    UPDATE totals SET total = total - 1, generation = generation + 1 WHERE list = OLD.tenant_seq AND kind = 'groups';
END;
CREATE TRIGGER groups_renamed AFTER UPDATE OF name_key ON user_groups BEGIN
    UPDATE totals SET generation = generation + 1 WHERE list = NEW.tenant_seq AND kind = 'groups';
END;
CREATE TRIGGER roles_came AFTER INSERT ON roles BEGIN
    INSERT INTO totals (list, kind, total, generation) VALUES (COALESCE(NEW.tenant_seq, -NEW.env), 'roles', 1, 1)
    ON CONFLICT (list, kind) DO UPDATE SET total = total + 1, generation = generation + 1;
END;
CREATE TRIGGER roles_went AFTER DELETE ON roles BEGIN
    UPDATE totals SET total = total - 1, generation = generation + 1
    WHERE list = COALESCE(OLD.tenant_seq, -OLD.env) AND kind = 'roles';
END;
CREATE TRIGGER roles_moved AFTER UPDATE OF tenant_seq ON roles BEGIN
    UPDATE totals SET total = total - 1, generation = generation + 1
    WHERE list = COALESCE(OLD.tenant_seq, -OLD.env) AND kind = 'roles';
    INSERT INTO totals (list, kind, total, generation) VALUES (COALESCE(NEW.tenant_seq, -NEW.env), 'roles', 1, 1)
    ON CONFLICT (list, kind) DO UPDATE SET total = total + 1, generation = generation + 1;
END;
CREATE TRIGGER messages_came AFTER INSERT ON messages WHEN NEW.decoy = 0 BEGIN
    INSERT INTO totals (list, kind, total, generation) VALUES (-NEW.env, 'messages', 1, 1)
    ON CONFLICT (list, kind) DO UPDATE SET total = total + 1, generation = generation + 1;
END;
CREATE TRIGGER messages_went AFTER DELETE ON messages WHEN OLD.decoy = 0 BEGIN
    UPDATE totals SET total = total - 1, generation = generation + 1 WHERE list = -OLD.env AND kind = 'messages';
END;
CREATE TRIGGER audits_came AFTER INSERT ON audits WHEN NEW.tenant_id IS NOT NULL BEGIN
    INSERT INTO totals (list, kind, total, generation) VALUES (-NEW.env, 'audits of ' || NEW.tenant_id, 1, 1)
    ON CONFLICT (list, kind) DO UPDATE SET total = total + 1, generation = generation + 1;
END;
CREATE TRIGGER tenants_moved AFTER UPDATE OF name_key, tenant_id, updated_at ON tenants BEGIN
    UPDATE totals SET generation = generation + 1 WHERE list = -NEW.env AND kind = 'tenants';
END;
-- only: postgresql
CREATE FUNCTION total_moves(at BIGINT, what TEXT, amount BIGINT) RETURNS void LANGUAGE sql AS $$
    INSERT INTO totals (list, kind, total, generation) VALUES (at, what, amount, 1)
    ON CONFLICT (list, kind) DO UPDATE SET total = totals.total + excluded.total, generation = totals.generation + 1
$$;
CREATE FUNCTION groups_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM total_moves(NEW.tenant_seq, 'groups', 0);
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM total_moves(NEW.tenant_seq, 'groups', 1);
    ELSE
        PERFORM total_moves(OLD.tenant_seq, 'groups', -1);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION roles_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM total_moves(COALESCE(OLD.tenant_seq, -OLD.env), 'roles', -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM total_moves(COALESCE(NEW.tenant_seq, -NEW.env), 'roles', 1);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION messages_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM total_moves(-NEW.env, 'messages', 1 - NEW.decoy);
    ELSE
        PERFORM total_moves(-OLD.env, 'messages', OLD.decoy - 1);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION audits_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM total_moves(-NEW.env, 'audits of ' || NEW.tenant_id, 1);
    RETURN NULL;
END $$;
CREATE FUNCTION tenants_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM total_moves(-NEW.env, 'tenants', 0);
    RETURN NULL;
END $$;
CREATE TRIGGER groups_changed AFTER INSERT OR DELETE OR UPDATE OF name_key ON user_groups
    FOR EACH ROW EXECUTE FUNCTION groups_changed();
CREATE TRIGGER roles_changed AFTER INSERT OR DELETE OR UPDATE OF tenant_seq ON roles
    FOR EACH ROW EXECUTE FUNCTION roles_changed();
CREATE TRIGGER messages_changed AFTER INSERT OR DELETE ON messages FOR EACH ROW EXECUTE FUNCTION messages_changed();
CREATE TRIGGER audits_changed AFTER INSERT ON audits FOR EACH ROW WHEN (NEW.tenant_id IS NOT NULL)
    EXECUTE FUNCTION audits_changed();
CREATE TRIGGER tenants_changed AFTER UPDATE OF name_key, tenant_id, updated_at ON tenants
    FOR EACH ROW EXECUTE FUNCTION tenants_changed();
-- only: all
