-- +goose Up

-- Where a token may be used: JSON, or empty for anywhere; where it was used
-- last; when its use from elsewhere was last told.
ALTER TABLE tokens ADD COLUMN network TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN last_address TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;

ALTER TABLE events ALTER COLUMN type TYPE {key};
CREATE INDEX events_type ON events (org_id, type, published, id);

-- Events that have no place in the order yet. A trigger fills it, so that no
-- event is forgotten whoever writes it.
CREATE TABLE unsealed_events (
	org_id    {key} NOT NULL,
	published BIGINT NOT NULL,
	event_id  {key} NOT NULL,
	PRIMARY KEY (org_id, published, event_id)
) {clustered};

-- The order in which readers who poll meet the events: without gaps, and what
-- is written later stands later. sealed is when the event got its place.
CREATE TABLE event_order (
	org_id    {key} NOT NULL REFERENCES orgs (id),
	seq       BIGINT NOT NULL,
	published BIGINT NOT NULL,
	event_id  {key} NOT NULL,
	sealed    BIGINT NOT NULL,
	PRIMARY KEY (org_id, seq),
	CONSTRAINT event_order_once UNIQUE (org_id, event_id)
) {clustered};
CREATE INDEX event_order_sealed ON event_order (org_id, sealed, seq);

-- Who gives the places, until when, and the last one given.
CREATE TABLE event_seals (
	org_id      {key} NOT NULL REFERENCES orgs (id),
	holder      TEXT NOT NULL,
	lease       BIGINT NOT NULL,
	last_seq    BIGINT NOT NULL,
	last_sealed BIGINT NOT NULL,
	PRIMARY KEY (org_id)
) {clustered};

INSERT INTO unsealed_events (org_id, published, event_id) SELECT org_id, published, id FROM events;

-- +goose StatementBegin
CREATE FUNCTION queue_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO unsealed_events (org_id, published, event_id) SELECT org_id, published, id FROM fresh;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER events_unsealed AFTER INSERT ON events REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION queue_events();

-- The log is append-only.
-- +goose StatementBegin
CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the system log is append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change();
CREATE TRIGGER event_entities_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_entities FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change();
CREATE TRIGGER event_order_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_order FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change();
