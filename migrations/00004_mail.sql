-- +goose Up
-- The outbox: what was written to whom, and how delivery went. Bodies hold secret links and stay only until delivery.
CREATE TABLE email_messages (
    id uuid PRIMARY KEY,
    template_id varchar(100) NOT NULL,
    recipients text[] NOT NULL,
    "from" text NOT NULL,
    reply_to text NOT NULL DEFAULT '',
    subject text NOT NULL,
    language varchar(10) NOT NULL,
    html text NOT NULL,
    text text NOT NULL,
    status varchar(10) NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    transport varchar(20) NOT NULL DEFAULT '',
    provider_message_id text NOT NULL DEFAULT '',
    last_error text NOT NULL DEFAULT '',
    user_id bigint,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    CONSTRAINT email_messages_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT email_messages_status CHECK (status IN ('queued', 'sent', 'failed', 'cancelled', 'expired')),
    CONSTRAINT email_messages_recipients CHECK (cardinality(recipients) > 0),
    CONSTRAINT email_messages_sent CHECK ((status = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT email_messages_blank CHECK (status NOT IN ('sent', 'expired') OR (html = '' AND text = ''))
);
CREATE INDEX email_messages_created ON email_messages (created_at);
CREATE INDEX email_messages_user ON email_messages (user_id);

-- +goose Down
DROP TABLE email_messages;
