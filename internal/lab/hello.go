package lab

import "encoding/binary"

// maxHello is the size of the longest first message that the censor reads for a name.
const maxHello = 16 << 10

// serverName returns the name that a connection asks for in the clear: the SNI of a TLS ClientHello (RFC 8446, 4.1.2;
// RFC 6066, 3). known is false while there are too few bytes to tell. The name is empty when there is none, or the bytes
// are no ClientHello.
func serverName(first []byte) (name string, known bool) {
	hello, known := handshake(first)
	if !known || len(hello) == 0 {
		return "", known
	}
	p := parser{b: hello}
	p.skip(2 + 32)          // version, random
	p.skip(p.length(1))     // session ID
	p.skip(p.length(2))     // cipher suites
	p.skip(p.length(1))     // compression methods
	p = p.part(p.length(2)) // extensions
	for len(p.b) > 0 && !p.bad {
		kind, body := p.length(2), parser{}
		if body = p.part(p.length(2)); kind == 0 {
			body.skip(2 + 1) // the list's length, a host name's type
			host := body.part(body.length(2))
			if !body.bad {
				return string(host.b), true
			}
		}
	}
	return "", true
}

// handshake returns the body of the ClientHello in the first records of a connection, which may be several.
func handshake(records []byte) (hello []byte, known bool) {
	var message []byte
	for {
		if len(message) > 0 && message[0] != 1 {
			return nil, true
		}
		if len(message) >= 4 {
			n := int(binary.BigEndian.Uint32(message) & 0xffffff)
			if n > maxHello {
				return nil, true
			}
			if len(message) >= 4+n {
				return message[4 : 4+n], true
			}
		}
		if len(records) > 0 && records[0] != 22 {
			return nil, true
		}
		if len(records) < 5 {
			return nil, false
		}
		n := int(binary.BigEndian.Uint16(records[3:]))
		if n == 0 {
			return nil, true
		}
		if len(records) < 5+n {
			return nil, false
		}
		message, records = append(message, records[5:5+n]...), records[5+n:]
	}
}

// A parser takes bytes from the front; bad once there were too few.
type parser struct {
	b   []byte
	bad bool
}

// part takes n bytes.
func (p *parser) part(n int) parser {
	if p.bad || n > len(p.b) {
		p.bad, p.b = true, nil
		return parser{bad: true}
	}
	taken := parser{b: p.b[:n]}
	p.b = p.b[n:]
	return taken
}

func (p *parser) skip(n int) { p.part(n) }

// length takes a number of n bytes.
func (p *parser) length(n int) (v int) {
	for _, c := range p.part(n).b {
		v = v<<8 | int(c)
	}
	return v
}
