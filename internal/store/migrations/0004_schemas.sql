-- +goose Up

-- name_key is folded, so that no two names differ by case alone.
CREATE TABLE user_types (
	org_id       {key} NOT NULL REFERENCES orgs (id),
	id           {key} NOT NULL,
	schema_id    {key} NOT NULL,
	name         TEXT NOT NULL,
	name_key     {key} NOT NULL,
	display_name TEXT NOT NULL,
	description  TEXT NOT NULL,
	is_default   BOOLEAN NOT NULL,
	created_by   {key} NOT NULL,
	updated_by   {key} NOT NULL,
	created      BIGINT NOT NULL,
	last_updated BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT user_types_name UNIQUE (org_id, name_key)
) {clustered};

-- One for each user type, and one for all groups whose type_id is 'group'.
-- removing lists, by commas, the properties whose values are being swept.
CREATE TABLE schemas (
	org_id       {key} NOT NULL REFERENCES orgs (id),
	type_id      {key} NOT NULL,
	id           {key} NOT NULL,
	edits        {json} NOT NULL,
	custom       {json} NOT NULL,
	removing     TEXT NOT NULL,
	created      BIGINT NOT NULL,
	last_updated BIGINT NOT NULL,
	PRIMARY KEY (org_id, type_id)
) {clustered};
CREATE INDEX schemas_id ON schemas (org_id, id);

-- Who holds a value that one person of a type may hold alone.
CREATE TABLE unique_values (
	org_id  {key} NOT NULL,
	type_id {key} NOT NULL,
	name    {key} NOT NULL,
	value   {key} NOT NULL,
	user_id {key} NOT NULL,
	CONSTRAINT unique_values_once PRIMARY KEY (org_id, type_id, name, value),
	FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE
) {clustered};
CREATE INDEX unique_values_user ON unique_values (org_id, user_id);

-- The custom attributes of a group.
ALTER TABLE groups ADD COLUMN profile {json} NOT NULL DEFAULT '{}';

INSERT INTO user_types (org_id, id, schema_id, name, name_key, display_name, description, is_default, created_by, updated_by, created, last_updated)
SELECT o.id, o.type_id, o.schema_id, 'user', 'user', 'User', 'Okta user profile template with default permission settings', TRUE,
	'spr00000000000000000', 'spr00000000000000000', o.created, o.created
FROM orgs o;

INSERT INTO schemas (org_id, type_id, id, edits, custom, removing, created, last_updated)
SELECT o.id, o.type_id, o.schema_id, '{}', '[]', '', o.created, o.created
FROM orgs o;

INSERT INTO schemas (org_id, type_id, id, edits, custom, removing, created, last_updated)
SELECT o.id, 'group', 'group', '{}', '[]', '', o.created, o.created
FROM orgs o;
