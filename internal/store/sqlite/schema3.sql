-- Version 3 of the newsroom's store: places and authors, breaking news, corrections, what a page knows of a picture.
--
-- Wherever a topic stands in the tables list, listing and change, a place may stand as place/minsk, and an author as
-- author/leyla-aydin: no topic's slug has a "/".

-- Until when an article is breaking news. In revision its zero is Go's; in article null stands for it, and in public for
-- an article that was no breaking news as of the last Settle.
ALTER TABLE revision ADD COLUMN breaking INTEGER NOT NULL DEFAULT -62135596800;
ALTER TABLE article ADD COLUMN breaking INTEGER;
CREATE INDEX article_breaking ON article (breaking, story) WHERE status = 'published' AND breaking IS NOT NULL;
ALTER TABLE public ADD COLUMN breaking INTEGER;
CREATE INDEX public_breaking ON public (lang, published DESC, story) WHERE breaking IS NOT NULL;

ALTER TABLE media ADD COLUMN focus_x INTEGER NOT NULL DEFAULT 0; -- percent; both 0 when nobody set it
ALTER TABLE media ADD COLUMN focus_y INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN placeholder TEXT NOT NULL DEFAULT '';

-- The corrections that readers were ever shown. public: they are now; kept: no Put takes them away.
CREATE TABLE correction (
	story  TEXT NOT NULL REFERENCES story,
	lang   TEXT NOT NULL,
	time   INTEGER NOT NULL,
	text   TEXT NOT NULL,
	public INTEGER NOT NULL,
	kept   INTEGER NOT NULL,
	PRIMARY KEY (story, lang, time, text)
) WITHOUT ROWID;
CREATE INDEX correction_newest ON correction (lang, time DESC, story) WHERE public = 1;
INSERT OR IGNORE INTO correction (story, lang, time, text, public, kept)
	SELECT p.story, p.lang, unixepoch(json_extract(c.value, '$.time')), json_extract(c.value, '$.text'), 1, 1
	FROM public p JOIN revision r USING (story, lang, number), json_each(r.content, '$.corrections') c;

-- The file that an article last came from, where its import knows one.
CREATE TABLE imported (
	story TEXT NOT NULL REFERENCES story,
	lang  TEXT NOT NULL,
	file  TEXT NOT NULL,
	PRIMARY KEY (story, lang)
) WITHOUT ROWID;
