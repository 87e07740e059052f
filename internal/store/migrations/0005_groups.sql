-- +goose Up

-- Who answers for a group. Ownership is a note and gives no power.
CREATE TABLE group_owners (
	org_id       {key} NOT NULL,
	group_id     {key} NOT NULL,
	owner_id     {key} NOT NULL,
	owner_kind   TEXT NOT NULL CHECK (owner_kind IN ('USER', 'GROUP')),
	last_updated BIGINT NOT NULL,
	PRIMARY KEY (org_id, group_id, owner_id),
	FOREIGN KEY (org_id, group_id) REFERENCES groups (org_id, id) ON DELETE CASCADE
) {clustered};
CREATE INDEX group_owners_owner ON group_owners (org_id, owner_id);

-- A rule puts people into groups by an expression over their profile and
-- memberships. exclude lists people it spares.
CREATE TABLE group_rules (
	org_id       {key} NOT NULL REFERENCES orgs (id),
	id           {key} NOT NULL,
	name         TEXT NOT NULL,
	name_key     {key} NOT NULL,
	status       TEXT NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE', 'INVALID')),
	expression   TEXT NOT NULL,
	targets      {json} NOT NULL,
	exclude      {json} NOT NULL,
	created      BIGINT NOT NULL,
	last_updated BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT group_rules_name UNIQUE (org_id, name_key)
) {clustered};

-- Which groups a rule names: as a target, or in its expression.
CREATE TABLE group_rule_groups (
	org_id   {key} NOT NULL,
	group_id {key} NOT NULL,
	rule_id  {key} NOT NULL,
	target   BOOLEAN NOT NULL,
	PRIMARY KEY (org_id, group_id, rule_id, target),
	FOREIGN KEY (org_id, rule_id) REFERENCES group_rules (org_id, id) ON DELETE CASCADE
) {clustered};

-- What active rules read: attributes of a profile, and groups by ID. A change
-- of anything else costs one look here.
CREATE TABLE group_rule_reads (
	org_id  {key} NOT NULL,
	subject {key} NOT NULL,
	rule_id {key} NOT NULL,
	PRIMARY KEY (org_id, subject, rule_id),
	FOREIGN KEY (org_id, rule_id) REFERENCES group_rules (org_id, id) ON DELETE CASCADE
) {clustered};

-- Who is in a group because of which rule; rule_id '' says by hand too. A
-- member without a row here is one by hand. Rows outlive their rule until a job
-- has worked them off.
CREATE TABLE rule_members (
	org_id  {key} NOT NULL,
	set_id  {key} NOT NULL,
	user_id {key} NOT NULL,
	rule_id {key} NOT NULL,
	PRIMARY KEY (org_id, user_id, set_id, rule_id),
	FOREIGN KEY (org_id, set_id, user_id) REFERENCES group_members (org_id, set_id, user_id) ON DELETE CASCADE
) {clustered};
CREATE INDEX rule_members_rule ON rule_members (org_id, rule_id, user_id, set_id);
CREATE INDEX rule_members_set ON rule_members (org_id, set_id, user_id);

-- Long work. position is how far it has come; lease is the time until which a
-- worker holds it, attempts counts the leases and fences off who lost one.
-- initiator is '' for the system.
CREATE TABLE jobs (
	org_id       {key} NOT NULL REFERENCES orgs (id),
	id           {key} NOT NULL,
	kind         TEXT NOT NULL,
	subject      {key} NOT NULL,
	state        {key} NOT NULL CHECK (state IN ('running', 'paused', 'done', 'failed')),
	position     {key} NOT NULL,
	done         BIGINT NOT NULL,
	total        BIGINT NOT NULL,
	initiator    {key} NOT NULL,
	error        TEXT NOT NULL,
	lease        BIGINT NOT NULL,
	due          BIGINT NOT NULL,
	attempts     BIGINT NOT NULL,
	created      BIGINT NOT NULL,
	last_updated BIGINT NOT NULL,
	PRIMARY KEY (org_id, id)
) {clustered};
CREATE INDEX jobs_due ON jobs (org_id, state, due);
CREATE INDEX jobs_subject ON jobs (org_id, subject, id);
