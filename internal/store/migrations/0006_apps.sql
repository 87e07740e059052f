-- +goose Up

-- What the wire keeps of an app beside its settings. client_secret is sealed
-- for its row, and empty when the app has none.
ALTER TABLE apps ADD COLUMN credentials {json} NOT NULL DEFAULT '{}';
ALTER TABLE apps ADD COLUMN visibility {json} NOT NULL DEFAULT '{}';
ALTER TABLE apps ADD COLUMN accessibility {json} NOT NULL DEFAULT '{}';
ALTER TABLE apps ADD COLUMN profile {json} NOT NULL DEFAULT '{}';
ALTER TABLE apps ADD COLUMN features {json} NOT NULL DEFAULT '[]';
ALTER TABLE apps ADD COLUMN client_secret {blob} NOT NULL DEFAULT '';

-- What one app keeps of one person. direct says that the person has the app by
-- this row; without it the row only overrides what a group's assignment says.
-- name_key is user_name, folded, and the person's ID, as search keys are.
CREATE TABLE app_users (
	org_id         {key} NOT NULL,
	app_id         {key} NOT NULL,
	user_id        {key} NOT NULL,
	direct         BOOLEAN NOT NULL,
	user_name      TEXT NOT NULL,
	name_key       {key} NOT NULL,
	profile        {json} NOT NULL,
	created        BIGINT NOT NULL,
	last_updated   BIGINT NOT NULL,
	status_changed BIGINT NOT NULL,
	PRIMARY KEY (org_id, app_id, user_id),
	FOREIGN KEY (org_id, app_id) REFERENCES apps (org_id, id) ON DELETE CASCADE,
	FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE
) {clustered};
CREATE INDEX app_users_user ON app_users (org_id, user_id, app_id);
CREATE INDEX app_users_name ON app_users (org_id, app_id, name_key);

-- Whoever is in the group has the app. The lowest priority is the first.
CREATE TABLE app_groups (
	org_id       {key} NOT NULL,
	app_id       {key} NOT NULL,
	group_id     {key} NOT NULL,
	priority     BIGINT NOT NULL,
	profile      {json} NOT NULL,
	created      BIGINT NOT NULL,
	last_updated BIGINT NOT NULL,
	PRIMARY KEY (org_id, app_id, group_id),
	FOREIGN KEY (org_id, app_id) REFERENCES apps (org_id, id) ON DELETE CASCADE,
	FOREIGN KEY (org_id, group_id) REFERENCES groups (org_id, id) ON DELETE CASCADE
) {clustered};
CREATE INDEX app_groups_group ON app_groups (org_id, group_id, app_id);
