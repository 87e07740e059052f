-- +goose Up

-- The host name by which an org is reached without /t/{slug}, '' for none; and
-- since when it is out of use, 0 when it is in use.
ALTER TABLE orgs ADD COLUMN host {key} NOT NULL DEFAULT '';
ALTER TABLE orgs ADD COLUMN disabled BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX orgs_host ON orgs (host) WHERE host <> '';
