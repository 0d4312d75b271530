-- Version 5 of the newsroom's store: imports, and pages that stand.

-- How far an import came that was stopped.
CREATE TABLE run (
	source TEXT PRIMARY KEY,
	mark   TEXT NOT NULL,
	state  TEXT NOT NULL
) WITHOUT ROWID;

-- What such an import has found, for its report.
CREATE TABLE finding (
	position INTEGER PRIMARY KEY,
	source   TEXT NOT NULL,
	kind     TEXT NOT NULL,
	file     TEXT NOT NULL,
	item     TEXT NOT NULL,
	media    TEXT NOT NULL,
	reason   TEXT NOT NULL
);
CREATE INDEX finding_source ON finding (source, position);

-- The articles that such an import has taken, and where in its source each stood.
CREATE TABLE taken (
	source TEXT NOT NULL,
	story  TEXT NOT NULL,
	lang   TEXT NOT NULL,
	place  TEXT NOT NULL,
	PRIMARY KEY (source, story, lang)
) WITHOUT ROWID;

-- The files that imports fetched from the web.
CREATE TABLE fetched (
	url   TEXT PRIMARY KEY,
	media TEXT NOT NULL REFERENCES media
) WITHOUT ROWID;
CREATE INDEX fetched_media ON fetched (media);

-- Where articles stood before they were imported. The story may be one that was refused.
CREATE TABLE moved (
	address TEXT PRIMARY KEY,
	story   TEXT NOT NULL,
	lang    TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX moved_story ON moved (story, lang);

-- What readers wrote under stories in the system that these came from: never published.
CREATE TABLE comment (
	story   TEXT NOT NULL REFERENCES story,
	id      TEXT NOT NULL,
	content TEXT NOT NULL,
	PRIMARY KEY (story, id)
) WITHOUT ROWID;

-- Whether an article is a page that stands, as last settled. The list of a language's pages that stand has "standing/"
-- where others have a topic's slug.
ALTER TABLE public ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;

-- Where public articles stood before they were imported, as last settled; path is store.OldPath of the address.
CREATE TABLE old_address (
	address TEXT PRIMARY KEY,
	path    TEXT NOT NULL,
	story   TEXT NOT NULL REFERENCES story,
	lang    TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX old_address_story ON old_address (story);
CREATE INDEX old_address_path ON old_address (path, address) WHERE path <> '';
