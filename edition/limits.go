package edition

// The limits of the format (SPEC.md, "Limits"). Each is checked before anything is allocated.
const (
	// MaxObject is the size of an object: a browser's WebCrypto digests it in one shot.
	MaxObject = 1 << 20
	// PieceSize is the size of a piece: it passes a line that freezes after 15 kB, TLS included.
	PieceSize = 8 << 10
	// MaxInline is the stored size up to which a file's objects and pieces stand in its tree entry.
	MaxInline = 64 << 10
	// MaxFile is the stored size of a file.
	MaxFile = 128 << 20
	// MaxPlain is the size of a file after its encoding is undone.
	MaxPlain = 256 << 20
	// MaxNode is the size of a tree node: one piece, so that a line which freezes after 15 kB still gets it.
	MaxNode = PieceSize
	// FullNode is the size at which a tree node ends. An item takes at most MaxNode-FullNode bytes.
	FullNode = 7 << 10
	// MaxNodeEntries is the number of entries of a tree node.
	MaxNodeEntries = 128
	// MaxPath is the length of a path.
	MaxPath = 512
	// MaxDepth is the number of levels of a tree.
	MaxDepth = 24
	// MaxLatest is the size of `latest`, and of log/checkpoint.
	MaxLatest = 64 << 10
	// MaxManifest is the size of a manifest.
	MaxManifest = 16 << 10
	// MaxPolicy is the size of the policy.
	MaxPolicy = 64 << 10
	// MaxMetadata is the size of one file of trust metadata.
	MaxMetadata = 128 << 10
	// MaxBreakingFile is the size of a language's file of breaking news.
	MaxBreakingFile = 64 << 10
	// MaxMasthead is the size of a masthead.
	MaxMasthead = 256 << 10
	// MaxRoots is the number of root files that one refresh follows.
	MaxRoots = 1024
)
