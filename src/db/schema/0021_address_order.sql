-- Addresses and user names in the order in which lists show them: one row for each list (see user_order) and each e-mail
-- address (kind 1, the primary one with ref 0), phone number (2) and user name (3) of a user in it. Kept by the database
-- itself, whatever statement changes the rest, and their number likewise (totals).
CREATE TABLE address_order (
    list BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    ref BIGINT NOT NULL,
    id {key} NOT NULL,
    address_key {key} NOT NULL,
    PRIMARY KEY (user_seq, list, kind, ref)
){clustered};
INSERT INTO address_order (list, kind, user_seq, ref, id, address_key)
    SELECT o.list, 1, u.seq, 0, u.id, u.email_key FROM user_order o JOIN users u ON u.seq = o.user_seq
    WHERE u.email_key IS NOT NULL
    UNION ALL
    SELECT o.list, 1, o.user_seq, e.seq, o.id, e.email_key FROM user_order o JOIN user_emails e ON e.user_seq = o.user_seq
    UNION ALL
    SELECT o.list, 2, o.user_seq, p.seq, o.id, p.phone_key FROM user_order o JOIN user_phones p ON p.user_seq = o.user_seq
    UNION ALL
    SELECT o.list, 3, u.seq, 0, u.id, u.username_key FROM user_order o JOIN users u ON u.seq = o.user_seq
    WHERE u.username_key IS NOT NULL;
CREATE INDEX address_order_by_user ON address_order (list, kind, id, ref);
CREATE INDEX address_order_by_key ON address_order (list, kind, address_key, ref);
INSERT INTO totals (list, kind, total, generation)
    SELECT list, CASE kind WHEN 1 THEN 'emails' WHEN 2 THEN 'phones' ELSE 'usernames' END, COUNT(*), 1
    FROM address_order GROUP BY list, kind;

-- only: sqlite
CREATE TRIGGER addresses_came AFTER INSERT ON address_order BEGIN
    INSERT INTO totals (list, kind, total, generation)
    VALUES (NEW.list, CASE NEW.kind WHEN 1 THEN 'emails' WHEN 2 THEN 'phones' ELSE 'usernames' END, 1, 1)
    ON CONFLICT (list, kind) DO UPDATE SET total = total + 1, generation = generation + 1;
END;
CREATE TRIGGER addresses_went AFTER DELETE ON address_order BEGIN
    UPDATE totals SET total = total - 1, generation = generation + 1 WHERE list = OLD.list
        AND kind = CASE OLD.kind WHEN 1 THEN 'emails' WHEN 2 THEN 'phones' ELSE 'usernames' END;
END;
CREATE TRIGGER users_listed AFTER INSERT ON user_order BEGIN
    INSERT INTO address_order (list, kind, user_seq, ref, id, address_key)
        SELECT NEW.list, 1, seq, 0, id, email_key FROM users WHERE seq = NEW.user_seq AND email_key IS NOT NULL
        UNION ALL
        SELECT NEW.list, 3, seq, 0, id, username_key FROM users WHERE seq = NEW.user_seq AND username_key IS NOT NULL
        UNION ALL
        SELECT NEW.list, 1, user_seq, seq, NEW.id, email_key FROM user_emails WHERE user_seq = NEW.user_seq
        UNION ALL
        SELECT NEW.list, 2, user_seq, seq, NEW.id, phone_key FROM user_phones WHERE user_seq = NEW.user_seq;
END;
CREATE TRIGGER users_unlisted AFTER DELETE ON user_order BEGIN
    DELETE FROM address_order WHERE user_seq = OLD.user_seq AND list = OLD.list;
END;
CREATE TRIGGER users_readdressed AFTER UPDATE OF email_key, username_key ON users
WHEN NEW.email_key IS NOT OLD.email_key OR NEW.username_key IS NOT OLD.username_key BEGIN
    DELETE FROM address_order WHERE user_seq = NEW.seq AND kind IN (1, 3) AND ref = 0;
    INSERT INTO address_order (list, kind, user_seq, ref, id, address_key)
        SELECT list, 1, NEW.seq, 0, NEW.id, NEW.email_key FROM user_order
        WHERE user_seq = NEW.seq AND NEW.email_key IS NOT NULL
        UNION ALL
        SELECT list, 3, NEW.seq, 0, NEW.id, NEW.username_key FROM user_order
        WHERE user_seq = NEW.seq AND NEW.username_key IS NOT NULL;
END;
CREATE TRIGGER emails_came AFTER INSERT ON user_emails BEGIN
    INSERT INTO address_order (list, kind, user_seq, ref, id, address_key)
        SELECT list, 1, user_seq, NEW.seq, id, NEW.email_key FROM user_order WHERE user_seq = NEW.user_seq;
END;
CREATE TRIGGER emails_went AFTER DELETE ON user_emails BEGIN
    DELETE FROM address_order WHERE user_seq = OLD.user_seq AND kind = 1 AND ref = OLD.seq;
END;
CREATE TRIGGER phones_came AFTER INSERT ON user_phones BEGIN
    INSERT INTO address_order (list, kind, user_seq, ref, id, address_key)
        SELECT list, 2, user_seq, NEW.seq, id, NEW.phone_key FROM user_order WHERE user_seq = NEW.user_seq;
END;
CREATE TRIGGER phones_went AFTER DELETE ON user_phones BEGIN
    DELETE FROM address_order WHERE user_seq = OLD.user_seq AND kind = 2 AND ref = OLD.seq;
END;
-- only: postgresql
CREATE FUNCTION addresses_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM total_moves(NEW.list, CASE NEW.kind WHEN 1 THEN 'emails' WHEN 2 THEN 'phones' ELSE 'usernames' END, 1);
    ELSE
        PERFORM total_moves(OLD.list, CASE OLD.kind WHEN 1 THEN 'emails' WHEN 2 THEN 'phones' ELSE 'usernames' END, -1);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION users_listed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO address_order (list, kind, user_seq, ref, id, address_key)
        SELECT NEW.list, 1, seq, 0, id, email_key FROM users WHERE seq = NEW.user_seq AND email_key IS NOT NULL
        UNION ALL
        SELECT NEW.list, 3, seq, 0, id, username_key FROM users WHERE seq = NEW.user_seq AND username_key IS NOT NULL
        UNION ALL
        SELECT NEW.list, 1, user_seq, seq, NEW.id, email_key FROM user_emails WHERE user_seq = NEW.user_seq
        UNION ALL
        SELECT NEW.list, 2, user_seq, seq, NEW.id, phone_key FROM user_phones WHERE user_seq = NEW.user_seq;
    RETURN NULL;
END $$;
CREATE FUNCTION users_unlisted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM address_order WHERE user_seq = OLD.user_seq AND list = OLD.list;
    RETURN NULL;
END $$;
CREATE FUNCTION users_readdressed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM address_order WHERE user_seq = NEW.seq AND kind IN (1, 3) AND ref = 0;
    INSERT INTO address_order (list, kind, user_seq, ref, id, address_key)
        SELECT list, 1, NEW.seq, 0, NEW.id, NEW.email_key FROM user_order
        WHERE user_seq = NEW.seq AND NEW.email_key IS NOT NULL
        UNION ALL
        SELECT list, 3, NEW.seq, 0, NEW.id, NEW.username_key FROM user_order
        WHERE user_seq = NEW.seq AND NEW.username_key IS NOT NULL;
    RETURN NULL;
END $$;
CREATE FUNCTION emails_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO address_order (list, kind, user_seq, ref, id, address_key)
            SELECT list, 1, user_seq, NEW.seq, id, NEW.email_key FROM user_order WHERE user_seq = NEW.user_seq;
    ELSE
        DELETE FROM address_order WHERE user_seq = OLD.user_seq AND kind = 1 AND ref = OLD.seq;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION phones_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO address_order (list, kind, user_seq, ref, id, address_key)
            SELECT list, 2, user_seq, NEW.seq, id, NEW.phone_key FROM user_order WHERE user_seq = NEW.user_seq;
    ELSE
        DELETE FROM address_order WHERE user_seq = OLD.user_seq AND kind = 2 AND ref = OLD.seq;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER addresses_changed AFTER INSERT OR DELETE ON address_order
    FOR EACH ROW EXECUTE FUNCTION addresses_changed();
CREATE TRIGGER users_listed AFTER INSERT ON user_order FOR EACH ROW EXECUTE FUNCTION users_listed();
CREATE TRIGGER users_unlisted AFTER DELETE ON user_order FOR EACH ROW EXECUTE FUNCTION users_unlisted();
CREATE TRIGGER users_readdressed AFTER UPDATE OF email_key, username_key ON users FOR EACH ROW
    WHEN (NEW.email_key IS DISTINCT FROM OLD.email_key OR NEW.username_key IS DISTINCT FROM OLD.username_key)
    EXECUTE FUNCTION users_readdressed();
CREATE TRIGGER emails_changed AFTER INSERT OR DELETE ON user_emails FOR EACH ROW EXECUTE FUNCTION emails_changed();
CREATE TRIGGER phones_changed AFTER INSERT OR DELETE ON user_phones FOR EACH ROW EXECUTE FUNCTION phones_changed();
-- only: all
