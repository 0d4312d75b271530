package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"slices"
	"strings"

	"coranto/edition"
	"coranto/internal/redirects"
	"coranto/internal/site"
	"coranto/internal/store"
)

var redirectsCommand = command{
	name:  "redirects",
	usage: "[--format nginx|apache|caddy|netlify|csv|json] [--site HOST] [--to URL]",
	short: "writes what the server of an old site needs to lead on to the new addresses",
	long: `
Imports remember where articles stood before. This writes, for every one that is public as last published, how its old
address leads to its new one, as a part of the old server's configuration: with queries, as /?p=123, and in all scripts.
csv and json list whole addresses. Where the edition itself is served under the old name, old_sites in coranto.toml
makes most of this needless: it then has files at the old addresses.

The first lines of what is written say where it goes. New addresses begin with base_url of coranto.toml, or --to;
without either they are paths of the same host.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var o redirectOptions
		fs.StringVar(&o.format, "format", "nginx", "the `FORMAT`: "+strings.Join(redirects.Formats(), ", ")+
			"; netlify is the file _redirects, also of Cloudflare Pages")
		fs.StringVar(&o.site, "site", "", "the old site's `HOST`, where there were several")
		fs.StringVar(&o.to, "to", "", "the `URL` under which the edition is served")
		return func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("redirects takes no argument: %q", args[0])
			}
			if !slices.Contains(redirects.Formats(), o.format) {
				return usagef("there is no format %q: there are %s", o.format, strings.Join(redirects.Formats(), ", "))
			}
			return e.redirects(ctx, o)
		}
	},
}

type redirectOptions struct{ format, site, to string }

func (e *env) redirects(ctx context.Context, o redirectOptions) error {
	if o.to != "" {
		if err := edition.CheckMirrorURL(o.to); err != nil {
			return usagef("--to: %v", err)
		}
	}
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	snap, err := n.store.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snap.Close()
	if o.site, err = oldSite(ctx, snap, o, n.config.OldSites); err != nil {
		return err
	}
	base := o.to
	if base == "" {
		base = n.config.BaseURL
	}
	all := func() iter.Seq2[redirects.Redirect, error] {
		return leadingOn(snap.OldAddresses(ctx), o.site, strings.TrimSuffix(base, "/")+"/")
	}
	count, err := redirects.Write(e.stdout, o.format, all)
	if err != nil {
		return err
	}
	e.say("%s", plural(count.Written, "redirect", "redirects"))
	if count.Left > 0 {
		e.say("%s left out, which %s can't tell from others: --format csv has them", plural(count.Left, "address", "addresses"), o.format)
	}
	return nil
}

// oldSite returns the host whose addresses are written; "" is all of them, which only lists of whole addresses can hold.
func oldSite(ctx context.Context, snap store.Snapshot, o redirectOptions, known []string) (string, error) {
	if o.site != "" {
		hosts, err := site.CheckOldSites([]string{o.site})
		if err != nil {
			return "", usagef("--site: %v", err)
		}
		return hosts[0], nil
	}
	if o.format == "csv" || o.format == "json" {
		return "", nil
	}
	if len(known) == 1 {
		return known[0], nil
	}
	hosts, err := hostsOf(snap.OldAddresses(ctx))
	if err != nil {
		return "", err
	}
	if len(hosts) == 0 {
		return "", withHint(errors.New("no public article has an old address"), "import a newsroom's stories, and publish them")
	}
	if len(hosts) > 1 {
		return "", withHint(fmt.Errorf("articles stood on several sites: %s", strings.Join(hosts, ", ")), "say which with --site HOST")
	}
	return hosts[0], nil
}

// hostsOf returns the hosts of old addresses, which come sorted; no more than can be shown.
func hostsOf(all iter.Seq2[store.OldAddress, error]) (hosts []string, err error) {
	for o, err := range all {
		if err != nil {
			return nil, err
		}
		host := hostOf(o.At)
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
		if len(hosts) == 20 {
			break
		}
	}
	return hosts, nil
}

// hostOf returns the host of an old address, as lantern.example/a or lantern.example?p=1.
func hostOf(address string) string {
	if i := strings.IndexAny(address, "/?"); i >= 0 {
		return address[:i]
	}
	return address
}

// leadingOn yields the redirects of a host's addresses; of all with "".
func leadingOn(all iter.Seq2[store.OldAddress, error], host, base string) iter.Seq2[redirects.Redirect, error] {
	return func(yield func(redirects.Redirect, error) bool) {
		for o, err := range all {
			if err == nil && host != "" && hostOf(o.At) != host {
				continue
			}
			r := redirects.Redirect{From: o.At, To: base + site.StoryPath(o.Lang, o.Address)}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}
