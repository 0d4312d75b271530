package press

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Ways are how the press shouts. Without any, the log has it all.
type Ways struct {
	// Command is called with a notice's text on its standard input, and the whole notice as JSON in the environment
	// variable CORANTO_ALARM. It runs in Dir, and is killed after CommandTime.
	Command []string
	Dir     string
	// Webhook is posted a small JSON object: the notice without its detail, so that nothing of a story leaves the house.
	Webhook string
	// Client posts it; it should ask a proxy where the environment names one. Redirects are not followed.
	Client *http.Client
	// Pause is the time between two tries of the webhook; 0 is some seconds.
	Pause time.Duration
	Log   *slog.Logger
}

// The limits of a shout.
const (
	CommandTime  = time.Minute
	WebhookTime  = 15 * time.Second
	webhookTries = 3
	// maxOutput is how much of a command's output the log is shown, in bytes.
	maxOutput = 4 << 10
)

// Shout tells people of a notice, by all ways. It returns an error when there are ways and none of them worked; that
// one of several failed stands in the log.
func (w Ways) Shout(ctx context.Context, n Notice) error {
	log := w.Log.Warn
	if n.Urgent {
		log = w.Log.Error
	}
	log("ALARM", "state", n.State, "kind", n.Kind, "subject", n.Subject, "text", n.Text, "detail", n.Detail)
	var errs []error
	worked := len(w.Command) == 0 && w.Webhook == ""
	if len(w.Command) > 0 {
		err := w.run(ctx, n)
		worked = worked || err == nil
		errs = append(errs, err)
	}
	if w.Webhook != "" {
		err := w.post(ctx, n)
		worked = worked || err == nil
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	if err != nil && worked {
		w.Log.Warn("one way to shout failed", "err", err)
		return nil
	}
	return err
}

// run calls the command.
func (w Ways) run(ctx context.Context, n Notice) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, CommandTime)
	defer cancel()
	var out bytes.Buffer
	text := n.String() + "\n"
	if n.Detail != "" {
		text += n.Detail + "\n"
	}
	c := exec.CommandContext(ctx, w.Command[0], w.Command[1:]...)
	c.Dir = w.Dir
	c.Env = append(os.Environ(), "CORANTO_ALARM="+string(b))
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(text), limited{&out}, limited{&out}
	c.WaitDelay = 5 * time.Second // of children that it leaves behind
	if err := c.Run(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return fmt.Errorf("alarm command %q: %w: %s", w.Command[0], err, strings.TrimSpace(out.String()))
	}
	return nil
}

// limited takes what a command says, up to a limit, and forgets the rest.
type limited struct{ *bytes.Buffer }

// Write never fails.
func (l limited) Write(b []byte) (int, error) {
	l.Buffer.Write(b[:min(len(b), max(0, maxOutput-l.Len()))])
	return len(b), nil
}

// post tells the webhook, in some tries.
func (w Ways) post(ctx context.Context, n Notice) error {
	n.Detail = ""
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	for try := range webhookTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return err
			case <-time.After(cmp.Or(w.Pause, 3*time.Second)):
			}
		}
		if err = w.postOnce(ctx, b); err == nil {
			return nil
		}
	}
	return err
}

func (w Ways) postOnce(ctx context.Context, b []byte) error {
	ctx, cancel := context.WithTimeout(ctx, WebhookTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.Webhook, bytes.NewReader(b))
	if err != nil {
		return errors.New("alarm webhook: its address can't be asked")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "coranto")
	client := http.Client{Transport: w.Client.Transport}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("alarm webhook: %w", withoutURL(err))
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, maxOutput))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("alarm webhook: it answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	return nil
}

// withoutURL returns what went wrong without the address: a webhook's is a secret, and the log no place for it.
func withoutURL(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}
