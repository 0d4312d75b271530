package wordpress

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"coranto/internal/importer/web"
)

// The limits of what is asked.
const (
	maxAnswer = 64 << 20
	// perAsk is how many things are asked for at once: WordPress gives no more.
	perAsk = 100
	// maxPages is how many pages a list may have.
	maxPages = 100_000
)

// errNotJSON says that a site answered with something else.
var errNotJSON = errors.New("the site answers with something that is no JSON")

// request returns a request of a route of the API, as wp/v2/posts.
func (s *Site) request(route string, query url.Values) web.Request {
	u := *s.api
	if at := u.Query(); at.Has("rest_route") {
		at.Set("rest_route", "/"+route)
		for k, v := range query {
			at[k] = v
		}
		u.RawQuery = at.Encode()
	} else {
		u.Path = strings.TrimRight(u.Path, "/") + "/" + route
		u.RawPath, u.RawQuery = "", query.Encode()
	}
	r := web.Request{URL: u.String(), Header: http.Header{"Accept": {"application/json"}}, Limit: maxAnswer}
	if s.login != (Login{}) {
		auth := http.Request{Header: r.Header}
		auth.SetBasicAuth(s.login.User, s.login.Password)
	}
	return r
}

// ask asks a route and reads its answer into v.
func (s *Site) ask(ctx context.Context, route string, query url.Values, v any) error {
	_, err := s.askFor(ctx, route, query, v)
	return err
}

// askFor is ask, and returns the answer's header. A site that stumbles, or answers with half of it, is asked once more: the
// network and a site that is busy are the Getter's to try again.
func (s *Site) askFor(ctx context.Context, route string, query url.Values, v any) (http.Header, error) {
	for try := 1; ; try++ {
		a, err := s.get.Do(ctx, s.request(route, query))
		if err == nil {
			if err = readJSON(a.Body, v); err == nil {
				return a.Header, nil
			}
			err = fmt.Errorf("fetch %.300q: %w", a.URL, err)
		}
		if try == 2 || ctx.Err() != nil || !stumbles(err) {
			return nil, err
		}
	}
}

// stumbles says whether an error is of what was asked for, and may be another for a part of it.
func stumbles(err error) bool {
	status := (*web.StatusError)(nil)
	if errors.As(err, &status) {
		return status.Status == http.StatusInternalServerError
	}
	return errors.Is(err, errNotJSON) || errors.Is(err, web.ErrTooLarge)
}

// forbids says whether an error is the site's way of saying that it does not show something.
func forbids(err error) bool {
	status := (*web.StatusError)(nil)
	return errors.As(err, &status) && (status.Status == http.StatusUnauthorized || status.Status == http.StatusForbidden || status.Status == http.StatusNotFound || status.Status == http.StatusBadRequest)
}

// readJSON reads an answer. Warnings of PHP that stand before it are passed over, as browsers of the API do.
func readJSON(body []byte, v any) error {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\uFEFF")))
	if len(body) > 0 && body[0] == '<' {
		i := bytes.Index(body, []byte("\n[{"))
		if j := bytes.Index(body, []byte("\n{\"")); i < 0 || j >= 0 && j < i {
			i = j
		}
		if i < 0 {
			return errNotJSON
		}
		body = body[i+1:]
	}
	err := json.Unmarshal(body, v)
	if wrong := (*json.UnmarshalTypeError)(nil); err == nil || errors.As(err, &wrong) && json.Valid(body) && bytes.HasPrefix(body, []byte("[")) == wantsList(v) {
		return nil // a field of another type is taken for empty: plug-ins do that
	}
	return errNotJSON
}

// wantsList says whether a value is a pointer to a list of rows.
func wantsList(v any) bool {
	_, ok := v.(*[]row)
	return ok
}

// list calls tell with all that a route has, of each the fields that are named, in the order of their IDs. Where the site
// changed meanwhile, so that the pages of the list don't add up, it is asked again; tell then hears things again.
func (s *Site) list(ctx context.Context, route, fields string, query url.Values, tell func(row)) error {
	for try := 1; ; try++ {
		met, total, err := s.pages(ctx, route, fields, query, tell)
		if err != nil || met >= total || try == 3 {
			return err
		}
	}
}

// pages goes through a list once, and returns how many there were and how many there should be.
func (s *Site) pages(ctx context.Context, route, fields string, query url.Values, tell func(row)) (met, total int, err error) {
	for page := 1; page <= maxPages; page++ {
		q := url.Values{"per_page": {strconv.Itoa(perAsk)}, "page": {strconv.Itoa(page)}, "orderby": {"id"}, "order": {"asc"}, "_fields": {fields}}
		for k, v := range query {
			q[k] = v
		}
		var rows []row
		header, err := s.askFor(ctx, route, q, &rows)
		if status := (*web.StatusError)(nil); errors.As(err, &status) && status.Status == http.StatusBadRequest && page > 1 {
			break // there are fewer pages than there were
		}
		if err != nil {
			return met, total, err
		}
		for _, r := range rows {
			tell(r)
		}
		met += len(rows)
		total, _ = strconv.Atoi(header.Get("X-WP-Total"))
		if len(rows) == 0 || len(rows) < perAsk && total <= met {
			break
		}
	}
	return met, total, nil
}

// fetch asks for things by their IDs. One at which the site stumbles it finds by asking for ever fewer; failed says why.
func (s *Site) fetch(ctx context.Context, route string, query url.Values, ids []int64) (rows map[int64]row, failed map[int64]error, err error) {
	rows, failed = make(map[int64]row), make(map[int64]error)
	var ask func(ids []int64) error
	ask = func(ids []int64) error {
		q := url.Values{"include": {joined(ids)}, "per_page": {strconv.Itoa(perAsk)}, "orderby": {"id"}, "order": {"asc"}}
		for k, v := range query {
			q[k] = v
		}
		var got []row
		err := s.ask(ctx, route, q, &got)
		switch {
		case err == nil:
			for _, r := range got {
				rows[r.ID] = r
			}
		case !stumbles(err) || ctx.Err() != nil:
			return err
		case len(ids) == 1:
			failed[ids[0]] = err
		default:
			if err := ask(ids[:len(ids)/2]); err != nil {
				return err
			}
			return ask(ids[len(ids)/2:])
		}
		return nil
	}
	for len(ids) > 0 && err == nil {
		n := min(len(ids), perAsk)
		err = ask(ids[:n])
		ids = ids[n:]
	}
	return rows, failed, err
}

func joined(ids []int64) string {
	words := make([]string, len(ids))
	for i, n := range ids {
		words[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(words, ",")
}
