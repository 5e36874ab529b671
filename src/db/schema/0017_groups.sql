-- Whether an environment uses groups, and whether the roles of a group are those of its members; asked where rights are
-- worked out, so columns and not a document.
ALTER TABLE environments ADD COLUMN groups_enabled INTEGER NOT NULL DEFAULT 1;
ALTER TABLE environments ADD COLUMN group_roles_enabled INTEGER NOT NULL DEFAULT 1;
