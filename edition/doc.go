// Package edition is the format of what a newsroom publishes: objects, the tree that names them, the manifest, the log
// of editions, `latest`, and the trust that all of it hangs on. SPEC.md says it byte by byte; this package is its
// first implementation, for the newsroom that writes and the reader that verifies.
//
// It takes bytes and functions that fetch bytes. It knows no network, no database and no news.
//
//	trust, err := edition.NewTrust(masthead.Root)      // what the newsroom handed out
//	err = trust.Refresh(ctx, fetch)                    // the newest policy, from any mirror
//	head, err := trust.Policy().OpenLatest(latest)     // the newest edition, proved
//	tree := edition.Tree{Root: head.Manifest.Root, Get: get}
//	entry, found, err := tree.Lookup(ctx, "fa/index.html")
//
// Whatever fails to verify is an *InvalidError: it is a lie or damage, never the network, and asking again the same
// mirror does not help.
package edition
