package cli

import (
	"context"
	"os"

	"coranto/internal/importer"
	"coranto/internal/importer/feed"
)

// An importKind is a way in. To add one, make its importer.Source in a folder of its own under internal/importer, and give
// it an entry in importKinds, with a function that opens it: open, in a file import….go where it is more than a few lines.
// What it must close it hands to importing.onClose. A flag of its own is a field of importOptions.
type importKind struct {
	name, usage string
	// long says in a few lines what it brings in.
	long string
	// flags are the flags that it takes besides those of all kinds.
	flags []string
	// open opens the source that in.sources name.
	open func(ctx context.Context, in *importing) (importer.Source, error)
	// itself imports without a source: for the kinds that are older than importer.Source. Where there is open too, older
	// says which of them in.sources are for.
	itself func(ctx context.Context, in *importing) (importer.Report, error)
	older  func(in *importing) bool
}

func importKinds() []importKind {
	return []importKind{
		{name: "markdown", usage: "FOLDER", flags: []string{"layout", "language", "site", "timezone"}, open: openSite,
			itself: importMarkdownFolder, older: isOwnLayout, long: `
one folder a story, one file a language (en.md, fa.md …) with front matter, pictures beside; or the folder of a site that
Hugo or Jekyll makes, which its configuration tells`},
		{name: "feed", usage: "FILE|URL…", flags: []string{"language", "timezone", "full-text"}, open: openFeeds, long: `
RSS, Atom and JSON Feed, with their pictures and recordings. Where a feed has only an excerpt of an article, the text is
taken from the article's page (--full-text=auto). A feed that comes in pages is read back to its beginning`},
		{name: "wordpress", usage: "FILE…|URL", flags: []string{"language", "timezone", "auth-file"}, open: openWordPress, long: `
an export of WordPress (Tools, Export: WXR): its files, packed or not, or a folder of them; posts, pages, pictures,
authors, categories and tags, translations of Polylang and WPML, comments. Or the address of a site, which is asked
by its REST API; for drafts and scheduled posts too with an application password (--auth-file)`},
		{name: "ghost", usage: "FILE", flags: []string{"language", "timezone", "site", "content"}, open: openGhost, long: `
an export of Ghost (Settings, Import/Export), a file or an archive, with its content folder, if that lies beside it or
--content names it; members are not read. --site says where the site stood`},
		{name: "ninjs", usage: "FOLDER|FILE…", flags: []string{"language", "loose"}, open: openNinjs, itself: importMirror, older: isMirror, long: `
what news agencies hand over as ninjs 1.4 to 3.1, in a folder that may grow; a folder of "coranto export ninjs", with
all that was in it; or a copy of a mirror, with what readers see of a newsroom. A copy proves nothing by itself:
"coranto verify" it first. What a newsroom has lost of its own comes back with "coranto recover"`},
	}
}

// run imports by a kind.
func (k importKind) run(ctx context.Context, in *importing, outs *reportFiles) (importer.Report, error) {
	if k.itself != nil && (k.older == nil || k.older(in)) {
		if in.again || in.noMedia {
			return importer.Report{}, usagef("import %s always begins anew, and fetches no media: it has no --again and no --no-media", k.name)
		}
		r, err := k.itself(ctx, in)
		r.Rehearsal = in.dryRun
		if err == nil {
			err = outs.findings(r.Findings())
		}
		return r, err
	}
	src, err := k.open(ctx, in)
	if err != nil {
		return importer.Report{}, err
	}
	opt := importer.Options{Languages: in.config.Languages, Web: in.web, Again: in.again, Rehearsal: in.dryRun,
		Progress: in.tell, Findings: outs.findings}
	if in.noMedia {
		opt.Web = nil
	}
	return importer.Import(ctx, in.into, src, opt)
}

func openFeeds(ctx context.Context, in *importing) (importer.Source, error) {
	full, err := feed.ParseFullText(in.fullText)
	if err != nil {
		return nil, usagef("%v", err)
	}
	return feed.Open(ctx, in.sources, feed.Options{Languages: in.config.Languages, Language: in.language, Zone: in.zone,
		Web: in.web, FullText: full, Paging: true, Progress: in.tell})
}

// openOnly opens the one folder that a kind of import takes.
func openOnly(kind string, folders []string, hint string) (*os.Root, error) {
	if len(folders) != 1 {
		return nil, usagef("import %s takes one folder", kind)
	}
	root, err := os.OpenRoot(folders[0])
	if err != nil {
		return nil, withHint(folderError(folders[0], err), hint)
	}
	return root, nil
}
