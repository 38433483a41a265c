-- ?0 is how many people there are, ?1 today. Dates do not follow the ids, so that no order comes for nothing.
INSERT INTO users (uuid, email, username, first_name, last_name, password, date_joined, is_staff, is_active, erasure_requested_at, last_login)
    SELECT gen_random_uuid(), 'p' || i || '@' || md5(i::text) || '.nz', 'person' || i, 'Tama' || i % 900, 'Tūī-' || md5((i * 7)::text), '!',
           ?1::timestamptz - i * interval '1 minute', i % 500 = 0, i % 400 <> 0, CASE WHEN i % 700 = 0 THEN ?1::timestamptz END,
           CASE WHEN i % 3 <> 0 THEN ?1::timestamptz - (i * 37 % 9000) * interval '1 hour' END
    FROM generate_series(1, ?0) i;
INSERT INTO email_addresses (user_id, email, verified, "primary") SELECT id, email, true, true FROM users WHERE username LIKE 'person%';
INSERT INTO email_addresses (user_id, email) SELECT id, 'second-' || email FROM users WHERE username LIKE 'person%';
INSERT INTO groups (name) VALUES ('Few');
INSERT INTO user_groups (user_id, group_id) SELECT u.id, g.id FROM users u, groups g WHERE g.name = 'Few' AND u.id % 900 = 0;

-- Everybody has a membership that was bought and invoiced; most have run out or are active, few are pending or cancelled.
INSERT INTO membership_options (name_en, name_mi, type, duration, cost, archived)
    SELECT 'Option ' || i, 'Kōwhiringa ' || i, CASE WHEN i % 4 = 0 THEN 'ORGANISATION' ELSE 'INDIVIDUAL' END, interval '1 year', i, i % 5 = 0
    FROM generate_series(1, 16) i;
INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime,
        approved_datetime, approval_source, cancelled_datetime, cancelled_reason)
    SELECT u.id, o.ids[1 + u.id % cardinality(o.ids)], d.start, d.start + interval '1 year', d.start,
           CASE WHEN u.id % 80 <> 0 THEN d.start + (u.id % 90)::int END, CASE WHEN u.id % 80 <> 0 THEN 'PAYMENT' END,
           CASE WHEN u.id % 150 = 0 THEN d.start + 20 END, CASE WHEN u.id % 150 = 0 THEN 'Moved' ELSE '' END
    FROM users u, LATERAL (SELECT ?1::date - 1383 + (u.id * 37 % 1400)::int AS start) d,
         (SELECT array_agg(id ORDER BY id) AS ids FROM membership_options WHERE type = 'INDIVIDUAL' AND name_en LIKE 'Option %') o
    WHERE u.username LIKE 'person%' ORDER BY u.id;
INSERT INTO billing_accounts (user_id) SELECT id FROM users WHERE username LIKE 'person%' ORDER BY id;
INSERT INTO purchases (uuid, code, kind, individual_membership_id, account_id, buyer_id, membership_option_id, quantity, unit_amount,
        total, description, reference, issue_date, due_date, invoice_state, created_at)
    SELECT gen_random_uuid(), 'C' || m.id, CASE WHEN m.id % 3 = 0 THEN 'RENEWAL' ELSE 'APPLICATION' END, m.id, a.id, m.user_id,
           m.membership_option_id, 1, m.id % 900, m.id % 900, 'One year', 'Ref-' || md5(m.id::text), m.start_date, m.start_date + 60, 'RAISED', m.created_datetime
    FROM individual_memberships m JOIN billing_accounts a ON a.user_id = m.user_id JOIN users u ON u.id = m.user_id
    WHERE u.username LIKE 'person%' ORDER BY m.id;
INSERT INTO invoices (account_id, purchase_id, purpose, invoice_number, issue_date, due_date, paid_date, amount, paid, due,
        billing_service_invoice_id, provider_status, individual_membership_id, created_at)
    SELECT p.account_id, p.id, p.kind, 'INV-' || p.id, p.issue_date, p.due_date, CASE WHEN p.id % 80 <> 0 THEN p.issue_date + 9 END, p.total,
           CASE WHEN p.id % 80 <> 0 THEN p.total ELSE 0 END, CASE WHEN p.id % 80 <> 0 THEN 0 ELSE p.total END, 'provider-' || p.id,
           CASE WHEN p.id % 150 = 0 THEN 'VOIDED' WHEN p.id % 80 = 0 THEN 'AUTHORISED' ELSE 'PAID' END, p.individual_membership_id, p.created_at
    FROM purchases p WHERE p.code LIKE 'C%' AND p.description = 'One year' ORDER BY p.id;

INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code, is_active)
    SELECT 'Kura ' || md5(i::text), '03 555', 'office' || i || '@kura.nz', 'Hine ' || i % 700, i || ' Rātā Street', 'Town ' || i % 300, '9016', i % 300 <> 0
    FROM generate_series(1, greatest(?0 / 5, 1)) i;
-- Everybody belongs to one of them or is invited, some administer theirs, and as many addresses without an account are invited.
INSERT INTO organisation_members (user_id, organisation_id, role, created_datetime, accepted_datetime)
    SELECT u.id, o.ids[1 + (u.id * 7) % cardinality(o.ids)], CASE WHEN u.id % 5 = 0 THEN 'ADMIN' ELSE 'MEMBER' END, u.date_joined,
           CASE WHEN u.id % 10 <> 0 THEN u.date_joined + (u.id * 37 % 900) * interval '1 hour' END
    FROM users u, (SELECT array_agg(id ORDER BY id) AS ids FROM organisations WHERE name LIKE 'Kura %') o WHERE u.username LIKE 'person%' ORDER BY u.id;
INSERT INTO organisation_members (invite_email, organisation_id, created_datetime)
    SELECT 'invited' || i || '@kura.nz', o.ids[1 + i % cardinality(o.ids)], ?1::timestamptz - i * interval '1 minute'
    FROM generate_series(1, ?0) i, (SELECT array_agg(id ORDER BY id) AS ids FROM organisations WHERE name LIKE 'Kura %') o;

-- Every organisation has a membership that was bought and invoiced.
INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime,
        approved_datetime, approval_source, cancelled_datetime, cancelled_reason)
    SELECT k.id, o.ids[1 + k.id % cardinality(o.ids)], 1 + k.id % 40, d.start, d.start + interval '1 year', d.start,
           CASE WHEN k.id % 80 <> 0 THEN d.start + (k.id % 90)::int END, CASE WHEN k.id % 80 <> 0 THEN 'PAYMENT' END,
           CASE WHEN k.id % 150 = 0 THEN d.start + 20 END, CASE WHEN k.id % 150 = 0 THEN 'Closed' ELSE '' END
    FROM organisations k, LATERAL (SELECT ?1::date - 1383 + (k.id * 37 % 1400)::int AS start) d,
         (SELECT array_agg(id ORDER BY id) AS ids FROM membership_options WHERE type = 'ORGANISATION' AND name_en LIKE 'Option %') o
    WHERE k.name LIKE 'Kura %' ORDER BY k.id;
INSERT INTO billing_accounts (organisation_id) SELECT id FROM organisations WHERE name LIKE 'Kura %' ORDER BY id;
INSERT INTO purchases (uuid, code, kind, organisation_membership_id, account_id, membership_option_id, seats, seats_after, quantity,
        unit_amount, total, description, reference, issue_date, due_date, invoice_state, created_at)
    SELECT gen_random_uuid(), 'G' || m.id, CASE WHEN m.id % 3 = 0 THEN 'RENEWAL' ELSE 'APPLICATION' END, m.id, a.id,
           m.membership_option_id, m.seats, m.seats, m.seats, 10, m.seats * 10, 'Seats for a year', 'Ref-' || md5('k' || m.id), m.start_date,
           m.start_date + 60, 'RAISED', m.created_datetime
    FROM organisation_memberships m JOIN billing_accounts a ON a.organisation_id = m.organisation_id ORDER BY m.id;
INSERT INTO invoices (account_id, purchase_id, purpose, invoice_number, issue_date, due_date, paid_date, amount, paid, due,
        billing_service_invoice_id, provider_status, organisation_membership_id, created_at)
    SELECT p.account_id, p.id, p.kind, 'ORG-' || p.organisation_membership_id, p.issue_date, p.due_date,
           CASE WHEN p.id % 80 <> 0 THEN p.issue_date + 9 END, p.total, CASE WHEN p.id % 80 <> 0 THEN p.total ELSE 0 END,
           CASE WHEN p.id % 80 <> 0 THEN 0 ELSE p.total END, 'provider-' || p.id, CASE WHEN p.id % 80 = 0 THEN 'AUTHORISED' ELSE 'PAID' END,
           p.organisation_membership_id, p.created_at
    FROM purchases p WHERE p.description = 'Seats for a year' ORDER BY p.id;
