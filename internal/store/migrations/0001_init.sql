-- +goose Up

CREATE TABLE orgs (
	id           {key} NOT NULL PRIMARY KEY,
	slug         {key} NOT NULL UNIQUE,
	name         TEXT NOT NULL,
	everyone_id  {key} NOT NULL,
	realm_id     {key} NOT NULL,
	type_id      {key} NOT NULL,
	schema_id    {key} NOT NULL,
	settings     {json} NOT NULL,
	created      BIGINT NOT NULL
);

-- A person. login_key and short_key are folded (case and accents); times are
-- Unix milliseconds, 0 for never; password is a PHC string, '' when there is
-- none, and password_until ends the life of a temporary one (0: no end).
CREATE TABLE users (
	org_id            {key} NOT NULL REFERENCES orgs (id),
	id                {key} NOT NULL,
	status            TEXT NOT NULL,
	type_id           {key} NOT NULL,
	realm_id          {key} NOT NULL,
	login_key         {key} NOT NULL,
	short_key         {key} NOT NULL,
	profile           {json} NOT NULL,
	provider          TEXT NOT NULL,
	password          TEXT NOT NULL,
	password_until    BIGINT NOT NULL,
	recovery_question TEXT NOT NULL,
	created           BIGINT NOT NULL,
	activated         BIGINT NOT NULL,
	status_changed    BIGINT NOT NULL,
	last_login        BIGINT NOT NULL,
	last_updated      BIGINT NOT NULL,
	password_changed  BIGINT NOT NULL,
	version           BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT users_login UNIQUE (org_id, login_key)
) {clustered};
CREATE INDEX users_short ON users (org_id, short_key, id);

-- Search keys: key, U+0001, user id in one sortable column.
CREATE TABLE user_keys (
	org_id {key} NOT NULL,
	skey   {key} NOT NULL,
	PRIMARY KEY (org_id, skey)
) {clustered};

-- A set is a group or, hidden, a realm. Everyone and the default realm have
-- no rows: they are everybody.
CREATE TABLE group_members (
	org_id  {key} NOT NULL,
	set_id  {key} NOT NULL,
	user_id {key} NOT NULL,
	PRIMARY KEY (org_id, set_id, user_id),
	FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id)
) {clustered};
CREATE INDEX group_members_user ON group_members (org_id, user_id, set_id);

CREATE TABLE member_keys (
	org_id {key} NOT NULL,
	set_id {key} NOT NULL,
	skey   {key} NOT NULL,
	PRIMARY KEY (org_id, set_id, skey)
) {clustered};

-- Members, version and time of the last change of a set, in stripes that are
-- summed: a writer that met contention takes another stripe than 0.
CREATE TABLE group_stats (
	org_id  {key} NOT NULL,
	set_id  {key} NOT NULL,
	stripe  BIGINT NOT NULL,
	n       BIGINT NOT NULL,
	ver     BIGINT NOT NULL,
	changed BIGINT NOT NULL,
	PRIMARY KEY (org_id, set_id, stripe)
) {clustered};

CREATE TABLE groups (
	org_id       {key} NOT NULL REFERENCES orgs (id),
	id           {key} NOT NULL,
	type         TEXT NOT NULL,
	name         TEXT NOT NULL,
	name_key     {key} NOT NULL,
	description  TEXT NOT NULL,
	created      BIGINT NOT NULL,
	last_updated BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT groups_name UNIQUE (org_id, name_key)
) {clustered};

CREATE TABLE realms (
	org_id       {key} NOT NULL REFERENCES orgs (id),
	id           {key} NOT NULL,
	name         TEXT NOT NULL,
	name_key     {key} NOT NULL,
	type         TEXT NOT NULL,
	domains      {json} NOT NULL,
	is_default   BOOLEAN NOT NULL,
	created      BIGINT NOT NULL,
	last_updated BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT realms_name UNIQUE (org_id, name_key)
) {clustered};

-- mode is stored, never inferred from an empty list of targets.
CREATE TABLE role_assignments (
	org_id         {key} NOT NULL REFERENCES orgs (id),
	id             {key} NOT NULL,
	wire_id        {key} NOT NULL,
	role           TEXT NOT NULL,
	principal_kind TEXT NOT NULL CHECK (principal_kind IN ('USER', 'GROUP')),
	principal_id   {key} NOT NULL,
	mode           TEXT NOT NULL CHECK (mode IN ('ALL', 'LISTED')),
	created        BIGINT NOT NULL,
	last_updated   BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT role_assignments_once UNIQUE (org_id, principal_id, role)
) {clustered};
CREATE INDEX role_assignments_role ON role_assignments (org_id, role, principal_id);

CREATE TABLE role_targets (
	org_id        {key} NOT NULL,
	assignment_id {key} NOT NULL,
	set_id        {key} NOT NULL,
	PRIMARY KEY (org_id, assignment_id, set_id),
	FOREIGN KEY (org_id, assignment_id) REFERENCES role_assignments (org_id, id) ON DELETE CASCADE
) {clustered};
CREATE INDEX role_targets_set ON role_targets (org_id, set_id, assignment_id);

-- app_id is '' for a whole catalog app.
CREATE TABLE role_app_targets (
	org_id        {key} NOT NULL,
	assignment_id {key} NOT NULL,
	app_name      {key} NOT NULL,
	app_id        {key} NOT NULL,
	PRIMARY KEY (org_id, assignment_id, app_name, app_id),
	FOREIGN KEY (org_id, assignment_id) REFERENCES role_assignments (org_id, id) ON DELETE CASCADE
) {clustered};
CREATE INDEX role_app_targets_app ON role_app_targets (org_id, app_id, assignment_id);

CREATE TABLE apps (
	org_id       {key} NOT NULL REFERENCES orgs (id),
	id           {key} NOT NULL,
	name         {key} NOT NULL,
	label        TEXT NOT NULL,
	label_key    {key} NOT NULL,
	status       TEXT NOT NULL,
	sign_on_mode TEXT NOT NULL,
	settings     {json} NOT NULL,
	created      BIGINT NOT NULL,
	last_updated BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT apps_label UNIQUE (org_id, label_key)
) {clustered};
CREATE INDEX apps_name ON apps (org_id, name, id);

CREATE TABLE tokens (
	org_id       {key} NOT NULL REFERENCES orgs (id),
	id           {key} NOT NULL,
	digest       {key} NOT NULL,
	name         TEXT NOT NULL,
	owner_id     {key} NOT NULL,
	created_by   {key} NOT NULL,
	created      BIGINT NOT NULL,
	last_updated BIGINT NOT NULL,
	last_used    BIGINT NOT NULL,
	expires      BIGINT NOT NULL,
	life_ends    BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT tokens_digest UNIQUE (org_id, digest),
	FOREIGN KEY (org_id, owner_id) REFERENCES users (org_id, id) ON DELETE CASCADE
) {clustered};
CREATE INDEX tokens_owner ON tokens (org_id, owner_id);

CREATE TABLE sessions (
	org_id     {key} NOT NULL REFERENCES orgs (id),
	id         {key} NOT NULL,
	digest     {key} NOT NULL,
	user_id    {key} NOT NULL,
	address    TEXT NOT NULL,
	user_agent TEXT NOT NULL,
	created    BIGINT NOT NULL,
	last_seen  BIGINT NOT NULL,
	expires    BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT sessions_digest UNIQUE (org_id, digest),
	FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE
) {clustered};
CREATE INDEX sessions_user ON sessions (org_id, user_id);

-- One-time links, by digest. used is 0 until the one conditional update that
-- spends the link. user_id is '' for the link that makes the first owner.
CREATE TABLE links (
	org_id  {key} NOT NULL REFERENCES orgs (id),
	id      {key} NOT NULL,
	digest  {key} NOT NULL,
	purpose TEXT NOT NULL,
	user_id {key} NOT NULL,
	created BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	used    BIGINT NOT NULL,
	PRIMARY KEY (org_id, id),
	CONSTRAINT links_digest UNIQUE (org_id, digest)
) {clustered};
CREATE INDEX links_user ON links (org_id, user_id, purpose);

-- Failed attempts by what they count against (an account, an address).
CREATE TABLE attempts (
	org_id  {key} NOT NULL,
	subject {key} NOT NULL,
	n       BIGINT NOT NULL,
	last    BIGINT NOT NULL,
	PRIMARY KEY (org_id, subject)
) {clustered};

CREATE TABLE events (
	org_id      {key} NOT NULL REFERENCES orgs (id),
	published   BIGINT NOT NULL,
	id          {key} NOT NULL,
	type        TEXT NOT NULL,
	severity    TEXT NOT NULL,
	outcome     TEXT NOT NULL,
	reason      TEXT NOT NULL,
	actor       {json} NOT NULL,
	client      {json} NOT NULL,
	targets     {json} NOT NULL,
	changes     {json} NOT NULL,
	transaction_id TEXT NOT NULL,
	token_id    {key} NOT NULL,
	PRIMARY KEY (org_id, published, id)
) {clustered};

-- What happened to, and what was done by, one person or thing.
CREATE TABLE event_entities (
	org_id    {key} NOT NULL,
	entity_id {key} NOT NULL,
	published BIGINT NOT NULL,
	event_id  {key} NOT NULL,
	PRIMARY KEY (org_id, entity_id, published, event_id)
) {clustered};

-- Mail to be sent. lease is the time until which a worker holds the row.
CREATE TABLE outbox (
	org_id     {key} NOT NULL REFERENCES orgs (id),
	id         {key} NOT NULL,
	kind       TEXT NOT NULL,
	recipient  {key} NOT NULL,
	body       {json} NOT NULL,
	message_id TEXT NOT NULL,
	created    BIGINT NOT NULL,
	due        BIGINT NOT NULL,
	lease      BIGINT NOT NULL,
	attempts   BIGINT NOT NULL,
	state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
	error      TEXT NOT NULL,
	PRIMARY KEY (org_id, id)
) {clustered};
CREATE INDEX outbox_due ON outbox (org_id, state, due);
