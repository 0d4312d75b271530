// Package serving runs a web server until it is told to stop (Until), and keeps one that is for a single user to that user
// (Private).
package serving

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Grace is how long answers that are being sent may take to finish once the server is told to stop.
const Grace = 5 * time.Second

// Until answers on a listener until the context ends, which is no error. Answers that take longer than Grace are then
// cut off.
func Until(ctx context.Context, l net.Listener, server *http.Server) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), Grace)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil {
		err = server.Close()
	}
	<-ended
	return err
}
