package cli

import (
	"context"

	"coranto/internal/importer"
	"coranto/internal/importer/wordpress"
)

// openWordPress opens an export of WordPress.
func openWordPress(_ context.Context, in *importing) (importer.Source, error) {
	x, err := wordpress.OpenExport(in.sources, wordpress.ExportOptions{
		Languages: in.config.Languages, Language: in.language, Zone: in.zone})
	if err != nil {
		return nil, withHint(err, "give the file that WordPress makes under Tools, Export")
	}
	in.onClose(x.Close)
	return x, nil
}
