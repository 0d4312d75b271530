-- Version 1 of the newsroom's store. Texts compare byte by byte; times are Unix seconds in UTC; hashes are 32 bytes.

-- What the newsroom wrote. Revisions are never changed.

CREATE TABLE story (
	id           TEXT PRIMARY KEY,
	wish         TEXT NOT NULL, -- the slug that the source wishes for
	sources      TEXT NOT NULL, -- JSON, with the identities of anonymous ones
	open_sources TEXT NOT NULL, -- JSON, without
	claims       TEXT NOT NULL, -- JSON
	day          TEXT,          -- the address, from the first Settle on that finds the story public
	slug         TEXT UNIQUE
);

CREATE TABLE revision (
	story     TEXT NOT NULL REFERENCES story,
	lang      TEXT NOT NULL,
	number    INTEGER NOT NULL,
	status    TEXT NOT NULL,
	published INTEGER NOT NULL,
	updated   INTEGER NOT NULL,
	content   TEXT NOT NULL, -- news.Revision as JSON, in the one form that encode gives
	PRIMARY KEY (story, lang, number)
);

-- The newest revision of each article, by what decides whether it is public.
CREATE TABLE article (
	story     TEXT NOT NULL REFERENCES story,
	lang      TEXT NOT NULL,
	number    INTEGER NOT NULL,
	status    TEXT NOT NULL,
	published INTEGER NOT NULL,
	PRIMARY KEY (story, lang)
) WITHOUT ROWID;
CREATE INDEX article_due ON article (published, story) WHERE status = 'published';

-- What an article's newest revision links to ("story:ID") or shows ("media:ID").
CREATE TABLE reference (
	story  TEXT NOT NULL REFERENCES story,
	lang   TEXT NOT NULL,
	target TEXT NOT NULL,
	PRIMARY KEY (story, lang, target)
) WITHOUT ROWID;
CREATE INDEX reference_target ON reference (target, story);

CREATE TABLE media (
	id         TEXT PRIMARY KEY,
	name       TEXT NOT NULL,
	renditions TEXT NOT NULL -- JSON; the bytes stand in the folder media
);

-- The stories that were written since the last Settle. whole: all of its pages differ, as when a rendition is another.
CREATE TABLE touched (
	story TEXT PRIMARY KEY REFERENCES story,
	whole INTEGER NOT NULL
) WITHOUT ROWID;

-- What is public, as last settled. Snapshots read these tables, and of the others only what they name.

CREATE TABLE settled (
	one     INTEGER PRIMARY KEY CHECK (one = 1),
	seq     INTEGER NOT NULL,
	as_of   TEXT NOT NULL, -- RFC 3339
	stories INTEGER NOT NULL
);

CREATE TABLE shown (
	story   TEXT PRIMARY KEY REFERENCES story,
	day     TEXT NOT NULL,
	slug    TEXT NOT NULL,
	sources TEXT NOT NULL, -- story.open_sources
	claims  TEXT NOT NULL
);
CREATE INDEX shown_address ON shown (day, slug, story);

CREATE TABLE public (
	story      TEXT NOT NULL REFERENCES story,
	lang       TEXT NOT NULL,
	number     INTEGER NOT NULL,
	published  INTEGER NOT NULL,
	updated    INTEGER NOT NULL,
	kicker     TEXT NOT NULL,
	headline   TEXT NOT NULL,
	standfirst TEXT NOT NULL,
	PRIMARY KEY (story, lang)
) WITHOUT ROWID;

-- A numbered list: all articles of a language (topic is empty) or those of a topic.
CREATE TABLE list (
	lang     TEXT NOT NULL,
	topic    TEXT NOT NULL,
	name     TEXT NOT NULL,    -- the topic's, by its newest article
	places   INTEGER NOT NULL, -- given so far
	articles INTEGER NOT NULL, -- public now
	PRIMARY KEY (lang, topic)
) WITHOUT ROWID;

-- An article's place in a list, for ever. published is null while the article is not public, or not of the topic.
CREATE TABLE listing (
	story     TEXT NOT NULL REFERENCES story,
	lang      TEXT NOT NULL,
	topic     TEXT NOT NULL,
	name      TEXT NOT NULL, -- what the article calls the topic
	place     INTEGER NOT NULL,
	published INTEGER,
	PRIMARY KEY (story, lang, topic)
) WITHOUT ROWID;
CREATE UNIQUE INDEX listing_place ON listing (lang, topic, place);
CREATE INDEX listing_newest ON listing (lang, topic, published DESC, story) WHERE published IS NOT NULL;

CREATE TABLE day (
	lang     TEXT NOT NULL,
	day      TEXT NOT NULL,
	articles INTEGER NOT NULL,
	PRIMARY KEY (lang, day)
) WITHOUT ROWID;

CREATE TABLE change (
	seq   INTEGER PRIMARY KEY AUTOINCREMENT,
	kind  TEXT NOT NULL,
	story TEXT NOT NULL,
	lang  TEXT NOT NULL,
	topic TEXT NOT NULL,
	page  INTEGER NOT NULL,
	day   TEXT NOT NULL,
	first INTEGER NOT NULL
);

-- What was published.

CREATE TABLE edition (
	number      INTEGER PRIMARY KEY,
	seq         INTEGER NOT NULL,
	fingerprint TEXT NOT NULL,
	root        BLOB NOT NULL,
	manifest    BLOB NOT NULL,
	origin      TEXT NOT NULL,
	log_size    INTEGER NOT NULL,
	log_hash    BLOB NOT NULL,
	sealed      TEXT NOT NULL, -- RFC 3339
	record      BLOB NOT NULL  -- the manifest's hash: the log's record number log_size - 1
);
CREATE INDEX edition_log ON edition (origin, log_size, record);

CREATE TABLE file (
	key     BLOB PRIMARY KEY, -- edition.Key of the path
	plain   BLOB NOT NULL,
	entry   BLOB,             -- edition.Entry; null when the file was removed
	edition INTEGER NOT NULL REFERENCES edition
) WITHOUT ROWID;
CREATE INDEX file_edition ON file (edition);

CREATE TABLE object (
	position INTEGER PRIMARY KEY,
	hash     BLOB NOT NULL UNIQUE,
	edition  INTEGER NOT NULL REFERENCES edition
);
CREATE INDEX object_edition ON object (edition);

CREATE TABLE log_hash (
	position INTEGER PRIMARY KEY,
	hash     BLOB NOT NULL
);

CREATE TABLE delivered (
	target TEXT PRIMARY KEY,
	number INTEGER NOT NULL
) WITHOUT ROWID;
