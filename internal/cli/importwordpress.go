package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/importer/wordpress"
)

// openWordPress opens an export of WordPress, or a site as it runs.
func openWordPress(ctx context.Context, in *importing) (importer.Source, error) {
	opt := wordpress.ExportOptions{Languages: in.config.Languages, Language: in.language, Zone: in.zone}
	if strings.HasPrefix(in.sources[0], "http://") || strings.HasPrefix(in.sources[0], "https://") {
		return openWordPressSite(ctx, in, opt)
	}
	if in.authFile != "" {
		return nil, usagef("--auth-file is for a site, and not for files")
	}
	x, err := wordpress.OpenExport(in.sources, opt)
	if err != nil {
		return nil, withHint(err, "give the file that WordPress makes under Tools, Export")
	}
	in.onClose(x.Close)
	return x, nil
}

func openWordPressSite(ctx context.Context, in *importing, opt wordpress.ExportOptions) (importer.Source, error) {
	if len(in.sources) > 1 {
		return nil, usagef("import wordpress takes one site, or files")
	}
	login, err := readLogin(in.authFile)
	if err != nil {
		return nil, err
	}
	s, err := wordpress.OpenSite(ctx, in.web, in.sources[0], login, opt)
	if none := (*wordpress.NoAPIError)(nil); errors.As(err, &none) {
		return nil, withHint(err, "sites may turn it off; in WordPress, Tools, Export makes a file of all: coranto import wordpress FILE")
	}
	if err != nil {
		return nil, err
	}
	in.onClose(s.Close)
	return s, nil
}

// authVariable is the variable of the environment that has a login where no file is named: programs that list what runs show
// everybody its arguments, and nobody else its environment.
const authVariable = "CORANTO_WORDPRESS_LOGIN"

// readLogin reads a login of a file, or else of the environment; none is the zero Login.
func readLogin(file string) (wordpress.Login, error) {
	line := os.Getenv(authVariable)
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return wordpress.Login{}, err
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, 4096))
		if err != nil {
			return wordpress.Login{}, err
		}
		line = string(b)
	} else if line == "" {
		return wordpress.Login{}, nil
	}
	line = strings.TrimSpace(line)
	user, password, _ := strings.Cut(line, ":")
	if user == "" || password == "" || strings.ContainsAny(line, "\r\n") {
		return wordpress.Login{}, withHint(errors.New("the login is not one line of USER:PASSWORD"),
			"WordPress makes an application password under Users, Profile")
	}
	return wordpress.Login{User: user, Password: password}, nil
}
