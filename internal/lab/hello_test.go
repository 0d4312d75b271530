package lab

import (
	"crypto/tls"
	"io"
	"net"
	"testing"
)

// hello returns the first bytes that a TLS client sends to a name.
func hello(t testing.TB, name string) []byte {
	t.Helper()
	near, far := net.Pipe()
	defer far.Close()
	go func() {
		_ = tls.Client(near, &tls.Config{ServerName: name}).Handshake() // which nobody answers
		near.Close()
	}()
	head := make([]byte, 5)
	if _, err := io.ReadFull(far, head); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, int(head[3])<<8|int(head[4]))
	if _, err := io.ReadFull(far, body); err != nil {
		t.Fatal(err)
	}
	return append(head, body...)
}

// split returns a record as two, of which the first has n bytes of the message.
func split(record []byte, n int) []byte {
	part := func(b []byte) []byte { return append([]byte{22, 3, 1, byte(len(b) >> 8), byte(len(b))}, b...) }
	return append(part(record[5:5+n]), part(record[5+n:])...)
}

func TestServerName(t *testing.T) {
	whole := hello(t, "mirror.example")
	for _, test := range []struct {
		what  string
		first []byte
		name  string
		known bool
	}{
		{"nothing", nil, "", false},
		{"a part", whole[:len(whole)-1], "", false},
		{"the head of a record", whole[:4], "", false},
		{"all of it", whole, "mirror.example", true},
		{"more", append(whole[:len(whole):len(whole)], 20, 3, 3), "mirror.example", true},
		{"two records", split(whole, 40), "mirror.example", true},
		{"the first of two", split(whole, 40)[:45], "", false},
		{"no name", hello(t, "127.0.0.1"), "", true},
		{"a request in the clear", []byte("GET / HTTP/1.1\r\n"), "", true},
		{"another message", []byte{22, 3, 1, 0, 4, 2, 0, 0, 0}, "", true},
		{"a message without end", []byte{22, 3, 1, 0, 4, 1, 255, 255, 255}, "", true},
		{"an empty record", []byte{22, 3, 1, 0, 0}, "", true},
		{"an empty message", []byte{22, 3, 1, 0, 4, 1, 0, 0, 0}, "", true},
	} {
		if name, known := serverName(test.first); name != test.name || known != test.known {
			t.Errorf("%s: got %q, %v", test.what, name, known)
		}
	}
}

// More bytes never take back what is known.
func FuzzServerName(f *testing.F) {
	whole := hello(f, "mirror.example")
	f.Add(whole)
	f.Add(split(whole, 100))
	f.Add([]byte("GET / HTTP/1.1\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		name, known := serverName(b)
		for _, n := range []int{len(b) / 3, len(b) * 9 / 10, max(len(b)-1, 0)} {
			if before, sure := serverName(b[:n]); sure && (!known || before != name) {
				t.Fatalf("%q after %d bytes, %q after %d", before, n, name, len(b))
			}
		}
	})
}
