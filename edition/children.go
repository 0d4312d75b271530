package edition

// Children returns the hashes of the children that a node of the tree names, in order; none for a leaf. It is for who
// fetches a tree level by level, many nodes at once, and then reads it through Tree, which alone checks how nodes hang
// together. The error is an *InvalidError when b is no node.
func Children(b []byte) ([]Hash, error) {
	n, err := parseNode(b)
	if err != nil {
		return nil, &InvalidError{What: "tree node", Err: err}
	}
	if n.level == 0 {
		return nil, nil
	}
	children := make([]Hash, len(n.items))
	for i, it := range n.items {
		children[i] = Hash(it.body)
	}
	return children, nil
}
