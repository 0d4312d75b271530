package edition

// Boundary says whether a node of a level may end after a key.
func Boundary(level int, key string) bool { return boundary(level, key) }

// A NodeItem is an item of a node: its key, and its entry or child's hash, encoded.
type NodeItem struct {
	Key  string
	Body []byte
}

// ParseNode reads a node, alone.
func ParseNode(b []byte) (level int, items []NodeItem, err error) {
	n, err := parseNode(b)
	if err != nil {
		return 0, nil, err
	}
	for _, it := range n.items {
		items = append(items, NodeItem{it.key, it.body})
	}
	return n.level, items, nil
}

// MarshalNode writes a node.
func MarshalNode(level int, items []NodeItem) []byte {
	b, prev := []byte{nodeVersion, byte(level), byte(len(items))}, ""
	for _, it := range items {
		b = appendItem(b, prev, item{it.Key, it.Body})
		prev = it.Key
	}
	return b
}
