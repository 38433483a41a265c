-- +goose Up
-- What somebody was given, directly and through groups. It is asked along with each session of staff: as a function its
-- plan is kept, and the sessions of everybody else do not pay for making it.
-- +goose StatementBegin
CREATE FUNCTION permissions_of(person bigint) RETURNS varchar[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT p.codename FROM permissions p WHERE p.id IN (
        SELECT permission_id FROM user_permissions WHERE user_id = person
        UNION SELECT gp.permission_id FROM user_groups ug JOIN group_permissions gp ON gp.group_id = ug.group_id
        WHERE ug.user_id = person));
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION permissions_of(bigint);
