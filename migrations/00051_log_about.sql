-- +goose Up
-- Whom an entry of the history is about, so that an erasure finds it whatever has become of the record. It refers to nobody:
-- history stays when the person is gone, and writing it waits for nobody who deletes one.
ALTER TABLE admin_log_entries ADD COLUMN about_user_id bigint;
CREATE INDEX admin_log_entries_by_about ON admin_log_entries (about_user_id, id) WHERE about_user_id IS NOT NULL;

-- What can be known of the entries that are there: by the record, as far as it is still there, else by an address in the
-- title that only one person has or, as history says, has had.
UPDATE admin_log_entries SET about_user_id = object_id WHERE entity = 'users.user' AND object_id <> 0;
UPDATE admin_log_entries e SET about_user_id = r.user_id
    FROM (SELECT 'account.emailaddress' AS entity, id, user_id FROM email_addresses
        UNION ALL SELECT 'mfa.authenticator', id, user_id FROM authenticators
        UNION ALL SELECT 'memberships.individualmembership', id, user_id FROM individual_memberships
        UNION ALL SELECT 'organisations.organisationmember', id, user_id FROM organisation_members WHERE user_id IS NOT NULL
        UNION ALL SELECT 'billing.purchase', p.id, m.user_id FROM purchases p
            JOIN individual_memberships m ON m.id = p.individual_membership_id) r
    WHERE e.entity = r.entity AND e.object_id = r.id;
UPDATE admin_log_entries e SET about_user_id = k.user_id
    FROM (SELECT email, min(user_id) AS user_id
        FROM (SELECT email, id AS user_id FROM users
            UNION SELECT email, user_id FROM email_addresses
            UNION SELECT lower(v.email), h.object_id
                FROM admin_log_entries h, jsonb_array_elements(h.changes) c, LATERAL (VALUES (c ->> 'before'), (c ->> 'after')) v (email)
                WHERE h.entity = 'users.user' AND c ->> 'field' IN ('email', 'addresses', 'addresses.email')) known
        WHERE email <> '' GROUP BY email HAVING count(DISTINCT user_id) = 1) k
    WHERE e.about_user_id IS NULL AND e.entity IN ('account.emailaddress', 'mfa.authenticator')
        AND k.email = lower(coalesce(substring(e.title FROM '\(([^()]+@[^()]+)\)$'), e.title));

-- +goose Down
DROP INDEX admin_log_entries_by_about;
ALTER TABLE admin_log_entries DROP COLUMN about_user_id;
