-- +goose Up

-- What people are found and sorted by: one row for each value of an attribute,
-- in the form that attributes.go gives it. The re-check of the person decides,
-- so a value that was cut costs a read and never an answer.
CREATE TABLE user_attributes (
	org_id  {key} NOT NULL,
	name    {key} NOT NULL,
	value   {key} NOT NULL,
	user_id {key} NOT NULL,
	PRIMARY KEY (org_id, name, value, user_id)
) {clustered};
