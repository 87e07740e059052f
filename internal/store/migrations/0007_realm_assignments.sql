-- +goose Up

-- Which realm a new person lands in, when none is asked for: the lowest
-- priority whose expression fits decides.
CREATE TABLE realm_assignments (
	org_id       {key} NOT NULL REFERENCES orgs (id),
	id           {key} NOT NULL,
	priority     BIGINT NOT NULL,
	name         TEXT NOT NULL,
	active       BOOLEAN NOT NULL,
	expression   TEXT NOT NULL,
	realm_id     {key} NOT NULL,
	created      BIGINT NOT NULL,
	last_updated BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT realm_assignments_priority UNIQUE (org_id, priority),
	FOREIGN KEY (org_id, realm_id) REFERENCES realms (org_id, id)
) {clustered};
CREATE INDEX realm_assignments_realm ON realm_assignments (org_id, realm_id);
