package cli

import (
	"context"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/foreign"
	"coranto/internal/importer/generator"
	"coranto/internal/importer/markdown"
)

// ownLayout is the layout of folders of Markdown that is the newsroom's own: docs/markdown.md.
const ownLayout = "coranto"

// isOwnLayout says whether a folder of Markdown is laid out in the newsroom's own way: said by --layout, or by nothing in
// the folder that says otherwise.
func isOwnLayout(in *importing) bool {
	if in.layout != "" || len(in.sources) != 1 {
		return in.layout == "" || in.layout == ownLayout
	}
	files, err := foreign.Open(in.sources[0])
	if err != nil {
		return true // importMarkdownFolder says it
	}
	defer files.Close()
	return generator.Detect(files) == ""
}

// importMarkdownFolder imports a folder that is laid out in the newsroom's own way.
func importMarkdownFolder(ctx context.Context, in *importing) (importer.Report, error) {
	if in.language != "" || in.importOptions.site != "" || in.timezone != "" {
		return importer.Report{}, usagef("--language, --site and --timezone are for sites of Hugo and Jekyll")
	}
	return importMarkdown(ctx, in.newsroom, in.into, in.sources, in.tell)
}

func importMarkdown(ctx context.Context, n *newsroom, into importer.Store, folders []string, tell importer.Progress) (importer.Report, error) {
	root, err := openOnly("markdown", folders, "give the folder around the stories' folders")
	if err != nil {
		return importer.Report{}, err
	}
	defer root.Close()
	return markdown.Import(ctx, into, root.FS(), markdown.Options{
		Languages: n.config.Languages, Folder: n.known(folders[0]), Progress: tell,
	})
}

// openSite opens the folder that a generator makes a site of.
func openSite(_ context.Context, in *importing) (importer.Source, error) {
	site, err := in.siteURL()
	if err != nil {
		return nil, err
	}
	files, err := in.openFiles("a site of Hugo or Jekyll", in.sources)
	if err != nil {
		return nil, err
	}
	layout := in.layout
	if layout == "" {
		layout = generator.Detect(files)
	}
	return generator.New(files, layout, generator.Options{Languages: in.config.Languages, Language: in.language,
		Site: site, Zone: in.zone, Folder: in.known(in.sources[0]), Now: time.Now()})
}
