-- Version 2 of the newsroom's store: takedowns.

-- What was taken back. count grows with each article that becomes withdrawn and with each Withdraw; compact says that
-- something was erased, and the files are not written anew yet.
CREATE TABLE takedown (
	one     INTEGER PRIMARY KEY CHECK (one = 1),
	count   INTEGER NOT NULL,
	salt    BLOB NOT NULL,
	compact INTEGER NOT NULL
);
INSERT INTO takedown (one, count, salt, compact) VALUES (1, 0, randomblob(32), 0);

-- What may not come in again, without naming it: the HMAC-SHA-256, under the salt, of a story's ID, or of an address
-- that an article had before it was imported. The marks of one takedown are lifted together.
CREATE TABLE mark (
	mark     BLOB PRIMARY KEY,
	takedown INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX mark_takedown ON mark (takedown);

-- The stories that Withdraw took back and that are still here. langs are, as JSON, the languages in which that made a
-- revision; erase says that the story is to go once an edition covers the takedown.
CREATE TABLE withdrawn (
	story    TEXT PRIMARY KEY REFERENCES story,
	takedown INTEGER NOT NULL,
	langs    TEXT NOT NULL,
	erase    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX withdrawn_takedown ON withdrawn (takedown);

-- takedown.count as of the last Settle, and as the edition covers it; purge is the number of the last edition that was a
-- purge. The roots and manifests of the editions before that one are empty.
ALTER TABLE settled ADD COLUMN takedowns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edition ADD COLUMN takedowns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edition ADD COLUMN purge INTEGER NOT NULL DEFAULT 0;

-- The first parts of all paths that were ever published. A key has it at its end, after a zero byte, or at its beginning.
CREATE TABLE folder (
	name TEXT PRIMARY KEY
) WITHOUT ROWID;
INSERT INTO folder (name) SELECT DISTINCT CAST(CASE
	WHEN instr(key, x'00') > 0 THEN substr(key, instr(key, x'00') + 1)
	WHEN instr(key, x'2f') > 0 THEN substr(key, 1, instr(key, x'2f') - 1)
	ELSE key END AS TEXT) FROM file;
