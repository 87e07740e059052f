-- +goose Up

-- Where a token may be used: JSON, or empty for anywhere; where it was used
-- last; when its use from elsewhere was last told.
ALTER TABLE tokens ADD COLUMN network TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN last_address TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;

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
CREATE TRIGGER events_unsealed AFTER INSERT ON events BEGIN
	INSERT INTO unsealed_events (org_id, published, event_id) VALUES (NEW.org_id, NEW.published, NEW.id);
END;
-- +goose StatementEnd

-- The log is append-only. The triggers before INSERT are for a statement that
-- replaces a row, which no trigger on DELETE would see.
-- +goose StatementBegin
CREATE TRIGGER events_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the system log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the system log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events e WHERE e.org_id = NEW.org_id AND e.published = NEW.published AND e.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the system log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_entities_update BEFORE UPDATE ON event_entities BEGIN SELECT RAISE(ABORT, 'the system log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_entities_delete BEFORE DELETE ON event_entities BEGIN SELECT RAISE(ABORT, 'the system log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_order_update BEFORE UPDATE ON event_order BEGIN SELECT RAISE(ABORT, 'the system log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_order_delete BEFORE DELETE ON event_order BEGIN SELECT RAISE(ABORT, 'the system log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_order_replace BEFORE INSERT ON event_order
WHEN EXISTS (SELECT 1 FROM event_order o WHERE o.org_id = NEW.org_id AND o.seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the system log is append-only'); END;
-- +goose StatementEnd
