-- Version 4 of the newsroom's store: outings and packs.

-- The outings of the articles that are public, as last settled: time is when a revision came out, supplement the number of
-- the one that it is in, as an older story; 0 for none. first: the article's first outing.
CREATE TABLE outing (
	story      TEXT NOT NULL REFERENCES story,
	lang       TEXT NOT NULL,
	number     INTEGER NOT NULL,
	time       INTEGER NOT NULL,
	supplement INTEGER NOT NULL,
	first      INTEGER NOT NULL,
	PRIMARY KEY (story, lang, number)
) WITHOUT ROWID;
CREATE INDEX outing_period ON outing (lang, supplement, time, story);
CREATE INDEX outing_time ON outing (lang, time, story);
CREATE INDEX outing_first ON outing (lang, time, story) WHERE first = 1;

-- What the revisions that came out link to, call related or show, as in reference.
CREATE TABLE outing_reference (
	target TEXT NOT NULL,
	story  TEXT NOT NULL REFERENCES story,
	lang   TEXT NOT NULL,
	number INTEGER NOT NULL,
	PRIMARY KEY (target, story, lang, number)
) WITHOUT ROWID;
CREATE INDEX outing_reference_story ON outing_reference (story, lang, number, target);

-- The packs that there are, as last settled, and the seed as "seed".
CREATE TABLE pack (
	lang     TEXT NOT NULL,
	period   TEXT NOT NULL,
	articles INTEGER NOT NULL,
	PRIMARY KEY (lang, period)
) WITHOUT ROWID;

-- The languages of which outings were written by other ways than Settle, so that the next one works all their packs out.
CREATE TABLE repack (
	lang TEXT PRIMARY KEY
) WITHOUT ROWID;

-- What is public already are older stories. An article with a revision that waits to be settled comes out with that.
INSERT INTO outing (story, lang, number, time, supplement, first)
	SELECT p.story, p.lang, p.number, unixepoch(s.as_of),
		(row_number() OVER (PARTITION BY p.lang ORDER BY p.published, p.story) - 1) / 256 + 1, 1
	FROM settled s, public p JOIN article a USING (story, lang, number);
INSERT INTO outing_reference (target, story, lang, number)
	SELECT r.target, o.story, o.lang, o.number FROM outing o JOIN reference r USING (story, lang);
INSERT INTO repack (lang) SELECT DISTINCT lang FROM outing;
